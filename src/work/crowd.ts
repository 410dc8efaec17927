import type { Clock } from "../model/clock.ts";
import type { Inbox } from "../model/inbox.ts";

/** So many deliveries in one commit had senders waiting side by side. */
const CROWD = 8;
/** A crowd is taken to be still there for so long after its last commit, in milliseconds. */
const LINGERS = 50;
/** A crowd holds routing up for no longer, in milliseconds … */
const PATIENCE = 1000;
/** … and then lets so many deliveries through. */
const LET_THROUGH = 64;

/**
 * Senders go before routing: the tightest gives up after a second, while nobody waits for the routing of a delivery that is kept.
 * Both share one thread, so that while a crowd of senders waits, routing goes in rounds, small and apart.
 */
export class Crowd {
  readonly #clock: Clock;
  #until = Number.NEGATIVE_INFINITY;

  readonly #now: () => number;

  /** @param now milliseconds since some start: a clock that is never set. */
  constructor(clock: Clock, now: () => number = performance.now.bind(performance)) {
    this.#clock = clock;
    this.#now = now;
  }

  /** The intake's way into the inbox, watched. */
  watching(inbox: Pick<Inbox, "accept">): Pick<Inbox, "accept"> {
    return {
      accept: async (batch) => {
        const answers = await inbox.accept(batch);
        if (batch.length >= CROWD) this.#until = this.#now() + LINGERS;
        return answers;
      },
    };
  }

  /** Waits while there is a crowd, within limits. Resolves to how many of `limit` deliveries may be routed now. */
  async pass(limit: number, signal: AbortSignal): Promise<number> {
    const end = this.#now() + PATIENCE;
    while (this.#now() < this.#until && !signal.aborted) {
      if (this.#now() >= end) return Math.min(limit, LET_THROUGH);
      await this.#clock.sleep(Math.min(this.#until, end) - this.#now(), signal);
    }
    return limit;
  }
}
