import { editFiles } from "../edit/edit-files.ts";
import type { Target } from "../model/forge.ts";
import type { Outcome, Place } from "../model/outcome.ts";
import { cell, code } from "../model/outside-text.ts";
import type { FileVersion } from "../model/pulls.ts";
import {
  chooseRelease,
  type Refused,
  reachingBans,
  type SourceFile,
} from "../promote/choose-release.ts";
import { nextSteps } from "../promote/ladder.ts";
import { type StandingPlace, takes } from "../promote/place-change.ts";
import { type PromotionPlan, planPromotion } from "../promote/promotion-plan.ts";
import { type Answer, namesWords, placeWords, proposedWords } from "../promote/reply.ts";
import { holdsOf, NO_WORDS, type StandingWords } from "../promote/words.ts";
import { titleOf } from "../propose/pinned.ts";
import { branchOf, type PinnedProposal } from "../propose/pinned-proposal.ts";
import type { KnownRepo } from "./known-repo.ts";
import { type Permitted, refuse } from "./permitted.ts";
import {
  indexed,
  learnVersions,
  onBase,
  type Run,
  readHistories,
  readTarget,
  type Standing,
  sourcesIn,
  standingPlace,
} from "./promotion-run.ts";
import { sourcesFor } from "./promotion-sources.ts";
import { readWords } from "./repo-words.ts";
import { configChanged, overlaysAt, type RunParts } from "./run-place.ts";
import { spansOf } from "./spans-of.ts";
import { KnownVersions } from "./version-facts.ts";
import { writePinned } from "./write-pinned.ts";

/** Reads, plans and writes; after an unsure write, or where the repo is not as it was known, again from what is read. */
const ATTEMPTS = 5;
/** One component's release for one environment, as one proposal. */
export async function promotePlace(
  parts: RunParts,
  known: KnownRepo,
  asking: Permitted,
  place: Place,
): Promise<Answer> {
  const sources = sourcesFor(known, asking, place.component);
  if (sources.kind === "refused") return refuse(known, place, sources.reason, sources.message);
  const about = { config: asking.config, owner: known.repo.owner.toLowerCase() };
  const run: Run = {
    parts,
    known,
    asking,
    place,
    sources,
    paths: overlaysAt(known, place).map(({ file }) => file),
    versions: new KnownVersions(parts.registry, about),
    words: NO_WORDS,
    histories: null,
  };
  let last = "the repo changed at every look";
  let standing: Standing = indexed(run);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const tried = await attemptPromotion(run, standing);
    if (tried.kind === "answer") return tried.answer;
    if (tried.standing !== null) standing = tried.standing;
    last = tried.detail;
  }
  return refuse(known, place, "branch-in-use", `It could not be written now: ${last}. Try again.`);
}

type Tried =
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "again"; readonly detail: string; readonly standing: Standing | null };

async function attemptPromotion(run: Run, standing: Standing): Promise<Tried> {
  const { known, parts, place } = run;
  const guess = await planOn(run, standing);
  const branch = guess.kind === "planned" ? branchOf(proposalOf(run, guess)) : null;
  const target = await readTarget(run, branch);
  if (target === null || target.base === null)
    return answered(refuse(known, place, "base-missing", `${code(place.base)} does not exist.`));
  if (configChanged(known, target)) {
    await parts.indexes.refresh(known.fullName);
    const message = "The config changed just now: write the command again.";
    return answered(refuse(known, place, "config-invalid", message));
  }
  run.words = await readWords(parts, known, target.labelled);
  const held = heldWords(run);
  if (held !== null) return answered(refuse(known, place, "release-held", held));
  const { files, folders } = target;
  const fresh = { files, folders, sources: sourcesIn(run, target) };
  return writePlan(run, { target, fresh, branch });
}

async function writePlan(
  run: Run,
  {
    branch,
    fresh,
    target,
  }: { readonly target: Target; readonly fresh: Standing; readonly branch: string | null },
): Promise<Tried> {
  const { known, parts, place } = run;
  const plan = await planOn(run, fresh);
  if (plan.kind === "refused") return answered(refuse(known, place, plan.reason, plan.message));
  if (plan.kind === "there") return answered(alreadyThere(run, plan.artifacts));
  const bare = proposalOf(run, plan);
  if (branchOf(bare) !== branch)
    return { kind: "again", detail: "the base moved", standing: fresh };
  const edited = editFiles(target.files, plan.change.changes);
  if (edited.kind === "refused") {
    const { file, message, reason } = edited.refusal;
    const where = file === undefined ? "" : ` (${code(file)})`;
    return answered(refuse(known, place, reason, `${message}${where}`));
  }
  const spans = await spansOf(run, bare.rows);
  const desired = { ...bare, edits: edited.edits, spans };
  if (run.asking.command.plan) return answered(planAnswer(run, desired));
  const written = await writePinned(parts, standingPlace(run, fresh), target, desired);
  if (written.kind === "again") return { kind: "again", detail: written.detail, standing: fresh };
  return answered(proposedAnswer(run, desired, written));
}

/** Why a hold keeps the place as it is; a rollback's is lifted by what a person promotes next. */
function heldWords({ asking, place, words }: Run): string | null {
  const hold = holdsOf(words, place).find(
    ({ because }) => because === "person" || asking.request.comment === null,
  );
  if (hold === undefined || asking.command.plan) return null;
  const end = hold.until === null ? "" : ` until ${hold.until.slice(0, 16).replace("T", " ")} UTC`;
  return `${placeWords(place)} is held by ${code(hold.owner, 40)}${end}: ${cell(hold.reason)}. ${code("/tagboat unhold")} lifts it.`;
}

function answered(answer: Answer): Tried {
  return { kind: "answer", answer };
}

function planAnswer({ place }: Run, desired: PinnedProposal): Answer {
  const body = `It would open a pull request: ${code(titleOf(desired))}, changing ${namesWords(desired.edits.map(({ path }) => path))}.`;
  const outcome: Outcome = { kind: "skipped", place, reason: "answered", detail: body };
  return { body, reaction: "rocket", outcomes: [outcome] };
}

function proposedAnswer(
  { known, place }: Run,
  desired: PinnedProposal,
  { closed, outcome }: { readonly outcome: Outcome; readonly closed: readonly number[] },
): Answer {
  if (outcome.kind === "proposed") {
    const body = proposedWords(desired, outcome.number, closed);
    return { body, reaction: "rocket", outcomes: [outcome] };
  }
  const message = outcome.kind === "refused" ? outcome.detail : "Nothing was written.";
  return refuse(known, place, outcome.kind === "refused" ? outcome.reason : "no-effect", message);
}

function alreadyThere({ place, sources }: Run, artifacts: PromotionThere["artifacts"]): Answer {
  const versions = artifacts.map((one) => (one.kind === "ref" ? one.ref : one.tag));
  const from = [...new Set(sources.overlays.map(({ environment }) => environment ?? ""))];
  const body = `${placeWords(place)} holds ${namesWords([...new Set(versions)])} already: nothing newer comes from ${namesWords(from)}.`;
  const outcome: Outcome = { kind: "skipped", place, reason: "up-to-date", detail: body };
  return { body, reaction: "rocket", outcomes: [outcome] };
}

type PromotionThere = Extract<PromotionPlan, { kind: "there" }>;

/** What the files as they stand lead to; reads histories and registries where they are needed, each once. */
async function planOn(run: Run, standing: Standing): Promise<PromotionPlan> {
  const place = standingPlace(run, standing);
  let choice = choose(run, place, standing);
  if (choice.kind === "history-needed") {
    run.histories ??= await readHistories(run);
    choice = choose(run, place, standing);
  }
  if (choice.kind === "history-needed") return unread(run);
  if (choice.kind === "refused") return choice;
  await learnVersions(run, place, choice.artifacts);
  return planPromotion(place, choice.artifacts, (artifact) =>
    artifact.kind === "image" ? run.versions.of(artifact.deployed, artifact.version) : null,
  );
}

function unread({ sources }: Run): Refused {
  const files = namesWords(sources.overlays.map(({ file }) => file));
  const message = `The history of ${files} could not be read.`;
  return { kind: "refused", reason: "nothing-to-promote", message };
}

function choose(run: Run, place: StandingPlace, standing: Standing) {
  const { asking, histories, parts, sources } = run;
  const now = parts.clock.now();
  const found = sources.overlays.flatMap(({ base, environment, file }): SourceFile[] => {
    const settings = asking.config.environments.find(({ name }) => name === environment);
    const key = onBase(base, file);
    const state = standing.sources.get(key) ?? { kind: "absent" as const, path: file };
    if (settings === undefined) return [];
    const present: FileVersion = { commit: "", at: now.toISOString(), file: state };
    const versions = histories?.get(key) ?? [present];
    return [{ environment: settings, file, versions, whole: histories !== null }];
  });
  return chooseRelease({
    config: asking.config,
    sources: found,
    to: asking.command.to,
    soak: asking.environment.soak,
    bans: reachingBans(asking.config, run.words.bans, run.place),
    now,
    takes: (artifact) => takes(place, artifact),
  });
}

function proposalOf(
  { asking, place, sources, words }: Run,
  { artifacts, change }: Extract<PromotionPlan, { kind: "planned" }>,
): PinnedProposal {
  const { config, environment, request } = asking;
  const [next] = nextSteps(config, environment.name);
  const what = place.component === null ? "" : ` ${place.component}`;
  const unplaced = change.unplaced.length === 0 ? [] : [unplacedWords(change.unplaced)];
  return {
    kind: "promotion",
    place,
    environment,
    rows: change.rows,
    refs: change.changes.flatMap((one) => (one.kind === "ref" ? [one] : [])),
    artifacts,
    edits: [],
    entryGone: false,
    releases: [],
    deliveries: [],
    orderUnknown: false,
    changes: change.changes,
    components: [],
    asked: {
      by: request.comment === null ? null : { id: request.userId, login: request.login },
      comment: request.comment,
      from: [...new Set(sources.overlays.map((overlay) => overlay.environment ?? ""))],
      skip: sources.skip,
      reason: null,
    },
    notes: [...unplaced, ...liftWords(holdsOf(words, place))],
    next: next === undefined ? null : `/promote ${next.name}${what}`,
  };
}

function unplacedWords(images: readonly string[]): string {
  return `Nothing here has an entry for ${namesWords(images)}.`;
}

function liftWords(holds: StandingWords["holds"]): readonly string[] {
  const owners = holds.filter(({ because }) => because === "rollback").map(({ owner }) => owner);
  return owners.length === 0
    ? []
    : [`Merged, it lifts the hold of the rollback by ${namesWords(owners)}.`];
}
