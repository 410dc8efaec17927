import type { Clock } from "../model/clock.ts";
import type { HostHistory } from "../model/host-history.ts";
import type { Log } from "../model/log.ts";
import type { Chore } from "./chore.ts";

export interface HookParts {
  readonly history: Pick<HostHistory, "failedHooks" | "redeliver">;
  readonly clock: Clock;
  readonly log: Log;
}

const EVERY = 10 * 60_000;
/** GitHub remembers three days. */
const LOOK_BACK = 3 * 24 * 3_600_000;
/** One that we cannot take would be asked for in every round. */
const MOST_TRIES = 3;
const MOST_AT_ONCE = 500;

/** Asks GitHub for webhooks that never arrived: it does not send them again by itself. */
export function requestHooksAgain(parts: HookParts): Chore {
  const tries = new Map<string, number>();
  return {
    name: "hooks",
    every: EVERY,
    run: (signal) => round(parts, tries, signal),
  };
}

async function round(
  { clock, history, log }: HookParts,
  tries: Map<string, number>,
  signal: AbortSignal,
): Promise<void> {
  const failed = await history.failedHooks(new Date(clock.now().getTime() - LOOK_BACK));
  const guids = new Set(failed.map(({ guid }) => guid));
  for (const guid of tries.keys()) if (!guids.has(guid)) tries.delete(guid);
  const due = failed.filter(({ guid }) => (tries.get(guid) ?? 0) < MOST_TRIES);
  for (const { guid, id } of due.slice(0, MOST_AT_ONCE)) {
    if (signal.aborted) return;
    tries.set(guid, (tries.get(guid) ?? 0) + 1);
    await history.redeliver(id);
  }
  if (due.length > 0) log.info({ asked: due.length }, "lost webhooks asked for again");
}
