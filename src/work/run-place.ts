import { type FlowParts, type PlaceResult, type PlaceWork, tow } from "../flow.ts";
import type { Target } from "../model/forge.ts";
import type { LaneItem } from "../model/inbox.ts";
import type { Outcome, Place } from "../model/outcome.ts";
import type { Pacer } from "../model/pacer.ts";
import { trackingBranch } from "../propose/branch-name.ts";
import type { Attempt } from "../propose/upsert.ts";
import type { KnownRepo, RepoIndexes } from "./repo-indexes.ts";

export interface RunParts extends FlowParts {
  readonly pacer: Pacer;
  readonly indexes: RepoIndexes;
}

/** What became of a lane's items after a run. */
export interface Ran {
  readonly done: readonly { readonly item: string; readonly outcome: Outcome }[];
  /** To be looked at again at `at` (`null`: after the usual back-off). `failed` counts as a try. */
  readonly later: readonly {
    readonly item: string;
    readonly at: Date | null;
    readonly failed: boolean;
    readonly detail: string;
  }[];
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
  let last: PlaceResult = CONFIG_RESTLESS;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const afterUnsure = last !== CONFIG_RESTLESS;
    const result = await attemptPlace(parts, place, items, afterUnsure, signal);
    if (result === "index-stale") continue;
    if ("done" in result) return result;
    last = result;
    if (!readAgainAtOnce(result.attempt)) break;
  }
  return sortOut(items, last);
}

const CONFIG_RESTLESS: PlaceResult = {
  attempt: { kind: "again", detail: "the config changed at every look", at: null },
  verdicts: [],
};

async function attemptPlace(
  parts: RunParts,
  place: Place,
  items: readonly LaneItem[],
  afterUnsure: boolean,
  signal: AbortSignal,
): Promise<Ran | PlaceResult | "index-stale"> {
  const known = await parts.indexes.get(place.repo);
  const work = known === null ? null : workOf(known, place, items, afterUnsure);
  if (known === null || work === null) return settleAll(items, gone(place, known));
  const result = await pacedAttempt(parts, known, work, signal);
  return result === "repo-gone" ? settleAll(items, gone(place, null)) : result;
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
): Promise<PlaceResult | "index-stale" | "repo-gone"> {
  const turn = await parts.pacer.turn(known.repo.installation, MOST_WRITES, "tracking", signal);
  let writes = MOST_WRITES;
  try {
    const result = await attemptOnce(parts, known, work);
    writes = typeof result === "string" ? 0 : writesOf(result.attempt);
    return result;
  } finally {
    turn.used(writes);
  }
}

/** A rebuilt commit: two documents. */
const MOST_WRITES = 2;

function writesOf(attempt: Attempt): number {
  if (attempt.kind === "again") return MOST_WRITES;
  if (attempt.kind === "waits") return 1;
  const { outcome } = attempt;
  if (outcome.kind === "proposed") return outcome.action === "updated" ? 2 : 1;
  return outcome.kind === "committed" || outcome.kind === "closed" ? 1 : 0;
}

async function attemptOnce(
  parts: RunParts,
  known: KnownRepo,
  work: PlaceWork,
): Promise<PlaceResult | "index-stale" | "repo-gone"> {
  const head = work.environment.delivery === "commit" ? null : trackingBranch(work.place);
  const target = await parts.forge.readTarget({
    repo: known.repo,
    base: work.place.base,
    head,
    files: work.files,
  });
  if (target === null) return "repo-gone";
  if (configChanged(known, target)) {
    await parts.indexes.refresh(known.fullName);
    return "index-stale";
  }
  return tow(parts, work, target);
}

function configChanged(known: KnownRepo, target: Target): boolean {
  const oidOf = (file: Target["config"] | null): string =>
    file === null || file.kind === "absent" ? "" : file.oid;
  return oidOf(known.configState) !== oidOf(target.config);
}

function workOf(
  known: KnownRepo,
  place: Place,
  items: readonly LaneItem[],
  afterUnsure: boolean,
): PlaceWork | null {
  const environment = known.config?.environments.find((e) => e.name === place.environment);
  if (known.config === null || environment === undefined) return null;
  const files = known.index.overlays
    .filter(
      (o) =>
        o.trouble === null &&
        o.environment === place.environment &&
        o.component === place.component &&
        o.base === place.base,
    )
    .map((o) => o.file);
  if (files.length === 0) return null;
  const releases = items.flatMap((item) =>
    item.task.kind === "release" ? [item.task.release] : [],
  );
  return {
    place,
    owner: known.repo.owner.toLowerCase(),
    config: known.config,
    environment,
    files,
    releases,
    afterUnsure,
  };
}

function gone(place: Place, known: KnownRepo | null): Outcome {
  return known === null
    ? {
        kind: "refused",
        place,
        reason: "repo-gone",
        detail: `${place.repo} is gone, or the App is not installed on it any more`,
      }
    : {
        kind: "skipped",
        place,
        reason: "not-tracked",
        detail: `the config of ${place.repo} names no such place any more`,
      };
}

function settleAll(items: readonly LaneItem[], outcome: Outcome): Ran {
  return { done: items.map((item) => ({ item: item.id, outcome })), later: [] };
}

/** Releases with a verdict of their own are done with it; the others share what the attempt came to. */
function sortOut(items: readonly LaneItem[], { attempt, verdicts }: PlaceResult): Ran {
  const done: Ran["done"][number][] = [];
  const later: Ran["later"][number][] = [];
  let release = 0;
  for (const { id: item, task } of items) {
    const verdict = task.kind === "release" ? (verdicts[release++] ?? null) : null;
    if (verdict !== null && attempt.kind !== "again") done.push({ item, outcome: verdict });
    else if (attempt.kind === "settled") done.push({ item, outcome: attempt.outcome });
    else if (attempt.kind === "waits") sortWaiting(item, task.kind, attempt, done, later);
    else later.push({ item, at: attempt.at, failed: true, detail: attempt.detail });
  }
  return { done, later };
}

function sortWaiting(
  item: string,
  kind: LaneItem["task"]["kind"],
  attempt: Extract<Attempt, { kind: "waits" }>,
  done: Ran["done"][number][],
  later: Ran["later"][number][],
): void {
  if (kind === "release")
    later.push({ item, at: attempt.until, failed: false, detail: attempt.detail });
  else
    done.push({
      item,
      outcome: {
        kind: "skipped",
        place: null,
        reason: "waits-for-approved",
        detail: attempt.detail,
      },
    });
}
