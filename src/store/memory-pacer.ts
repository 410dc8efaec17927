import type { Clock } from "../model/clock.ts";
import type { Pacer, Turn, Urgency } from "../model/pacer.ts";

/** What one installation may send. Source: GitHub's secondary limits for content-creating requests. */
export interface PaceLimits {
  /** Requests that may go at once after a quiet time. */
  readonly burst: number;
  readonly perSecond: number;
  readonly perMinute: number;
  readonly perHour: number;
  /** Share of the hour that tracking leaves to people. */
  readonly keptForPeople: number;
}

export const githubLimits: PaceLimits = {
  burst: 10,
  perSecond: 1,
  perMinute: 80,
  perHour: 500,
  keptForPeople: 0.2,
};

const HOUR = 3_600_000;

interface Waiting {
  readonly writes: number;
  readonly urgency: Urgency;
  readonly grant: () => void;
}

class Installation {
  readonly sent: { at: number; writes: number }[] = [];
  readonly people: Waiting[] = [];
  readonly tracking: Waiting[] = [];
  pausedUntil = 0;
  busy = false;
  /** Ends the wait for the turn that was next, because another may go before it. */
  look = new AbortController();
}

/** Shares out the writes of each installation among the work of this process. People first, then in order of asking. */
export class MemoryPacer implements Pacer {
  readonly #clock: Clock;
  readonly #limits: PaceLimits;
  readonly #installations = new Map<number, Installation>();

  constructor(clock: Clock, limits: PaceLimits = githubLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  turn(
    installation: number,
    writes: number,
    urgency: Urgency,
    signal?: AbortSignal,
  ): Promise<Turn> {
    const state = this.#stateOf(installation);
    return new Promise<Turn>((resolve, reject) => {
      const queue = urgency === "person" ? state.people : state.tracking;
      const giveUp = (): void => {
        const index = queue.indexOf(waiting);
        if (index >= 0) queue.splice(index, 1);
        reject(signal?.reason);
      };
      const waiting: Waiting = {
        writes,
        urgency,
        grant: () => {
          // The signal lives as long as the process; a turn that was granted must not stay on it.
          signal?.removeEventListener("abort", giveUp);
          resolve(this.#take(state, writes));
        },
      };
      signal?.addEventListener("abort", giveUp, { once: true });
      queue.push(waiting);
      state.look.abort();
      void this.#serve(state);
    });
  }

  async pause(installation: number, until: Date): Promise<void> {
    const state = this.#stateOf(installation);
    state.pausedUntil = Math.max(state.pausedUntil, until.getTime());
  }

  #stateOf(installation: number): Installation {
    const state = this.#installations.get(installation) ?? new Installation();
    this.#installations.set(installation, state);
    return state;
  }

  async #serve(state: Installation): Promise<void> {
    if (state.busy) return;
    state.busy = true;
    for (;;) {
      const next = state.people[0] ?? state.tracking[0];
      if (next === undefined) break;
      const wait = this.#waitFor(state, next);
      if (wait > 0) {
        state.look = new AbortController();
        await this.#clock.sleep(wait, state.look.signal);
        continue;
      }
      (next.urgency === "person" ? state.people : state.tracking).shift();
      next.grant();
    }
    state.busy = false;
  }

  /** Milliseconds until `next` may go; 0: now. */
  #waitFor(state: Installation, next: Waiting): number {
    const now = this.#clock.now().getTime();
    if (state.pausedUntil > now) return state.pausedUntil - now;
    while (state.sent[0] !== undefined && state.sent[0].at <= now - HOUR) state.sent.shift();
    const { burst, perSecond, perMinute, perHour, keptForPeople } = this.#limits;
    const hour = next.urgency === "person" ? perHour : Math.floor(perHour * (1 - keptForPeople));
    return Math.max(
      waitForWindow(state.sent, next.writes, (burst * 1000) / perSecond, burst, now),
      waitForWindow(state.sent, next.writes, 60_000, perMinute, now),
      waitForWindow(state.sent, next.writes, HOUR, hour, now),
    );
  }

  #take(state: Installation, writes: number): Turn {
    const taken = { at: this.#clock.now().getTime(), writes };
    state.sent.push(taken);
    return {
      used: (sent) => {
        taken.writes = Math.min(taken.writes, sent);
        state.look.abort();
      },
    };
  }
}

/** How long until a window of `length` ms that may hold `limit` writes has room for `writes` more. */
function waitForWindow(
  sent: readonly { at: number; writes: number }[],
  writes: number,
  length: number,
  limit: number,
  now: number,
): number {
  let room = limit - writes;
  for (const one of sent.toReversed()) {
    if (one.at <= now - length) break;
    room -= one.writes;
    if (room < 0) return one.at + length - now;
  }
  return 0;
}
