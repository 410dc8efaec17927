import type { CommitFacts, HeadBranch, PullState } from "../model/forge.ts";
import type { Release } from "../model/release.ts";
import { type CommitTrailers, parseTrailers, verifyTrailers } from "./trailers.ts";

/** Whose work stands on a proposal's branch, proven from git alone. */
export type Authorship =
  | { readonly kind: "none" }
  /** The branch holds nothing that the base does not have. */
  | { readonly kind: "empty" }
  | { readonly kind: "ours"; readonly commit: CommitFacts; readonly trailers: CommitTrailers }
  | { readonly kind: "person"; readonly why: string };

export interface AuthorshipContext {
  readonly repoId: number;
  readonly branch: string;
  readonly keys: readonly Buffer[];
  /** The open pull request of the branch, if any. */
  readonly pull: Pick<PullState, "changedFiles"> | null;
  /**
   * The blob id that the signed change makes of a file of today's base; `null`: unknown. After a merge of the base the head's
   * file is neither the signed one nor the base's, but this.
   */
  readonly onBase: (trailers: CommitTrailers, path: string) => string | null;
}

/**
 * Ours is: one commit that our App wrote and signed by its trailers for this repo, branch, parent and files, and besides it
 * only merges of the base. Anything else is a person's work.
 */
export function authorshipOf(head: HeadBranch | null, context: AuthorshipContext): Authorship {
  if (head === null) return { kind: "none" };
  if (!head.complete) return person("more commits than a proposal has");
  if (head.commits.length === 0) return { kind: "empty" };
  const [commit, ...others] = head.commits.filter((c) => c.parents.length < 2);
  if (commit === undefined) return person("a merge commit without our commit");
  if (others.length > 0) return person(notOurs([commit, ...others], context));
  const trailers = ownCommit(commit, context);
  if (typeof trailers === "string") return person(trailers);
  const merged = head.commits.length > 1;
  const changed = sameFiles(head, trailers, merged, context);
  return changed === null ? { kind: "ours", commit, trailers } : person(changed);
}

/** The newest commit of ours on a branch, whatever else stands there; `null`: none is proven. */
export function ownCommitOn(
  head: HeadBranch,
  context: Pick<AuthorshipContext, "repoId" | "branch" | "keys">,
): Extract<Authorship, { kind: "ours" }> | null {
  for (const commit of head.commits) {
    const trailers = ownCommit(commit, context);
    if (typeof trailers !== "string") return { kind: "ours", commit, trailers };
  }
  return null;
}

/** Our commit names a delivery of this release: a run wrote it whose answer was lost, or that ended before it could note it. */
export function carriedBefore(author: Authorship, release: Release): boolean {
  if (author.kind !== "ours") return false;
  const { deliveries } = author.trailers;
  return release.deliveries.some((delivery) => deliveries.includes(delivery));
}

function notOurs(commits: readonly CommitFacts[], context: AuthorshipContext): string {
  const theirs = commits.find((one) => typeof ownCommit(one, context) === "string");
  return `commit ${(theirs ?? commits.at(-1))?.oid.slice(0, 7)} is not ours`;
}

function person(why: string): Authorship {
  return { kind: "person", why };
}

function ownCommit(
  commit: CommitFacts,
  context: Pick<AuthorshipContext, "repoId" | "branch" | "keys">,
): CommitTrailers | string {
  const short = commit.oid.slice(0, 7);
  const [parent] = commit.parents;
  if (!commit.byApp || parent === undefined) return `commit ${short} is not ours`;
  if (commit.signed === false) return `commit ${short} has no valid signature of the host`;
  const { repoId, branch, keys } = context;
  const requester = parseTrailers(commit.message)?.asked?.by?.id ?? null;
  const trailers = verifyTrailers(commit.message, { repoId, branch, parent, requester }, keys);
  if (trailers === null) return `commit ${short} does not carry our signature`;
  if (commit.changedFiles !== null && commit.changedFiles !== trailers.files.length) {
    return `commit ${short} changes other files than it names`;
  }
  return trailers;
}

/** Why the files at the head are not those that were signed; `null`: they are. After a merge the host's count decides. */
function sameFiles(
  head: HeadBranch,
  trailers: CommitTrailers,
  merged: boolean,
  context: AuthorshipContext,
): string | null {
  for (const { path, oid } of trailers.files) {
    const now = head.blobs.get(path);
    const expected =
      now === oid || (merged && now !== undefined && now === context.onBase(trailers, path));
    if (!expected) return "the files at its head are not those that were proposed";
  }
  if (merged && context.pull !== null && context.pull.changedFiles !== trailers.files.length) {
    return "a merge commit brought in other changes";
  }
  return null;
}
