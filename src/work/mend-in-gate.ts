import type { Settled } from "../model/inbox.ts";
import type { Place } from "../model/outcome.ts";
import { code } from "../model/outside-text.ts";
import type { PullFacts } from "../model/pulls.ts";
import { settledOf } from "../promote/subjects.ts";
import { parsePinnedBranch } from "../propose/branch-name.ts";
import { type CommitTrailers, parseTrailers } from "../propose/trailers.ts";
import type { KnownRepo } from "./known-repo.ts";
import { mendPinned } from "./mend-pinned.ts";
import type { Mended } from "./mend-write.ts";
import { planAnew } from "./plan-anew.ts";
import type { RunParts } from "./run-place.ts";
import { tellView } from "./tell-view.ts";

/** A rebuilt commit, and a comment that may replace another. */
const MOST_WRITES = 4;

/** Whether an open pull request is a promotion or rollback that its base has left behind. By what is at hand: nothing is asked. */
export function wantsMending(known: KnownRepo, pull: PullFacts): boolean {
  if (!pull.ours || !pull.head.sameRepo || parsePinnedBranch(pull.head.branch) === null)
    return false;
  if (pull.mergeable === "conflicting" || pull.behind) return true;
  if (pull.base.oid === pull.mergeBase) return false;
  return pull.mergeable === "unknown" || isInPlace(known, pull);
}

/** The base holds all that it sets, or has no place for it any more; by the index. */
function isInPlace(known: KnownRepo, pull: PullFacts): boolean {
  const trailers = pull.commits.map(({ message }) => parseTrailers(message)).find(isPinned);
  const files = known.branches.find(({ branch }) => branch === pull.base.branch)?.files ?? [];
  if (trailers == null || known.config === null) return false;
  const texts = new Map(files.map((file) => [file.path, file]));
  const left = planAnew(known.config, trailers, texts);
  return left === null || left.size === 0;
}

function isPinned(trailers: CommitTrailers | null): boolean {
  return trailers !== null && trailers.changes.length > 0;
}

/** Mends it before its gates are judged; `null`: it stands as it did, and is to be judged. */
export async function mendInGate(
  parts: RunParts,
  known: KnownRepo,
  pull: PullFacts,
  signal: AbortSignal,
): Promise<readonly Settled[] | null> {
  const turn = await parts.pacer.turn(known.repo.installation, MOST_WRITES, "tracking", signal);
  let writes = MOST_WRITES;
  try {
    const mended = await mendPinned(parts, known, { pull, byHand: false, discard: false });
    const words = wordsOf(pull, mended);
    if (mended.kind === "left" || words === null) writes = mended.kind === "rebuilt" ? 2 : 1;
    if (words !== null) await sayOnce(parts, known, pull, words);
    if (mended.kind === "rebuilt") await tellView(parts, known.repo, mended.view, signal);
    return settledBy(known, pull, mended);
  } finally {
    turn.used(writes);
  }
}

function settledBy(known: KnownRepo, pull: PullFacts, mended: Mended): readonly Settled[] | null {
  if (mended.kind === "rebuilt" || mended.kind === "closed") return mended.settled;
  if (mended.kind === "person" || mended.state !== "over") return null;
  const place: Place = {
    repo: known.fullName,
    base: pull.base.branch,
    environment: "",
    component: null,
  };
  const detail = `#${pull.number} was not rebuilt: ${mended.why}`;
  return settledOf({ kind: "skipped", place, reason: "nothing-to-do", detail }, []);
}

/** What those have to know who approved it, or who work on its branch. A rebuild that cost nobody anything is no news. */
function wordsOf(pull: PullFacts, mended: Mended): string | null {
  const base = code(pull.base.branch);
  const why =
    pull.behind && pull.mergeable !== "conflicting" ? "lacks commits of" : "is in conflict with";
  if (mended.kind === "rebuilt" && mended.approvalsVoid) {
    const was = why.replace("lacks", "lacked").replace("is in", "was in");
    return `Rebuilt on ${base} at ${code(mended.base.slice(0, 7))}, since it ${was} it: approvals start again.`;
  }
  if (mended.kind !== "person" || (pull.mergeable !== "conflicting" && !pull.behind)) return null;
  return `It ${why} ${base}, and its branch carries others' work (${mended.why}): mend it there, or ${code("/tagboat rebuild")} makes it anew without that.`;
}

/** Not again while the same words stand there. */
async function sayOnce(
  { pulls }: RunParts,
  known: KnownRepo,
  pull: PullFacts,
  body: string,
): Promise<void> {
  if (pull.notes.some((note) => note.byOurApp && note.body.startsWith(body))) return;
  await pulls.say({ repo: known.repo, pull, key: `mended:${pull.number}`, body });
}
