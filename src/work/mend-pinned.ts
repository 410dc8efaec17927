import type { Target } from "../model/forge.ts";
import type { PullFacts } from "../model/pulls.ts";
import { artifactsIn } from "../promote/held-artifacts.ts";
import { mendStep } from "../promote/mend-step.ts";
import { type Replay, replayChanges } from "../promote/replay.ts";
import { type Authorship, ownCommitOn } from "../propose/authorship.ts";
import { type CommitTrailers, parseTrailers } from "../propose/trailers.ts";
import { configChanged } from "./config-in-force.ts";
import type { KnownRepo } from "./known-repo.ts";
import { type Configured, left, type Mended, type Tried, takeStep } from "./mend-write.ts";
import type { RunParts } from "./run-place.ts";
import { KnownVersions } from "./version-facts.ts";
import { pinnedAuthor } from "./write-pinned.ts";

/** Looks, decides and writes; after an unsure write, or while GitHub computes, again from what is read. */
const ATTEMPTS = 4;
/** How long GitHub is given to find out whether a pull request merges, in milliseconds. */
const COMPUTING = 5_000;
/** Of what a commit's text claims to change so many files are read. */
const MOST_CLAIMED = 500;

export interface MendWish {
  readonly pull: PullFacts;
  /** Somebody asked for it. */
  readonly byHand: boolean;
  /** What others put on the branch goes. */
  readonly discard: boolean;
}

/** Brings a promotion or rollback to a base that moved: rebuilt with the same release and requester, or closed with words. */
export async function mendPinned(
  parts: RunParts,
  known: KnownRepo,
  wish: MendWish,
): Promise<Mended> {
  let why = "the repo changed at every look";
  let sent: Mended | null = null;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const tried = await attemptMend(parts, known, wish);
    // A write whose answer was lost had its effect: it is told as what it was.
    if (tried.kind === "left" && tried.state === "right" && sent !== null) return sent;
    if (tried.kind !== "again") return tried;
    why = tried.why;
    sent ??= tried.sent;
    if (tried.later) await parts.clock.sleep(COMPUTING);
  }
  return { kind: "left", why, state: "stuck" };
}

async function attemptMend(parts: RunParts, known: KnownRepo, wish: MendWish): Promise<Tried> {
  const { pull } = wish;
  const { config } = known;
  if (config === null || config.mode !== "act") return left("the config says `mode: observe`");
  const target = await parts.forge.readTarget({
    repo: known.repo,
    base: pull.base.branch,
    head: pull.head.branch,
    files: claimedFiles(pull),
  });
  if (target?.base == null) return left("its base branch is gone");
  if (configChanged(known, target)) {
    await parts.indexes.refresh(known.fullName);
    return left("the config changed just now");
  }
  const author = authorOn(parts, { ...known, config }, target, wish);
  const replay =
    author.kind === "ours"
      ? await replayOf(parts, { ...known, config }, target, author.trailers)
      : null;
  const { behind } = pull;
  const step = mendStep({ target, author, replay, behind, byHand: wish.byHand });
  return takeStep(parts, { ...known, config }, { author, pull, step, target });
}

function claimedFiles({ commits }: PullFacts): readonly string[] {
  const claimed = commits.flatMap(({ message }) => pathsOf(parseTrailers(message)));
  return [...new Set(claimed)].slice(0, MOST_CLAIMED);
}

/** What it changed, and what it sets: the base may have held some of it already. */
function pathsOf(trailers: CommitTrailers | null): readonly string[] {
  if (trailers === null) return [];
  return [...trailers.files.map(({ path }) => path), ...trailers.changes.map(({ file }) => file)];
}

function authorOn(
  parts: RunParts,
  { config, repo }: Configured,
  target: Target,
  { discard, pull }: MendWish,
): Authorship {
  const { branch } = pull.head;
  const author = pinnedAuthor(parts, { config }, target, branch);
  if (author.kind !== "person" || !discard || target.head === null) return author;
  return ownCommitOn(target.head, { repoId: repo.id, branch, keys: parts.keys }) ?? author;
}

async function replayOf(
  parts: RunParts,
  { config, index, repo }: Configured,
  { base, files }: Target,
  { artifacts, changes, environment: name }: CommitTrailers,
): Promise<Replay | null> {
  const environment = config.environments.find((one) => one.name === name);
  if (environment === undefined || changes.length === 0) return null;
  if ((environment.branch ?? index.defaultBranch) !== base?.branch) return null;
  const versions = new KnownVersions(parts.registry, { config, owner: repo.owner.toLowerCase() });
  const texts = [...files.values()].flatMap((file) => (file.kind === "text" ? [file.text] : []));
  for (const one of texts.flatMap((text) => artifactsIn(config, environment, text)))
    if (one.kind === "image") await versions.learn(one.deployed, one.version);
  return replayChanges({
    config,
    environment,
    files,
    changes,
    artifacts,
    keyOf(image, version) {
      const facts = versions.of(image, version);
      return facts?.kind === "found" ? facts.key : null;
    },
  });
}
