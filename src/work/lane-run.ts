import { type LaneItem, type LaneRun, subjectOf } from "../model/inbox.ts";
import type { Outcome } from "../model/outcome.ts";
import { MAX_TRIES, retryAt } from "./backoff.ts";
import { delayAll, type Ran } from "./ran.ts";

/** What a lane's run came to, as the inbox keeps it: tries are counted here, and after the last one an item is a dead letter. */
export function laneRunOf(
  items: readonly LaneItem[],
  ran: Ran,
  now: Date,
  restAfterWrite: number,
): LaneRun {
  const byId = new Map(items.map((item) => [item.id, item]));
  const later: LaneRun["later"][number][] = [];
  const dead: LaneRun["dead"][number][] = [];
  for (const { at, detail, failed, item } of ran.later) {
    const tries = byId.get(item)?.tries ?? 0;
    if (failed && tries + 1 >= MAX_TRIES) dead.push({ item, detail });
    else later.push({ item, until: at ?? retryAt(now, tries), failed, detail });
  }
  const done = ran.done.map(({ item, items: ledTo, outcomes, settled }) => {
    const task = byId.get(item)?.task;
    const subject = task === undefined ? null : subjectOf(task);
    const told = settled ?? outcomes.map((outcome) => ({ subject, outcome }));
    return { item, outcomes: told, items: ledTo };
  });
  const wrote = ran.done.some(({ outcomes }) => outcomes.some(isPullWrite)) && restAfterWrite > 0;
  const restUntil = wrote ? new Date(now.getTime() + restAfterWrite) : null;
  return { done, later, dead, parked: ran.parked, restUntil };
}

/** A run that threw: its items are tried again at `at` (`null`: after the usual back-off, and counted). */
export function failedRun(items: readonly LaneItem[], error: unknown, at: Date | null): Ran {
  const detail = error instanceof Error ? error.message : "failed";
  return delayAll(items, { at, failed: at === null, detail });
}

function isPullWrite(outcome: Outcome): boolean {
  return outcome.kind === "proposed";
}
