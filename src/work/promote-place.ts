import { editFiles } from "../edit/edit-files.ts";
import type { Target } from "../model/forge.ts";
import type { Place } from "../model/outcome.ts";
import { cell, code } from "../model/outside-text.ts";
import type { Refused } from "../promote/choose-release.ts";
import type { PromotionPlan } from "../promote/promotion-plan.ts";
import { type Answer, placeWords, together } from "../promote/reply.ts";
import { holdsOf, NO_WORDS } from "../promote/words.ts";
import { pinnedStep } from "../propose/pinned.ts";
import { branchOf } from "../propose/pinned-proposal.ts";
import { configChanged } from "./config-in-force.ts";
import type { KnownRepo } from "./known-repo.ts";
import { changedSince } from "./noted-digests.ts";
import { type Permitted, refuse } from "./permitted.ts";
import { planOn } from "./plan-on.ts";
import {
  alreadyThere,
  holdsAlready,
  planAnswer,
  proposedAnswer,
  refusedAnswer,
} from "./promotion-answers.ts";
import { type Leg, proposalOf } from "./promotion-proposal.ts";
import {
  indexed,
  type Run,
  readTarget,
  type Standing,
  sourceMessages,
  sourcesIn,
} from "./promotion-run.ts";
import { sourcesFor } from "./promotion-sources.ts";
import { readWords } from "./repo-words.ts";
import { overlaysAt, type RunParts } from "./run-place.ts";
import { spansOf } from "./spans-of.ts";
import { KnownVersions } from "./version-facts.ts";
import { pinnedAuthor, writePinned } from "./write-pinned.ts";

/** Reads, plans and writes; after an unsure write, or where the repo is not as it was known, again from what is read. */
const ATTEMPTS = 5;

/** Places of one environment whose releases are to go together; one place by itself is the usual case. */
type Runs = readonly [Run, ...Run[]];

/** The releases of places of one environment, as one proposal. All that were named come, or none. */
export async function promotePlaces(
  parts: RunParts,
  known: KnownRepo,
  asking: Permitted,
  places: readonly [Place, ...Place[]],
): Promise<Answer> {
  const [place] = places;
  const begun = begin(parts, known, asking, places);
  if ("body" in begun) return begun;
  let last = "the repo changed at every look";
  let standing: Standing = indexed(begun[0]);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const tried = await attemptPromotion(begun, standing);
    if (tried.kind === "answer") return tried.answer;
    if (tried.standing !== null) standing = tried.standing;
    last = tried.detail;
  }
  return refuse(known, place, "branch-in-use", `It could not be written now: ${last}. Try again.`);
}

function begin(
  parts: RunParts,
  known: KnownRepo,
  asking: Permitted,
  places: readonly [Place, ...Place[]],
): Runs | Answer {
  const about = { config: asking.config, owner: known.repo.owner.toLowerCase() };
  const versions = new KnownVersions(parts.registry, about);
  const runs: Run[] = [];
  for (const place of places) {
    const sources = sourcesFor(known, asking, place.component);
    if (sources.kind === "refused")
      return refusedAnswer(known, [{ place, refused: sources }], places.length > 1);
    const paths = overlaysAt(known, place).map(({ file }) => file);
    const words = NO_WORDS;
    runs.push({ parts, known, asking, place, sources, paths, versions, words, histories: null });
  }
  const [first, ...others] = runs;
  if (first === undefined) throw new Error("no place is promoted");
  return [first, ...others];
}

type Tried =
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "again"; readonly detail: string; readonly standing: Standing | null };

async function attemptPromotion(runs: Runs, standing: Standing): Promise<Tried> {
  const [{ known, parts, place }] = runs;
  const guess = await planAll(runs, standing);
  const branch = guess.kind === "planned" ? branchOf(proposalOf(guess.legs, [])) : null;
  const target = await readTarget(runs, branch);
  if (target === null || target.base === null)
    return answered(refuse(known, place, "base-missing", `${code(place.base)} does not exist.`));
  if (configChanged(known, target)) {
    await parts.indexes.refresh(known.fullName);
    const message = "The config changed just now: write the command again.";
    return answered(refuse(known, place, "config-invalid", message));
  }
  const words = await readWords(parts, known, target.labelled);
  for (const run of runs) run.words = words;
  const held = heldAnswer(runs);
  if (held !== null) return answered(held);
  const { files, folders } = target;
  return writePlan(runs, {
    target,
    branch,
    fresh: { files, folders, sources: sourcesIn(runs, target) },
  });
}

async function writePlan(
  runs: Runs,
  {
    branch,
    fresh,
    target,
  }: { readonly target: Target; readonly fresh: Standing; readonly branch: string | null },
): Promise<Tried> {
  const [first] = runs;
  const { known, parts, place } = first;
  const plan = await planAll(runs, fresh);
  if (plan.kind === "answer") return plan;
  const bare = proposalOf(plan.legs, plan.notes);
  if (branchOf(bare) !== branch)
    return { kind: "again", detail: "the base moved", standing: fresh };
  const messages = sourceMessages(runs, target);
  const changed = changedSince(first.asking.config, bare.artifacts, messages);
  if (changed !== null) return answered(refuse(known, place, "digest-mismatch", changed));
  const edited = editFiles(target.files, bare.changes);
  if (edited.kind === "refused") {
    const { file, message, reason } = edited.refusal;
    const where = file === undefined ? "" : ` (${code(file)})`;
    return answered(refuse(known, place, reason, `${message}${where}`));
  }
  const spans = await spansOf(first, bare.rows);
  const desired = { ...bare, edits: edited.edits, spans };
  if (first.asking.command.plan) {
    const author = pinnedAuthor(parts, first.asking, target, branchOf(desired));
    const step = pinnedStep(target, author, desired);
    return answered(planAnswer(plan.legs, desired, { step, hold: holdOn(runs)?.message ?? null }));
  }
  const written = await writePinned(parts, known, first.asking.config, target, desired);
  if (written.kind === "again") return { kind: "again", detail: written.detail, standing: fresh };
  return answered(proposedAnswer(plan.legs, desired, written));
}

/** Why a hold keeps a place as it is; a rollback's is lifted by what a person promotes next. */
function heldAnswer(runs: Runs): Answer | null {
  const [{ asking, known }] = runs;
  const hold = asking.command.plan ? null : holdOn(runs);
  return hold === null ? null : refuse(known, hold.place, "release-held", hold.message);
}

function holdOn(runs: Runs): { readonly place: Place; readonly message: string } | null {
  const [{ asking }] = runs;
  for (const { place, words } of runs) {
    const hold = holdsOf(words, place).find(
      ({ because }) => because === "person" || asking.request.comment === null,
    );
    if (hold === undefined) continue;
    const { owner, reason, until } = hold;
    const end = until === null ? "" : ` until ${until.slice(0, 16).replace("T", " ")} UTC`;
    const message = `${placeWords(place)} is held by ${code(owner, 40)}${end}: ${cell(reason)}. ${code("/tagboat unhold")} lifts it.`;
    return { place, message };
  }
  return null;
}

function answered(answer: Answer): Tried & { readonly kind: "answer" } {
  return { kind: "answer", answer };
}

type WholePlan =
  | { readonly kind: "answer"; readonly answer: Answer }
  | {
      readonly kind: "planned";
      readonly legs: readonly [Leg, ...Leg[]];
      readonly notes: readonly string[];
    };

/** What comes to all of the places. What holds its release already is left out; one that is refused keeps all back. */
async function planAll(runs: Runs, standing: Standing): Promise<WholePlan> {
  const [{ asking, known }] = runs;
  const isNamed = runs.length === 1 || asking.command.components.length > 0;
  const refused: { readonly place: Place; readonly refused: Refused }[] = [];
  const there: { readonly run: Run; readonly plan: There }[] = [];
  const legs: Leg[] = [];
  for (const run of runs) {
    const plan = await planOn(run, standing);
    if (plan.kind === "planned") legs.push({ run, plan });
    else if (plan.kind === "there") there.push({ run, plan });
    else if (isNamed || plan.reason !== "nothing-to-promote")
      refused.push({ place: run.place, refused: plan });
  }
  if (refused.length > 0) return answered(refusedAnswer(known, refused, runs.length > 1));
  const [first, ...others] = legs;
  if (first !== undefined) {
    const notes = there.map(({ plan, run }) =>
      [`${holdsAlready(run, plan.artifacts)}.`, ...plan.passed].join(" "),
    );
    return { kind: "planned", legs: [first, ...others], notes };
  }
  if (there.length > 0)
    return answered(together(there.map(({ plan, run }) => alreadyThere(run, plan))));
  const message = "Nothing to promote: no component has something that goes further.";
  return answered(refuse(known, runs[0].place, "nothing-to-promote", message));
}

type There = Extract<PromotionPlan, { kind: "there" }>;
