import type { Clock } from "../model/clock.ts";
import type { Pacer, Turn, Urgency } from "../model/pacer.ts";
import { type Asking, githubLimits, PACE_MEMORY, type PaceLimits, waitForLimits } from "./pace.ts";
import { type Granted, type PaceBook, PaceQueue } from "./pace-queue.ts";

/** Shares out the writes of each installation among the work of this process. People first, then in order of asking. */
export class MemoryPacer implements Pacer {
  readonly #queue: PaceQueue;

  constructor(clock: Clock, limits: PaceLimits = githubLimits) {
    this.#queue = new PaceQueue(clock, new MemoryBook(limits));
  }

  turn(
    installation: number,
    writes: number,
    urgency: Urgency,
    signal?: AbortSignal,
  ): Promise<Turn> {
    return this.#queue.turn(installation, writes, urgency, signal);
  }

  pause(installation: number, until: Date): Promise<void> {
    return this.#queue.pause(installation, until);
  }
}

interface Page {
  readonly sent: { readonly at: number; writes: number; readonly urgency: Urgency }[];
  pausedUntil: number;
}

class MemoryBook implements PaceBook {
  readonly #limits: PaceLimits;
  readonly #pages = new Map<number, Page>();

  constructor(limits: PaceLimits) {
    this.#limits = limits;
  }

  async take(
    installation: number,
    asking: readonly Asking[],
    now: number,
  ): Promise<{ readonly granted: readonly Granted[]; readonly wait: number }> {
    const { pausedUntil, sent } = this.#pageOf(installation);
    if (pausedUntil > now) return { granted: [], wait: pausedUntil - now };
    while (sent[0] !== undefined && sent[0].at <= now - PACE_MEMORY) sent.shift();
    const granted: Granted[] = [];
    for (const next of asking) {
      const wait = waitForLimits(sent, next, this.#limits, now);
      if (wait > 0) return { granted, wait };
      const taken = { at: now, writes: next.writes, urgency: next.urgency };
      sent.push(taken);
      granted.push({
        used: async (writes) => {
          taken.writes = Math.min(taken.writes, writes);
        },
      });
    }
    return { granted, wait: 0 };
  }

  async pause(installation: number, until: Date): Promise<void> {
    const page = this.#pageOf(installation);
    page.pausedUntil = Math.max(page.pausedUntil, until.getTime());
  }

  #pageOf(installation: number): Page {
    const page = this.#pages.get(installation) ?? { sent: [], pausedUntil: 0 };
    this.#pages.set(installation, page);
    return page;
  }
}
