import type { Config } from "../model/config.ts";
import type { FileState, HeadBranch } from "../model/forge.ts";
import type { PullFacts } from "../model/pulls.ts";
import type { ContentFacts, Origin } from "../promote/gates/facts.ts";
import { type Authorship, authorshipOf } from "../propose/authorship.ts";
import { blobOid } from "../propose/blob-oid.ts";
import { BRANCH_PREFIX, ONBOARDING_BRANCH } from "../propose/branch-name.ts";
import { type CommitTrailers, parseTrailers } from "../propose/trailers.ts";
import { planAnew } from "./plan-anew.ts";

/** The files of a pull request where it begins and where it ends. */
export interface PullTexts {
  readonly base: ReadonlyMap<string, FileState>;
  readonly head: ReadonlyMap<string, FileState>;
}

/** Where a pull request comes from, proven from git, and what we would make of its files. */
export interface PullOrigin {
  readonly origin: Origin;
  readonly content: ContentFacts | null;
  /** `null`: not proven ours. */
  readonly trailers: CommitTrailers | null;
}

/** Whose pull request it is. */
export function originOf(
  keys: readonly Buffer[],
  repoId: number,
  config: Config,
  pull: PullFacts,
  texts: PullTexts,
): PullOrigin {
  if (!claimsToBeOurs(pull)) return { origin: { kind: "person" }, content: null, trailers: null };
  const author = authorOf(keys, repoId, config, pull, texts);
  if (author.kind !== "ours") {
    const why = author.kind === "person" ? author.why : "nothing is on it";
    return { origin: { kind: "foreign", why }, content: null, trailers: null };
  }
  const { trailers } = author;
  const content = contentOf(config, trailers, texts);
  const requester = trailers.asked?.by ?? null;
  const { kind } = trailers;
  if (kind === "promotion" || kind === "rollback")
    return { origin: { kind, requester }, content, trailers };
  const order = trailers.orderUnknown === true ? ({ orderUnknown: true } as const) : {};
  return { origin: { kind: "tracking", ...order }, content, trailers };
}

/** Our bot's, or from a branch whose name is ours: then it has to be proven. */
function claimsToBeOurs({ head, ours }: PullFacts): boolean {
  if (head.branch === ONBOARDING_BRANCH) return false;
  return ours || (head.sameRepo && head.branch.startsWith(BRANCH_PREFIX));
}

function authorOf(
  keys: readonly Buffer[],
  repoId: number,
  config: Config,
  pull: PullFacts,
  texts: PullTexts,
): Authorship {
  if (!pull.ours || !pull.head.sameRepo) return { kind: "person", why: "Tagboat did not open it" };
  const blobs = [...texts.head].flatMap(([path, file]): [string, string][] =>
    file.kind === "absent" ? [] : [[path, file.oid]],
  );
  const head: HeadBranch = {
    oid: pull.head.oid,
    commits: pull.commits,
    complete: pull.commitsComplete,
    blobs: new Map(blobs),
  };
  return authorshipOf(head, {
    repoId,
    branch: pull.head.branch,
    keys,
    pull: { changedFiles: pull.files.length },
    onBase(trailers, path) {
      const planned = planAnew(config, trailers, texts.base);
      const text = planned?.get(path);
      return text === undefined ? null : blobOid(text);
    },
  });
}

/** What was signed is what is planned; after a merge of the base it is planned anew on that. */
function contentOf(config: Config, trailers: CommitTrailers, texts: PullTexts): ContentFacts {
  const signed = new Map<string, string>();
  for (const { oid, path } of trailers.files) {
    const file = texts.head.get(path);
    if (file?.kind === "text" && file.oid === oid) signed.set(path, file.text);
  }
  const files =
    signed.size === trailers.files.length ? signed : planAnew(config, trailers, texts.base);
  if (files === null) return { kind: "unplanned", why: "its entries are not there any more" };
  return { kind: "planned", files, mergeBase: texts.base, head: texts.head };
}

/** Paths that its commits say to change: their texts are needed, whatever the list of files says. */
export function claimedPaths({ commits }: PullFacts): readonly string[] {
  return commits
    .flatMap(({ message }) => parseTrailers(message)?.files ?? [])
    .map(({ path }) => path);
}
