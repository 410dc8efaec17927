import type { Overlay } from "../decide/repo-index.ts";
import { type FlowParts, type PlaceResult, type PlaceWork, tow } from "../flow.ts";
import type { TreePath } from "../model/forge.ts";
import type { GateReads } from "../model/gate-reads.ts";
import type { LaneItem } from "../model/inbox.ts";
import type { Log } from "../model/log.ts";
import type { Outcome, Place } from "../model/outcome.ts";
import type { Pacer } from "../model/pacer.ts";
import type { People } from "../model/people.ts";
import type { Pulls } from "../model/pulls.ts";
import type { Registry } from "../model/registry.ts";
import { holdsOf } from "../promote/words.ts";
import type { Attempt } from "../propose/upsert.ts";
import { readOrigins } from "../resolve/origins.ts";
import { configChanged } from "./config-in-force.ts";
import type { KnownRepo } from "./known-repo.ts";
import { heldBack, type OperatorHolds } from "./operator-holds.ts";
import { PatientKeys } from "./patient-keys.ts";
import { delayAll, type Ran, settleAll, together } from "./ran.ts";
import type { RepoIndexes } from "./repo-indexes.ts";
import { readWords } from "./repo-words.ts";
import type { TagMemories } from "./tag-memories.ts";
import { tellView } from "./tell-view.ts";
import { readWholeTarget } from "./whole-target.ts";

export interface RunParts extends FlowParts {
  readonly pulls: Pulls;
  readonly people: People;
  readonly gateReads: GateReads;
  readonly registry: Registry;
  readonly holds: OperatorHolds;
  readonly pacer: Pacer;
  readonly indexes: RepoIndexes;
  readonly tagMemories: TagMemories;
  readonly log: Log;
}

/** Reads, decides and writes for one place; after an unsure write it reads again and goes on from there, this often. */
const ATTEMPTS = 4;

/** One run of one place with all items that wait for it. */
export async function runPlace(
  parts: RunParts,
  place: Place,
  items: readonly LaneItem[],
  signal: AbortSignal,
): Promise<Ran> {
  const orderKeys = new PatientKeys(parts);
  let last: PlaceResult = CONFIG_RESTLESS;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const result = await attemptPlace({ ...parts, orderKeys }, place, items, signal);
    if (result === "index-stale") continue;
    if ("done" in result) return result;
    const caughtUp = await orderKeys.caughtUp();
    if (caughtUp === true) continue;
    if (caughtUp !== null) return delayAll(items, caughtUp);
    last = result;
    if (!readAgainAtOnce(result.attempt)) break;
  }
  return sortOut(items, last);
}

type PlaceParts = RunParts & { readonly orderKeys: PatientKeys };

const CONFIG_RESTLESS: PlaceResult = {
  attempt: { kind: "again", detail: "the config changed at every look", at: null },
  verdicts: [],
  view: null,
};

async function attemptPlace(
  parts: PlaceParts,
  place: Place,
  items: readonly LaneItem[],
  signal: AbortSignal,
): Promise<Ran | PlaceResult | "index-stale"> {
  const known = await parts.indexes.get(place.repo);
  if (known === null) return settleAll(items, repoGone(place));
  const work = workOf(parts, known, place, items);
  if ("kind" in work) return settleAll(items, work);
  const held = await parts.holds.why(place);
  if (held !== null) return heldBack(parts.clock, items, held);
  const result = await pacedAttempt(parts, known, work, signal);
  if (typeof result !== "string" && "held" in result)
    return heldBack(parts.clock, items, result.held, result.lookAfter);
  if (typeof result !== "string") await tellView(parts, known.repo, result.view, signal);
  if (result !== "repo-gone") return result;
  // Renamed, deleted or taken away without GitHub's word of it: the next event finds what there is.
  parts.indexes.forget(work.owner, [place.repo]);
  return settleAll(items, repoGone(place));
}

function readAgainAtOnce(attempt: Attempt): boolean {
  return attempt.kind === "again" && attempt.at === null;
}

/** Waits for its turn first, so that what is decided is not old when it is written. */
async function pacedAttempt(
  parts: RunParts,
  known: KnownRepo,
  work: PlaceWork,
  signal: AbortSignal,
): Promise<PlaceResult | HeldPlace | "index-stale" | "repo-gone"> {
  const turn = await parts.pacer.turn(known.repo.installation, MOST_WRITES, "tracking", signal);
  let writes = MOST_WRITES;
  try {
    // The turn may have been long in coming.
    const held = await parts.holds.why(work.place);
    if (held !== null) {
      writes = 0;
      return { held };
    }
    const result = await attemptOnce(parts, known, work);
    writes = typeof result === "string" || "held" in result ? 0 : writesOf(result.attempt);
    return result;
  } finally {
    turn.used(writes);
  }
}

/** A rebuilt commit: two documents. */
const MOST_WRITES = 2;

function writesOf(attempt: Attempt): number {
  if (attempt.kind === "again") return MOST_WRITES;
  if (attempt.kind === "unanswered") return 0;
  if (attempt.kind === "waits") return 1;
  const { outcome } = attempt;
  if (outcome.kind === "proposed") return outcome.action === "updated" ? 2 : 1;
  return outcome.kind === "committed" || outcome.kind === "closed" ? 1 : 0;
}

async function attemptOnce(
  parts: RunParts,
  known: KnownRepo,
  work: PlaceWork,
): Promise<PlaceResult | HeldPlace | "index-stale" | "repo-gone"> {
  const target = await readWholeTarget(parts.forge, known, work);
  if (target === null) return "repo-gone";
  if (configChanged(known, target)) {
    await parts.indexes.refresh(known.fullName);
    return "index-stale";
  }
  const held = await holdOn(parts, known, work.place, target.labelled);
  return held === null ? tow(parts, work, target) : { held, lookAfter: LOOK_AT_HOLD };
}

/** Why a person's hold keeps pushes from a place; `null`: nobody's does. One request where anything was ever said in the repo. */
async function holdOn(
  parts: RunParts,
  known: KnownRepo,
  place: Place,
  labelled: number,
): Promise<string | null> {
  const words = await readWords(parts, known, labelled);
  const [hold] = holdsOf(words, place);
  return hold === undefined ? null : `held by ${hold.owner}: ${hold.reason}`;
}

interface HeldPlace {
  readonly held: string;
  /** Milliseconds. */
  readonly lookAfter?: number;
}

/** A person's hold is lifted by a command, which looks at once; one that ends by itself is noticed this late. */
export const LOOK_AT_HOLD = 10 * 60_000;

/** What is to be done at a place by the index; an outcome where nothing can be. */
function workOf(
  parts: Pick<PlaceParts, "clock" | "indexes" | "orderKeys" | "registry">,
  known: KnownRepo,
  place: Place,
  items: readonly LaneItem[],
): PlaceWork | Outcome {
  const environment = known.config?.environments.find((e) => e.name === place.environment);
  if (known.config === null || environment === undefined) return notTracked(place);
  const overlays = overlaysAt(known, place);
  // Files that cannot be edited are among the work's: the plan says why. None at all: what is open there has lost its place.
  const [unclear] = overlays.flatMap(({ trouble }) =>
    trouble?.reason === "config-invalid" ? [trouble] : [],
  );
  if (unclear !== undefined)
    return { kind: "refused", place, reason: unclear.reason, detail: unclear.message };
  const releases = items.flatMap((item) =>
    item.task.kind === "release" ? [item.task.release] : [],
  );
  const about = { config: known.config, owner: known.repo.owner.toLowerCase() };
  return {
    place,
    ...about,
    environment,
    files: overlays.map(({ file }) => file),
    releases,
    keysOf: (versions) => parts.orderKeys.of(about, versions),
    originsOf: (versions) => readOrigins(parts, about, versions),
    pathsAt: (commit) => pathsAt(parts.indexes, known, place.base, commit),
  };
}

/** From the index, which is read again if the branch has moved since. */
export async function pathsAt(
  indexes: RepoIndexes,
  known: KnownRepo,
  base: string,
  commit: string,
): Promise<readonly TreePath[] | null> {
  const of = (repo: KnownRepo | null) =>
    repo?.branches.find((one) => one.branch === base && one.commit === commit)?.paths ?? null;
  return of(known) ?? of(await indexes.refresh(known.fullName));
}

/** The overlays of a place, as the index has them. */
export function overlaysAt(known: KnownRepo, place: Place): readonly Overlay[] {
  return known.index.overlays.filter(
    (overlay) =>
      overlay.environment === place.environment &&
      overlay.component === place.component &&
      overlay.base === place.base,
  );
}

function repoGone(place: Place): Outcome {
  const detail = `${place.repo} is gone, or the App is not installed on it any more`;
  return { kind: "refused", place, reason: "repo-gone", detail };
}

function notTracked(place: Place): Outcome {
  const detail = `the config of ${place.repo} names no such place any more`;
  return { kind: "skipped", place, reason: "not-tracked", detail };
}

/** Releases with a verdict of their own are done with it; the others share what the attempt came to. */
function sortOut(items: readonly LaneItem[], { attempt, verdicts }: PlaceResult): Ran {
  const decided = attempt.kind === "settled" || attempt.kind === "waits";
  let release = 0;
  return together(
    items.map((item) => {
      const verdict = item.task.kind === "release" ? (verdicts[release++] ?? null) : null;
      return verdict !== null && decided ? settleAll([item], verdict) : shared(item, attempt);
    }),
  );
}

function shared(item: LaneItem, attempt: Attempt): Ran {
  const items = [item];
  switch (attempt.kind) {
    case "settled":
      return settleAll(items, attempt.outcome);
    case "unanswered":
      return delayAll(items, attempt);
    case "again":
      return delayAll(items, { ...attempt, failed: true });
    case "waits": {
      const { detail, until: at } = attempt;
      if (item.task.kind === "release") return delayAll(items, { at, failed: false, detail });
      return settleAll(items, {
        kind: "skipped",
        place: null,
        reason: "waits-for-approved",
        detail,
      });
    }
  }
}
