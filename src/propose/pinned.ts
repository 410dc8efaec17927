import { type Forge, ForgeUnavailable, type PullState, type Target } from "../model/forge.ts";
import type { Outcome } from "../model/outcome.ts";
import { plain } from "../model/outside-text.ts";
import type { Authorship } from "./authorship.ts";
import { blobOid } from "./blob-oid.ts";
import { fromHash, renderCommitMessage } from "./commit-message.ts";
import { openPull } from "./next-step.ts";
import { renderPinnedBody } from "./pinned-body.ts";
import { branchOf, componentsOf, type PinnedProposal } from "./pinned-proposal.ts";
import { tellSources } from "./tell-sources.ts";
import { renderTitle } from "./title.ts";
import { parseTrailers } from "./trailers.ts";
import type { Attempt, ProposeParts } from "./upsert.ts";

/** How long to leave GitHub alone while it computes whether a pull request merges, in milliseconds. */
const COMPUTING = 5_000;

/** What is to be done for a pinned proposal, given how the repo stands. */
export type PinnedStep =
  | { readonly kind: "person"; readonly why: string }
  | { readonly kind: "open" }
  | { readonly kind: "adopt" | "ask-again" | "rebuild"; readonly pull: PullState };

/** The step that leads from how the repo stands to `desired`. */
export function pinnedStep(
  target: Target,
  author: Authorship,
  desired: PinnedProposal,
): PinnedStep {
  const pull = openPull(target);
  const theirs = personsWork(target, author, pull);
  if (theirs !== null) return { kind: "person", why: theirs };
  if (pull === null) return { kind: "open" };
  if (isAsItShould(target, author, desired, pull)) return { kind: "adopt", pull };
  const isComputed = pull.mergeable !== "unknown";
  if (author.kind === "ours" && sameBefore(author, desired) && !isComputed)
    return { kind: "ask-again", pull };
  return { kind: "rebuild", pull };
}

/**
 * Brings a promotion or rollback to the repo: opens it, finds it open, or rebuilds it on a base that moved. The same wish gives
 * the same branch, so a command that runs twice has one pull request.
 */
export async function upsertPinned(
  parts: ProposeParts,
  target: Target,
  author: Authorship,
  desired: PinnedProposal,
  now: Date,
): Promise<Attempt> {
  const { place } = desired;
  const step = pinnedStep(target, author, desired);
  switch (step.kind) {
    case "person": {
      const detail = branchTaken(desired, step.why);
      return settled({ kind: "refused", place, reason: "branch-in-use", detail });
    }
    case "open":
      return open(parts, target, desired);
    case "adopt":
      return settled(proposed(desired, step.pull, "adopted"));
    case "ask-again": {
      const detail = `GitHub is still computing whether #${step.pull.number} merges`;
      return { kind: "again", detail, at: new Date(now.getTime() + COMPUTING) };
    }
    case "rebuild":
      return rebuildPinned(parts, target, desired, { pull: step.pull, branch: branchOf(desired) });
  }
}

/** Why nothing is written to a branch of ours that a person works on, and what to do. */
export function branchTaken(desired: PinnedProposal, why: string): string {
  return `branch ${branchOf(desired)} carries a person's work: ${why}; merge or delete it, or write \`/tagboat rebuild\` on its pull request`;
}

function personsWork(target: Target, author: Authorship, pull: PullState | null): string | null {
  if (author.kind === "person") return author.why;
  const other = target.pulls.find((one) => one.state === "open" && one !== pull);
  return other === undefined ? null : `pull request #${other.number} uses the branch`;
}

/** Its files are those that are wanted, or were made from the same entries and still merge: a rebuild would cost the approvals. */
function isAsItShould(
  target: Target,
  author: Authorship,
  desired: PinnedProposal,
  pull: PullState,
): boolean {
  if (author.kind !== "ours") return false;
  const same = desired.edits.every(
    ({ path, text }) => target.head?.blobs.get(path) === blobOid(text),
  );
  return same || (sameBefore(author, desired) && pull.mergeable === "clean");
}

function sameBefore(author: Extract<Authorship, { kind: "ours" }>, desired: PinnedProposal) {
  return author.trailers.from === fromHash(desired.rows);
}

/** The commit of a pinned proposal on the target's base. */
function commitOf(parts: ProposeParts, target: Target, desired: PinnedProposal, branch: string) {
  const context = {
    repoId: target.repo.id,
    branch,
    parent: target.base?.oid ?? "",
    requester: desired.asked.by?.id ?? null,
  };
  const { edits, kind } = desired;
  return { message: renderCommitMessage(desired, kind, context, parts.keys, desired), edits };
}

async function open(
  parts: ProposeParts,
  target: Target,
  desired: PinnedProposal,
): Promise<Attempt> {
  const { draft, labels, reviewers } = desired.environment.proposal;
  const branch = branchOf(desired);
  const result = await parts.forge.openProposal({
    target,
    branch,
    ...commitOf(parts, target, desired, branch),
    title: titleOf(desired),
    body: renderPinnedBody(desired, {
      approvalsVoid: false,
      sources: await sourcesOf(parts, target, desired),
    }),
    draft,
    labels,
    reviewers,
  });
  if (result.kind !== "done") return { kind: "again", detail: result.detail, at: null };
  const { headOid, number, url } = result.value;
  const outcome: Outcome = {
    kind: "proposed",
    what: desired.kind,
    place: desired.place,
    action: "opened",
    number,
    url,
  };
  return { ...settled(outcome), headOid };
}

/** Its one commit anew on the target's base. The head moves by compare-and-swap from what the target shows. */
export async function rebuildPinned(
  parts: ProposeParts,
  target: Target,
  desired: PinnedProposal,
  { branch, pull }: { readonly pull: PullState; readonly branch: string },
): Promise<Attempt> {
  const result = await parts.forge.updateProposal({
    target,
    pull,
    branch,
    commit: commitOf(parts, target, desired, branch),
    title: titleOf(desired),
    body: renderPinnedBody(desired, {
      approvalsVoid: pull.approvedAt !== null,
      sources: await sourcesOf(parts, target, desired),
    }),
  });
  if (result.kind !== "done") return { kind: "again", detail: result.detail, at: null };
  return { ...settled(proposed(desired, pull, "updated")), headOid: result.value.headOid };
}

function sourcesOf(
  { source }: ProposeParts,
  { repo }: Target,
  { kind, spans = [] }: PinnedProposal,
): Promise<string> {
  return tellSources(source, repo, spans, kind === "rollback" ? "back" : "forward");
}

/** `pre-prod: app v1 → v2`; of a rollback: `prod: back to app v1`. */
export function titleOf(desired: PinnedProposal): string {
  const title = renderTitle(desired);
  return desired.kind === "rollback" ? plain(`Roll back ${title}`) : title;
}

function proposed(
  { kind: what, place }: PinnedProposal,
  { number, url }: PullState,
  action: "updated" | "adopted",
): Outcome {
  return { kind: "proposed", what, place, action, number, url };
}

function settled(outcome: Outcome): Extract<Attempt, { kind: "settled" }> {
  return { kind: "settled", outcome };
}

/** An older proposal that was closed for a newer one. */
export interface Superseded {
  readonly number: number;
  /** Components that it carried as well, and that the newer one does not. */
  readonly left: readonly string[];
}

/** How often the closing of a proposal is begun: an answer that got lost tells nothing, the next look does. */
const CLOSE_TRIES = 3;

/** Whose work stands on a branch, given what was read of it and of its base. */
export type AuthorOf = (target: Target, branch: string) => Authorship;

/**
 * Closes the older proposals of a place with a link to the one that takes their place: two for one place would undo each other.
 * One that carries a person's work stays. One request to look at each, one to close it; both again where the answer got lost.
 * Throws `ForgeUnavailable` where it stays lost.
 */
export async function closeSuperseded(
  { forge }: ProposeParts,
  target: Target,
  desired: PinnedProposal,
  { authorOf, by }: { readonly authorOf: AuthorOf; readonly by: number },
): Promise<readonly Superseded[]> {
  const closed: Superseded[] = [];
  const { component, environment } = desired.place;
  const mine = componentsOf({ component, components: desired.components });
  for (const { branch, pull } of target.siblings) {
    const trailers = parseTrailers(pull.firstMessage);
    if (trailers?.kind !== "promotion" || trailers.environment !== environment) continue;
    if (branch === branchOf(desired) || pull.base !== target.base?.branch) continue;
    const theirs = componentsOf(trailers);
    if (!theirs.some((one) => mine.includes(one))) continue;
    const left = theirs.filter((one) => one !== null && !mine.includes(one));
    if (await closeOne(forge, target, { authorOf, branch, pull, files: trailers.files, by }))
      closed.push({ number: pull.number, left: left.filter((one) => one !== null) });
  }
  return closed;
}

interface Older {
  readonly authorOf: AuthorOf;
  readonly branch: string;
  readonly pull: PullState;
  readonly files: readonly { readonly path: string }[];
  readonly by: number;
}

async function closeOne(forge: Forge, { repo, base }: Target, older: Older): Promise<boolean> {
  const { branch, files, pull } = older;
  for (let tries = 0; tries < CLOSE_TRIES; tries += 1) {
    const target = await forge.readTarget({
      repo,
      base: base?.branch ?? null,
      head: branch,
      files: files.slice(0, 500).map(({ path }) => path),
    });
    const stands = target !== null && openPull(target)?.number === pull.number;
    if (!stands) return tries > 0;
    const closed = await closeStanding(forge, target, older);
    if (closed !== null) return closed;
  }
  // Whoever asked comes again, finds the newer one open, and goes on from there.
  const detail = `whether #${pull.number}, whose place is taken, is closed is not known`;
  throw new ForgeUnavailable(detail, "request", null);
}

/** `null`: whether it happened is not known. */
async function closeStanding(
  forge: Forge,
  target: Target,
  { authorOf, branch, by, pull }: Older,
): Promise<boolean | null> {
  if (authorOf(target, branch).kind !== "ours") return false;
  const result = await forge.closeProposal({
    target,
    pull,
    comment: `Closed: #${by} takes its place.`,
    branch,
    headOid: target.head?.oid ?? null,
  });
  return result.kind === "done" ? true : null;
}
