import type { Forge, ProposalUpdate, PullState, Target, WriteResult } from "../model/forge.ts";
import type { Outcome } from "../model/outcome.ts";
import { code } from "../model/outside-text.ts";
import type { SourceHistory } from "../model/source.ts";
import { type Authorship, carriedBefore } from "./authorship.ts";
import { historyVersion, renderBody } from "./body.ts";
import { trackingBranch } from "./branch-name.ts";
import { renderCommitMessage } from "./commit-message.ts";
import { type Marker, parseMarker } from "./marker.ts";
import { nextStep, openPull } from "./next-step.ts";
import type { DesiredProposal } from "./proposal.ts";
import { tellSources } from "./tell-sources.ts";
import { renderTitle } from "./title.ts";
import { withWaiting } from "./waiting-note.ts";

export interface ProposeParts {
  readonly forge: Forge;
  readonly source: SourceHistory;
  /** Keys that prove authorship, the signing one first. */
  readonly keys: readonly Buffer[];
}

/** What came of one attempt. `again`: read the target anew and decide from there, at once or at `at`. */
export type Attempt =
  /** `headOid`: where the proposal's branch stands after a write. */
  | { readonly kind: "settled"; readonly outcome: Outcome; readonly headOid?: string }
  | { readonly kind: "again"; readonly detail: string; readonly at: Date | null }
  /** A registry has not answered; nothing was written. `failed` counts as a try. */
  | {
      readonly kind: "unanswered";
      readonly detail: string;
      readonly at: Date | null;
      readonly failed: boolean;
    }
  /** Approved: the releases that are not in it wait. */
  | { readonly kind: "waits"; readonly detail: string; readonly until: Date };

/**
 * Brings the tracking proposal of a place to `desired`: opens, rebuilds or closes it, or leaves it alone.
 * The same desired proposal gives the same branch, content and pull request, whatever happened in between.
 */
export async function upsertProposal(
  parts: ProposeParts,
  target: Target,
  author: Authorship,
  desired: DesiredProposal,
  now: Date,
): Promise<Attempt> {
  const { place } = desired;
  const step = nextStep(target, author, desired, now);
  switch (step.kind) {
    case "nothing":
      if (step.why === "same-proposal" && desired.releases.some((r) => carriedBefore(author, r)))
        return open(parts, target, desired, now);
      return settled({
        kind: "skipped",
        place,
        reason: "up-to-date",
        detail: step.why === "no-change" ? "the base has it" : "the proposal has it",
      });
    case "person":
      return settled({
        kind: "refused",
        place,
        reason: "branch-in-use",
        detail: `branch ${trackingBranch(place)} carries a person's work: ${step.why}; merge or delete it, and the next event opens a proposal`,
      });
    case "ask-again":
      return {
        kind: "again",
        detail: `GitHub is still computing whether #${step.pull.number} merges`,
        at: new Date(now.getTime() + 5_000),
      };
    case "open":
      return open(parts, target, desired, now);
    case "rebuild":
      return update(parts, { target, pull: step.pull, desired, now, rewrite: true });
    case "reword":
      return update(parts, { target, pull: step.pull, desired, now, rewrite: false });
    case "wait":
      return wait(parts, target, step.pull, step.until, desired);
    case "close":
      return close(parts, target, step.pull, desired);
    case "drop-branch":
      return dropBranch(parts, target, step.headOid, desired);
  }
}

function settled(outcome: Outcome): Extract<Attempt, { kind: "settled" }> {
  return { kind: "settled", outcome };
}

interface Rewrite {
  readonly target: Target;
  readonly pull: PullState;
  readonly desired: DesiredProposal;
  readonly now: Date;
  readonly rewrite: boolean;
}

/** The commit of `desired` on the target's base, as it is to stand on the proposal's branch. */
function commitOf(
  parts: ProposeParts,
  target: Target,
  desired: DesiredProposal,
): { message: string; edits: DesiredProposal["edits"] } {
  const context = {
    repoId: target.repo.id,
    branch: trackingBranch(desired.place),
    parent: target.base?.oid ?? "",
    requester: null,
  };
  return {
    message: renderCommitMessage(desired, "tracking", context, parts.keys),
    edits: desired.edits,
  };
}

/** Opens the proposal. One that is open already is adopted: it only gets what it may lack, its labels and reviewers. */
async function open(
  parts: ProposeParts,
  target: Target,
  desired: DesiredProposal,
  now: Date,
): Promise<Attempt> {
  const { environment, place } = desired;
  const sources = await tellSources(parts.source, target.repo, desired.spans ?? []);
  const marker: Marker = {
    history: [{ version: historyVersion(desired), at: now.toISOString() }],
    waiting: [],
  };
  const result = await parts.forge.openProposal({
    target,
    branch: trackingBranch(place),
    ...commitOf(parts, target, desired),
    title: renderTitle(desired),
    body: renderBody(desired, { marker, approvalsVoid: false, sources }),
    draft: environment.proposal.draft,
    labels: desired.orderUnknown
      ? [...environment.proposal.labels, "order unknown"]
      : environment.proposal.labels,
    reviewers: environment.proposal.reviewers,
  });
  const adopted = openPull(target) !== null;
  return finish(result, ({ number, url }) => ({
    kind: "proposed",
    place,
    action: adopted ? "adopted" : "opened",
    number,
    url,
  }));
}

/** New title, body and, with `rewrite`, commit of the open pull request. */
async function update(
  parts: ProposeParts,
  { target, pull, desired, now, rewrite }: Rewrite,
): Promise<Attempt> {
  const before = parseMarker(pull.body);
  const version = historyVersion(desired);
  const history =
    before.history.at(-1)?.version === version
      ? before.history
      : [...before.history, { version, at: now.toISOString() }];
  const written: ProposalUpdate = {
    target,
    pull,
    branch: trackingBranch(desired.place),
    commit: rewrite ? commitOf(parts, target, desired) : null,
    title: renderTitle(desired),
    body: renderBody(desired, {
      marker: { history, waiting: [] },
      approvalsVoid: rewrite && pull.approvedAt !== null,
      sources: await tellSources(parts.source, target.repo, desired.spans ?? []),
    }),
  };
  const result = await parts.forge.updateProposal(written);
  return finish(result, () => ({
    kind: "proposed",
    place: desired.place,
    action: "updated",
    number: pull.number,
    url: pull.url,
  }));
}

/** Names the waiting release in the body, once. */
async function wait(
  parts: ProposeParts,
  target: Target,
  pull: PullState,
  until: Date,
  desired: DesiredProposal,
): Promise<Attempt> {
  const before = parseMarker(pull.body);
  const waiting = [historyVersion(desired)];
  const detail = `#${pull.number} is approved: ${waiting.join(", ")} waits`;
  if (JSON.stringify(before.waiting) === JSON.stringify(waiting))
    return { kind: "waits", detail, until };
  const result = await parts.forge.updateProposal({
    target,
    pull,
    branch: trackingBranch(desired.place),
    commit: null,
    title: pull.title,
    body: withWaiting(pull.body, { ...before, waiting }, until),
  });
  return result.kind === "done"
    ? { kind: "waits", detail, until }
    : { kind: "again", detail: result.detail, at: null };
}

async function close(
  parts: ProposeParts,
  target: Target,
  pull: PullState,
  desired: DesiredProposal,
): Promise<Attempt> {
  const branch = trackingBranch(desired.place);
  const base = code(desired.place.base);
  const why = desired.entryGone
    ? `${base} has no place any more for what this proposes.`
    : `${base} already has what this proposes, or something newer.`;
  const headOid = target.head?.oid ?? null;
  const result = await parts.forge.closeProposal({
    target,
    pull,
    comment: `Closed: ${why}`,
    branch,
    headOid,
  });
  return finish(result, () => ({
    kind: "closed",
    place: desired.place,
    number: pull.number,
    why: desired.entryGone ? "its place is gone" : "the base has it",
  }));
}

/** Deletes what is left of a merged or closed proposal; compare-and-swap, so a person's new commit stays. */
async function dropBranch(
  parts: ProposeParts,
  target: Target,
  headOid: string,
  desired: DesiredProposal,
): Promise<Attempt> {
  const branch = trackingBranch(desired.place);
  const result = await parts.forge.closeProposal({
    target,
    pull: null,
    comment: null,
    branch,
    headOid,
  });
  return finish(result, () => ({
    kind: "skipped",
    place: desired.place,
    reason: "nothing-to-do",
    detail: "left-over branch deleted",
  }));
}

function finish<T extends { readonly headOid: string } | null>(
  result: WriteResult<T>,
  outcome: (value: T) => Outcome,
): Attempt {
  if (result.kind !== "done") return { kind: "again", detail: result.detail, at: null };
  const { value } = result;
  return { ...settled(outcome(value)), ...(value === null ? {} : { headOid: value.headOid }) };
}
