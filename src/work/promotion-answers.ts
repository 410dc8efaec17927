import type { Outcome, Place } from "../model/outcome.ts";
import { code } from "../model/outside-text.ts";
import type { Refused } from "../promote/choose-release.ts";
import type { PromotionPlan } from "../promote/promotion-plan.ts";
import { type Answer, namesWords, placeWords, proposedWords } from "../promote/reply.ts";
import { settledOf, subjectsOf } from "../promote/subjects.ts";
import { branchTaken, type PinnedStep, titleOf } from "../propose/pinned.ts";
import type { PinnedProposal } from "../propose/pinned-proposal.ts";
import type { KnownRepo } from "./known-repo.ts";
import { refuse } from "./permitted.ts";
import type { Leg } from "./promotion-proposal.ts";
import type { Run } from "./promotion-run.ts";
import type { PinnedWrite } from "./write-pinned.ts";

type Legs = readonly [Leg, ...Leg[]];
type There = Extract<PromotionPlan, { kind: "there" }>;

/** What a plan would come to, which writes nothing. */
export function planAnswer(
  legs: Legs,
  desired: PinnedProposal,
  { hold, step }: { readonly step: PinnedStep; readonly hold: string | null },
): Answer {
  const [{ run }] = legs;
  if (step.kind === "person")
    return refuse(run.known, run.place, "branch-in-use", branchTaken(desired, step.why));
  const does = [wouldDo(step, desired), ...desired.notes].join(" ");
  const body = hold === null ? does : `${does} Not now: ${hold}`;
  const outcomes = legs.map(
    ({ run }): Outcome => ({ kind: "skipped", place: run.place, reason: "answered", detail: body }),
  );
  return { body, reaction: "rocket", outcomes };
}

/** By the pull request that there is of it. */
function wouldDo(step: Exclude<PinnedStep, { kind: "person" }>, desired: PinnedProposal): string {
  const what = `${code(titleOf(desired))}, changing ${namesWords(desired.edits.map(({ path }) => path))}`;
  if (step.kind === "open") return `It would open a pull request: ${what}.`;
  const { number } = step.pull;
  if (step.kind !== "rebuild") return `It is open already: #${number}, ${what}.`;
  return `It is open already: #${number}, and would be built anew on the base as it is now, for which approvals start again: ${what}.`;
}

/** What became of a proposal that was to be written; each of its places has it as its outcome. */
export function proposedAnswer(
  legs: Legs,
  desired: PinnedProposal,
  { closed, outcome, view }: Extract<PinnedWrite, { kind: "written" }>,
): Answer {
  const [{ run }] = legs;
  if (outcome.kind === "proposed") {
    const body = proposedWords(desired, outcome.number, closed);
    const outcomes = legs.map((leg): Outcome => ({ ...outcome, place: leg.run.place }));
    const settled = legs.flatMap(({ plan, run: { place } }) =>
      settledOf({ ...outcome, place }, subjectsOf(plan.artifacts)),
    );
    return { body, reaction: "rocket", outcomes, settled, views: view === null ? [] : [view] };
  }
  const message = outcome.kind === "refused" ? outcome.detail : "Nothing was written.";
  const reason = outcome.kind === "refused" ? outcome.reason : "no-effect";
  return refuse(run.known, run.place, reason, message);
}

/** A place that holds its release. */
export function alreadyThere(run: Run, { artifacts, passed }: There): Answer {
  const from = [...new Set(run.sources.overlays.map(({ environment }) => environment ?? ""))];
  const there = `${holdsAlready(run, artifacts)}: nothing newer comes from ${namesWords(from)}.`;
  const body = [there, ...passed].join(" ");
  const outcome: Outcome = {
    kind: "skipped",
    place: run.place,
    reason: "up-to-date",
    detail: body,
  };
  const settled = settledOf(outcome, subjectsOf(artifacts));
  return { body, reaction: "rocket", outcomes: [outcome], settled };
}

export function holdsAlready({ place }: Run, artifacts: There["artifacts"]): string {
  const versions = artifacts.map((one) => (one.kind === "ref" ? one.ref : one.tag));
  return `${placeWords(place)} holds ${namesWords([...new Set(versions)])} already`;
}

/** Why nothing is opened. @param together: several were to go in one proposal, so each is told by its name. */
export function refusedAnswer(
  known: KnownRepo,
  refused: readonly { readonly place: Place; readonly refused: Refused }[],
  together: boolean,
): Answer {
  const [first] = refused;
  if (first === undefined) throw new Error("nothing was refused");
  const answers = refused.map(({ place, refused: { message, reason } }) =>
    refuse(known, place, reason, message),
  );
  const [answer] = answers;
  if (!together && answer !== undefined) return answer;
  const lines = refused.map(
    ({ place, refused: { message } }) => `- ${placeWords(place)}: ${message}`,
  );
  return {
    body: `Nothing is opened, since they were to go together.\n\n${lines.join("\n")}`,
    reaction: "confused",
    outcomes: answers.flatMap(({ outcomes }) => outcomes),
  };
}
