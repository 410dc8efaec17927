import { editFiles } from "../edit/edit-files.ts";
import type { FileState, Target } from "../model/forge.ts";
import type { Settled } from "../model/inbox.ts";
import type { Outcome, Place } from "../model/outcome.ts";
import type { PullFacts } from "../model/pulls.ts";
import { artifactsIn } from "../promote/held-artifacts.ts";
import { type LeftState, type MendStep, mendStep } from "../promote/mend-step.ts";
import { type Replay, replayChanges } from "../promote/replay.ts";
import { settledOf, subjectsOf } from "../promote/subjects.ts";
import { type Authorship, ownCommitOn } from "../propose/authorship.ts";
import { rebuildPinned } from "../propose/pinned.ts";
import type { PinnedProposal } from "../propose/pinned-proposal.ts";
import { type CommitTrailers, parseTrailers } from "../propose/trailers.ts";
import { type ViewToTell, viewPinned, viewToTell } from "../render/proposal-view.ts";
import type { KnownRepo } from "./known-repo.ts";
import { replayedProposal } from "./replayed-proposal.ts";
import { configChanged, pathsAt, type RunParts } from "./run-place.ts";
import { spansOf } from "./spans-of.ts";
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

/** What became of a pinned proposal that was looked at. */
export type Mended =
  | { readonly kind: "left"; readonly why: string; readonly state: LeftState }
  /** Others' work stands on its branch. */
  | { readonly kind: "person"; readonly why: string }
  | {
      readonly kind: "rebuilt";
      readonly settled: readonly Settled[];
      readonly proposal: PinnedProposal;
      readonly base: string;
      readonly approvalsVoid: boolean;
      /** What it does to what is built; `null`: nothing is to be told. */
      readonly view: ViewToTell | null;
    }
  | { readonly kind: "closed"; readonly settled: readonly Settled[]; readonly words: string };

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

type Tried =
  | Mended
  | {
      readonly kind: "again";
      readonly why: string;
      readonly later: boolean;
      /** What was sent, and may or may not have had its effect. */
      readonly sent: Mended | null;
    };

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
  return act(parts, { ...known, config }, { author, pull, step, target });
}

type Configured = KnownRepo & { readonly config: NonNullable<KnownRepo["config"]> };

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

async function act(
  parts: RunParts,
  known: Configured,
  found: {
    readonly author: Authorship;
    readonly pull: PullFacts;
    readonly step: MendStep;
    readonly target: Target;
  },
): Promise<Tried> {
  const { author, pull, step, target } = found;
  if (step.kind === "leave") {
    if (step.state === "over") await dropBranch(parts, target, author, pull.head.branch);
    return { kind: "left", why: step.why, state: step.state };
  }
  if (step.kind === "person") return { kind: "person", why: step.why };
  if (step.kind === "ask-again") return { kind: "again", why: step.why, later: true, sent: null };
  if (author.kind !== "ours") throw new Error("nobody's proposal is mended");
  const { trailers } = author;
  const { component, environment } = trailers;
  const place = { repo: known.fullName, base: pull.base.branch, environment, component };
  if (step.kind === "close") return close(parts, { place, pull, step, target, trailers });
  return rebuild(parts, known, { place, pull, step, target, trailers });
}

/** It ended while its commit was rebuilt: what was written then is nobody's. */
async function dropBranch(
  { forge }: RunParts,
  target: Target,
  author: Authorship,
  branch: string,
): Promise<void> {
  if (author.kind !== "ours" || target.head === null) return;
  if (target.pulls.some(({ state }) => state === "open")) return;
  const headOid = target.head.oid;
  await forge.closeProposal({ target, pull: null, comment: null, branch, headOid });
}

async function close(
  { forge }: RunParts,
  {
    place,
    pull,
    step,
    target,
    trailers,
  }: {
    readonly place: Place;
    readonly pull: PullFacts;
    readonly step: Extract<MendStep, { kind: "close" }>;
    readonly target: Target;
    readonly trailers: CommitTrailers;
  },
): Promise<Tried> {
  const { why, words } = step;
  const { number } = step.pull;
  const result = await forge.closeProposal({
    target,
    pull: step.pull,
    comment: `Closed: ${words}`,
    branch: pull.head.branch,
    headOid: target.head?.oid ?? null,
  });
  if (result.kind !== "done")
    return { kind: "again", why: result.detail, later: false, sent: null };
  const { artifacts, kind } = trailers;
  const what = kind === "rollback" ? kind : "promotion";
  const outcome: Outcome = { kind: "closed", what, place, number, why };
  return { kind: "closed", words, settled: settledOf(outcome, subjectsOf(artifacts)) };
}

async function rebuild(
  parts: RunParts,
  known: Configured,
  {
    place,
    pull,
    step,
    target,
    trailers,
  }: {
    readonly place: Place;
    readonly pull: PullFacts;
    readonly step: Extract<MendStep, { kind: "rebuild" }>;
    readonly target: Target;
    readonly trailers: CommitTrailers;
  },
): Promise<Tried> {
  const edits = editsOf(target.files, step);
  const anew = replayedProposal(known.config, place, trailers, { ...step.replay, edits });
  if (anew === null) return left("it cannot be edited any more");
  const asking = { config: known.config };
  const proposal = { ...anew, spans: await spansOf({ parts, known, asking }, anew.rows) };
  const { branch } = pull.head;
  const reading = {
    pathsAt: (commit: string) => pathsAt(parts.indexes, known, place.base, commit),
  };
  const viewed = await viewPinned(parts, reading, target, {
    author: { kind: "empty" },
    desired: { ...proposal, changes: step.replay.changes },
  });
  const attempt = await rebuildPinned(parts, target, proposal, { branch, pull: step.pull });
  const { number, url } = step.pull;
  const outcome: Outcome = {
    kind: "proposed",
    what: proposal.kind,
    place,
    action: "updated",
    number,
    url,
  };
  const rebuilt: Mended = {
    kind: "rebuilt",
    settled: settledOf(outcome, subjectsOf(proposal.artifacts)),

    proposal,
    base: target.base?.oid ?? "",
    approvalsVoid: step.pull.approvedAt !== null,
    view: viewed === null ? null : viewToTell(viewed, attempt, target),
  };
  if (attempt.kind === "settled") return rebuilt;
  return { kind: "again", why: attempt.detail, later: false, sent: rebuilt };
}

function left(why: string): Extract<Mended, { kind: "left" }> {
  return { kind: "left", why, state: "stuck" };
}

function editsOf(
  files: ReadonlyMap<string, FileState>,
  { replay }: Extract<MendStep, { kind: "rebuild" }>,
) {
  const edited = editFiles(files, replay.changes);
  return edited.kind === "edited" ? edited.edits : [];
}
