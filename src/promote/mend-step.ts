import type { PullState, Target } from "../model/forge.ts";
import { code } from "../model/outside-text.ts";
import type { Authorship } from "../propose/authorship.ts";
import { openPull } from "../propose/next-step.ts";
import { shortVersion } from "../propose/title.ts";
import type { Replay } from "./replay.ts";

/** Why nothing is done: there is nothing to mend, the proposal is over, or it cannot be made anew. */
export type LeftState = "right" | "over" | "stuck";

/** What becomes of a pinned proposal whose base moved. One value, decided before anything is written. */
export type MendStep =
  | { readonly kind: "leave"; readonly why: string; readonly state: LeftState }
  | {
      readonly kind: "rebuild";
      readonly pull: PullState;
      readonly replay: Extract<Replay, { kind: "planned" }>;
    }
  /** `words`: Markdown for those who read the pull request. */
  | {
      readonly kind: "close";
      readonly pull: PullState;
      readonly why: string;
      readonly words: string;
    }
  /** The host is still computing whether it merges. */
  | { readonly kind: "ask-again"; readonly why: string }
  | { readonly kind: "person"; readonly pull: PullState; readonly why: string };

export interface Mending {
  readonly target: Target;
  readonly author: Authorship;
  /** What its values make of the base as it is now; `null`: it does not say what it sets. */
  readonly replay: Replay | null;
  /** The base demands heads that have all of it, and this one has not. */
  readonly behind: boolean;
  /** Somebody asked for it: it comes to the newest base even if it merges. */
  readonly byHand: boolean;
}

/**
 * The step that leads from how the repo stands to a proposal that merges: a rebuild only where it does not, since it costs the
 * approvals. Idempotent: after the step was taken, the next one is `leave`.
 */
export function mendStep(mending: Mending): MendStep {
  const { author, replay, target } = mending;
  const pull = openPull(target);
  if (pull === null) return leave(overWords(target), "over");
  const other = target.pulls.find((one) => one.state === "open" && one !== pull);
  if (other !== undefined)
    return { kind: "person", pull, why: `pull request #${other.number} uses its branch too` };
  if (author.kind === "person") return { kind: "person", pull, why: author.why };
  if (author.kind !== "ours") return leave("its branch holds nothing", "over");
  if (replay === null)
    return leave("its commit does not say what it sets in an environment of this base", "stuck");
  if (replay.kind === "gone" || isOver(replay, author))
    return { kind: "close", pull, ...overBecause(replay, target) };
  switch (needOf(mending, author, pull)) {
    case "rebuild":
      return { kind: "rebuild", pull, replay };
    case "unknown":
      return { kind: "ask-again", why: `GitHub is still computing whether #${pull.number} merges` };
    case "none":
      return leave("it is as it should be", "right");
  }
}

/** Whether it has to be rebuilt. On the newest base that would change nothing. */
function needOf(
  { behind, byHand, target }: Mending,
  { commit }: Extract<Authorship, { kind: "ours" }>,
  { mergeable }: PullState,
): "rebuild" | "unknown" | "none" {
  const isMoved = commit.parents[0] !== target.base?.oid;
  const isAlone = commit.oid === target.head?.oid;
  if (byHand && (isMoved || !isAlone)) return "rebuild";
  if (!isMoved) return "none";
  if (behind || mergeable === "conflicting") return "rebuild";
  return mergeable === "unknown" ? "unknown" : "none";
}

function leave(why: string, state: LeftState): MendStep {
  return { kind: "leave", why, state };
}

/** A rollback goes back from whatever is there. */
function isOver(
  { changes, newer }: Extract<Replay, { kind: "planned" }>,
  { trailers }: Extract<Authorship, { kind: "ours" }>,
): boolean {
  return changes.length === 0 || (newer.length > 0 && trailers.kind !== "rollback");
}

function overWords(target: Target): string {
  const last = target.pulls.find((one) => one.ours && one.base === target.base?.branch);
  if (last === undefined) return "its pull request is gone";
  if (last.state === "merged") return `#${last.number} is merged`;
  return `#${last.number} was closed ${last.closedBy === "app" ? "by Tagboat" : "by a person"}`;
}

function overBecause(
  replay: Replay,
  target: Target,
): { readonly why: string; readonly words: string } {
  const base = code(target.base?.branch ?? "");
  if (replay.kind === "gone") {
    const words = `${code(replay.file)} on ${base} has no place for ${code(replay.what)} any more.`;
    return { why: "its place is gone", words };
  }
  const [newer] = replay.newer;
  if (newer === undefined || replay.changes.length === 0)
    return { why: "the base has it", words: `${base} holds all of this already.` };
  const present = code(newer.from === null ? "" : shortVersion(newer.from));
  const words = `${code(newer.file)} on ${base} holds ${present} by now, which is newer than ${code(shortVersion(newer.to))}.`;
  return { why: "the base has something newer", words };
}
