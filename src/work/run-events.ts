import type { LaneItem } from "../model/inbox.ts";
import type { Outcome } from "../model/outcome.ts";
import { MISSING_TRIES } from "./backoff.ts";
import type { KnownRepo } from "./known-repo.ts";
import { laneOf } from "./lane.ts";
import { delayAll, type Ran, settleAll, together } from "./ran.ts";
import { ownerOfWhole } from "./repo-indexes.ts";
import { routeOtherTags } from "./route-other-tags.ts";
import { type Found, nothingFound, resolverOf, routeToRepo } from "./route-to-repo.ts";
import type { RunParts } from "./run-place.ts";

type EventTask = Extract<LaneItem["task"], { kind: "event" }>;

/** Repos that events came too early for, by now; names of those that still cannot be read. */
interface Repos {
  readonly known: readonly KnownRepo[];
  readonly unread: readonly string[];
}

/** Routes events to a repo that could not be read when they came. Throws while it cannot be read. */
export async function runEvents(
  parts: RunParts,
  repo: string,
  items: readonly LaneItem[],
): Promise<Ran> {
  const repos = await reposOf(parts, repo);
  const rans: Ran[] = [];
  for (const item of items)
    if (item.task.kind === "event") rans.push(await runEvent(parts, item, item.task, repos));
  return together(rans);
}

async function reposOf({ indexes }: RunParts, repo: string): Promise<Repos> {
  const owner = ownerOfWhole(repo);
  if (owner !== null) return indexes.ofOwner(owner);
  const known = await indexes.get(repo);
  return { known: known === null ? [] : [known], unread: [] };
}

async function runEvent(
  parts: RunParts,
  item: LaneItem,
  task: EventTask,
  repos: Repos,
): Promise<Ran> {
  const { delivery, owner } = item;
  const resolve = resolverOf(parts.registry, task.event, { owner, delivery });
  const found = nothingFound();
  const { scope } = task;
  const within = (name: string): boolean =>
    scope.kind !== "repo" || name === `${owner}/${scope.repo.toLowerCase()}`;
  for (const known of repos.known) {
    if (!within(known.fullName)) continue;
    await routeToRepo(resolve, task.event, known, found);
    const about = { owner, delivery };
    const later = await routeOtherTags(parts, task.event, known, about, found);
    if (later !== null) found.later.push(later);
  }
  for (const repo of repos.unread.filter(within)) {
    const again: EventTask = { ...task, repo };
    found.items.push({ lane: laneOf(again, false), task: again });
  }
  return ranOf(item, task, found);
}

function ranOf(item: LaneItem, task: EventTask, found: Found): Ran {
  const [later] = found.later;
  if (later !== undefined) {
    const { detail, retryAt: at, failed, missing } = later;
    if (!missing || item.tries < MISSING_TRIES) return delayAll([item], { at, failed, detail });
    return settleAll([item], { kind: "refused", place: null, reason: "image-gone", detail });
  }
  const { items } = found;
  const outcomes = items.length + found.outcomes.length > 0 ? found.outcomes : [untracked(task)];
  return { done: [{ item: item.id, outcomes, items }], later: [], parked: [] };
}

function untracked({ event, repo }: EventTask): Outcome {
  const detail = `${repo} carries no ${event.image}`;
  return { kind: "skipped", place: null, reason: "not-tracked", detail };
}
