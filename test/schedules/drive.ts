import type { Harbour } from "../support/harbour.ts";

/** So many turns of the event loop without a request or webhook under way mean that all that is left waits for the clock. */
const QUIET_TURNS = 6;

/**
 * Lets Tagboat work on a clock that stands: until nothing more happens, or what happens next waits for the clock (the pacer, a
 * late webhook, a retry). Then other things may happen in between, as in life.
 */
export class Drive {
  readonly #harbour: Harbour;
  readonly #turns: number;
  #under = 0;
  #begun = 0;

  constructor(harbour: Harbour, turns = QUIET_TURNS) {
    this.#harbour = harbour;
    this.#turns = turns;
    const { github } = harbour.stage;
    const fetch = github.fetch.bind(github);
    Object.assign(github, { fetch: (request: Request) => this.track(fetch(request)) });
    // A webhook on its way ends here; what comes before is done without waiting.
    const accept = harbour.inbox.accept.bind(harbour.inbox);
    harbour.inbox.accept = (batch) => this.track(accept(batch));
  }

  /** Work that is under way until it ends: nothing is quiet meanwhile. */
  async track<T>(work: Promise<T>): Promise<T> {
    this.#under += 1;
    this.#begun += 1;
    try {
      return await work;
    } finally {
      this.#under -= 1;
    }
  }

  /** Works off what can be done without the clock. */
  async work(): Promise<void> {
    for (;;) {
      const before = this.#begun;
      // Resolves when nothing is due any more: perhaps long after, when the clock has moved.
      void this.#harbour.tagboat.work.settled();
      await this.#quiet();
      if (this.#begun === before) return;
    }
  }

  async #quiet(): Promise<void> {
    for (let turns = 0; turns < this.#turns; turns += 1) {
      const before = this.#begun;
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#under > 0 || this.#begun !== before) turns = -1;
    }
  }

  /** Moves the clock on by `ms`, working at each instant at which something is due. */
  async pass(ms: number): Promise<void> {
    const { clock } = this.#harbour;
    const end = clock.now().getTime() + ms;
    await this.work();
    for (;;) {
      const next = await this.#next();
      const now = clock.now().getTime();
      if (next === null || next > end) {
        await clock.advance(end - now);
        return;
      }
      await clock.advance(next - now);
      await this.work();
    }
  }

  /** Moves the clock until nothing waits any more; false when that is not so after `ms`. */
  async rest(ms: number): Promise<boolean> {
    const { clock } = this.#harbour;
    const end = clock.now().getTime() + ms;
    await this.work();
    for (let next = await this.#next(); next !== null; next = await this.#next()) {
      if (next > end) return false;
      await clock.advance(next - clock.now().getTime());
      await this.work();
    }
    return true;
  }

  /** The next instant at which something happens by itself, after now; what is due already waits for a sleeper. */
  async #next(): Promise<number | null> {
    const { clock, inbox } = this.#harbour;
    const now = clock.now().getTime();
    const wake = clock.nextWake();
    const due = (await inbox.nextDue())?.getTime() ?? null;
    if (due !== null && due <= now && wake === null) throw new Error("what is due is not done");
    const instants = [wake === null ? null : now + wake, due].filter((t) => t !== null && t > now);
    return instants.length === 0 ? null : Math.min(...(instants as number[]));
  }
}
