import { editFiles } from "../edit/edit-files.ts";
import type { FileState, Target } from "../model/forge.ts";
import type { Settled } from "../model/inbox.ts";
import type { Outcome, Place } from "../model/outcome.ts";
import type { PullFacts } from "../model/pulls.ts";
import type { LeftState, MendStep } from "../promote/mend-step.ts";
import { settledOf, subjectsOf } from "../promote/subjects.ts";
import type { Authorship } from "../propose/authorship.ts";
import { rebuildPinned } from "../propose/pinned.ts";
import type { PinnedProposal } from "../propose/pinned-proposal.ts";
import type { CommitTrailers } from "../propose/trailers.ts";
import { type ViewToTell, viewPinned, viewToTell } from "../render/proposal-view.ts";
import type { KnownRepo } from "./known-repo.ts";
import { replayedProposal } from "./replayed-proposal.ts";
import { pathsAt, type RunParts } from "./run-place.ts";
import { spansOf } from "./spans-of.ts";

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

/** What came of one attempt. */
export type Tried =
  | Mended
  | {
      readonly kind: "again";
      readonly why: string;
      readonly later: boolean;
      /** What was sent, and may or may not have had its effect. */
      readonly sent: Mended | null;
    };

/** A repo whose config lets things be written. */
export type Configured = KnownRepo & { readonly config: NonNullable<KnownRepo["config"]> };

/** Takes the step that was decided. One attempt. */
export async function takeStep(
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

/** Nothing was done, and nothing can be. */
export function left(why: string): Extract<Mended, { kind: "left" }> {
  return { kind: "left", why, state: "stuck" };
}

function editsOf(
  files: ReadonlyMap<string, FileState>,
  { replay }: Extract<MendStep, { kind: "rebuild" }>,
) {
  const edited = editFiles(files, replay.changes);
  return edited.kind === "edited" ? edited.edits : [];
}
