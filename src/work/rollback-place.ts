import { editFiles } from "../edit/edit-files.ts";
import type { Target } from "../model/forge.ts";
import type { Place } from "../model/outcome.ts";
import { code } from "../model/outside-text.ts";
import type { FileVersion } from "../model/pulls.ts";
import { banned, isFree, reachingBans } from "../promote/choose-release.ts";
import type { StandingPlace } from "../promote/place-change.ts";
import { type Answer, placeWords, proposedWords } from "../promote/reply.ts";
import { planRollback, type RollbackPlan, type StepBack, stepsBack } from "../promote/rollback.ts";
import { heldSubjects, settledOf, subjectsOf } from "../promote/subjects.ts";
import { WORD_LABEL, type Word } from "../promote/words.ts";
import { pinnedFamily } from "../propose/branch-name.ts";
import { branchOf, type PinnedProposal } from "../propose/pinned-proposal.ts";
import type { KnownRepo } from "./known-repo.ts";
import { type Permitted, refuse } from "./permitted.ts";
import { readWords } from "./repo-words.ts";
import { overlaysAt, type RunParts } from "./run-place.ts";
import { spansOf } from "./spans-of.ts";
import { KnownVersions } from "./version-facts.ts";
import { saidOf } from "./words-said.ts";
import { writePinned } from "./write-pinned.ts";

const VERSIONS_READ = 100;
const ATTEMPTS = 4;

interface Run {
  readonly parts: RunParts;
  readonly known: KnownRepo;
  readonly asking: Permitted;
  readonly place: Place;
  readonly paths: readonly string[];
  readonly versions: KnownVersions;
}

/** One place back to what it held before: a proposal, a hold against pushes, and a ban of what goes. */
export async function rollBackPlace(
  parts: RunParts,
  known: KnownRepo,
  asking: Permitted,
  place: Place,
): Promise<Answer> {
  const about = { config: asking.config, owner: known.repo.owner.toLowerCase() };
  const versions = new KnownVersions(parts.registry, about);
  const paths = overlaysAt(known, place).map(({ file }) => file);
  const run: Run = { parts, known, asking, place, paths, versions };
  let last = "the repo changed at every look";
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const tried = await attemptRollback(run);
    if (typeof tried !== "string") return tried;
    last = tried;
  }
  return refuse(known, place, "branch-in-use", `It could not be written now: ${last}. Try again.`);
}

async function attemptRollback(run: Run): Promise<Answer | string> {
  const { asking, known, parts, place } = run;
  const histories = await readHistories(run);
  const bare = await read(run, null);
  if (bare === null || bare.base === null)
    return refuse(known, place, "base-missing", `${code(place.base)} does not exist.`);
  const steps = stepsBack(standing(run, bare), histories, asking.command.to);
  if ("kind" in steps) return refuse(known, place, steps.reason, steps.message);
  const { bans } = await readWords(parts, known, bare.labelled);
  const reaching = { bans: reachingBans(asking.config, bans, place) };
  const barred = steps.find(({ to }) => !isFree(reaching, to));
  if (barred !== undefined) {
    const { message, reason } = banned(reaching, barred.to);
    return refuse(known, place, reason, message);
  }
  await learn(run, steps);
  const plan = planRollback(standing(run, bare), steps, (one) =>
    one.kind === "image" ? run.versions.of(one.deployed, one.version) : null,
  );
  if (plan.kind === "refused") return refuse(known, place, plan.reason, plan.message);
  const desired = proposalOf(run, plan);
  if (asking.command.plan) return planned(run, desired);
  const target = await read(run, branchOf(desired));
  if (target?.base?.oid !== bare.base.oid) return "the base moved";
  const edited = editFiles(target.files, plan.changes);
  if (edited.kind === "refused")
    return refuse(known, place, edited.refusal.reason, edited.refusal.message);
  const whole = { ...desired, edits: edited.edits, spans: await spansOf(run, desired.rows) };
  const written = await writePinned(parts, known, asking.config, target, whole);
  if (written.kind === "again") return written.detail;
  const { closed, outcome, view } = written;
  if (outcome.kind === "refused") return refuse(known, place, outcome.reason, outcome.detail);
  if (outcome.kind !== "proposed") return refuse(known, place, "no-effect", "Nothing was written.");
  const held = `${placeWords(place)} is held against pushes, and what goes is banned from here on, until somebody lifts it or promotes something newer.`;
  return {
    body: `${proposedWords(whole, outcome.number, closed)} ${held}`,
    reaction: "rocket",
    outcomes: [outcome],
    settled: settledOf(outcome, [...subjectsOf(plan.artifacts), ...heldSubjects(plan.reverted)]),
    words: wordsOf(run, plan),
    views: view === null ? [] : [view],
  };
}

function planned({ place }: Run, desired: PinnedProposal): Answer {
  const rows = desired.rows.map(({ to }) => code(to.tag ?? to.digest ?? ""));
  const body = `It would bring ${[...new Set(rows)].join(", ")} back to ${placeWords(place)}.`;
  return {
    body,
    reaction: "rocket",
    outcomes: [{ kind: "skipped", place, reason: "answered", detail: body }],
  };
}

function wordsOf(
  { asking, place }: Run,
  { reverted }: Extract<RollbackPlan, { kind: "planned" }>,
): readonly Word[] {
  const reason = asking.command.reason ?? "rolled back";
  const said = { ...saidOf(asking), component: place.component, reason };
  const bans = reverted.flatMap((one): Word[] =>
    one.kind === "image" ? [{ ...said, kind: "ban", image: one.image, ...one.version }] : [],
  );
  return [{ ...said, kind: "hold", until: null, because: "rollback" }, ...bans];
}

async function readHistories({ known, parts, paths, place }: Run) {
  const found = new Map<string, readonly FileVersion[]>();
  for (const path of paths)
    found.set(path, await parts.pulls.history(known.repo, place.base, path, VERSIONS_READ));
  return found;
}

async function learn({ versions }: Run, steps: readonly StepBack[]): Promise<void> {
  for (const one of steps.flatMap(({ to }) => to.artifacts))
    if (one.kind === "image") await versions.learn(one.deployed, one.version);
}

function read({ known, parts, paths, place }: Run, head: string | null): Promise<Target | null> {
  const query = {
    repo: known.repo,
    base: place.base,
    head,
    files: paths,
    ...(head === null ? { counted: WORD_LABEL } : {}),
  };
  return parts.forge.readTarget(
    head === null ? query : { ...query, siblings: pinnedFamily(place) },
  );
}

function standing({ asking, paths }: Run, { files, folders }: Target): StandingPlace {
  const { config, environment } = asking;
  return { config, environment, files, folders, paths, keyOf: () => null };
}

function proposalOf(
  { asking, place }: Run,
  plan: Extract<RollbackPlan, { kind: "planned" }>,
): PinnedProposal {
  const { command, environment, request } = asking;
  return {
    kind: "rollback",
    place,
    environment,
    rows: plan.rows,
    refs: plan.changes.flatMap((one) => (one.kind === "ref" ? [one] : [])),
    artifacts: plan.artifacts,
    edits: [],
    entryGone: false,
    releases: [],
    deliveries: [],
    orderUnknown: false,
    changes: plan.changes,
    components: [],
    asked: {
      by: { id: request.userId, login: request.login },
      comment: request.comment,
      from: [environment.name],
      skip: null,
      reason: command.reason,
    },
    notes: [],
    next: null,
  };
}
