import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../model/clock.ts";

/** The machine's clock. Sleeping does not keep the process alive beyond its other work. */
export const systemClock: Clock = {
  now: () => new Date(),
  async sleep(ms, signal) {
    try {
      await delay(Math.min(ms, 0x7fffffff), undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      // Waking early is what an aborted sleep is for.
      if (!(error instanceof Error && error.name === "AbortError")) throw error;
    }
  },
};
