import type { Clock } from "../model/clock.ts";
import type { Pacer, Turn, Urgency } from "../model/pacer.ts";
import type { Asking } from "./pace.ts";

/** What was sent, and what it leaves room for. */
export interface PaceBook {
  /**
   * Grants turns to as many as may go now, from the first on; `wait`: milliseconds after which the first of the others is to ask
   * again, never 0 when there are others.
   */
  take(
    installation: number,
    asking: readonly Asking[],
    now: number,
  ): Promise<{ readonly granted: readonly Granted[]; readonly wait: number }>;
  pause(installation: number, until: Date): Promise<void>;
}

export interface Granted {
  /** Writes down what was sent of it. */
  used(writes: number): Promise<void>;
}

interface Waiting extends Asking {
  readonly grant: (granted: Granted) => void;
}

class Installation {
  readonly people: Waiting[] = [];
  readonly tracking: Waiting[] = [];
  busy = false;
  /** Ends the wait for the turn that was next, because another may go before it. */
  look = new AbortController();
}

/** How long to wait for a book that cannot be read, in milliseconds. */
const BOOK_DELAY = 1000;

/** Who waits for a turn in this process: people first, then in order of asking. The book says when. */
export class PaceQueue implements Pacer {
  readonly #clock: Clock;
  readonly #book: PaceBook;
  readonly #installations = new Map<number, Installation>();

  constructor(clock: Clock, book: PaceBook) {
    this.#clock = clock;
    this.#book = book;
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
        remove(queue, waiting);
        reject(signal?.reason);
      };
      const waiting: Waiting = {
        writes,
        urgency,
        grant: (granted) => {
          // The signal lives as long as the process; a turn that was granted must not stay on it.
          signal?.removeEventListener("abort", giveUp);
          resolve({ used: (sent) => this.#giveBack(state, granted, sent) });
        },
      };
      signal?.addEventListener("abort", giveUp, { once: true });
      queue.push(waiting);
      state.look.abort();
      void this.#serve(installation, state);
    });
  }

  async pause(installation: number, until: Date): Promise<void> {
    await this.#book.pause(installation, until);
  }

  #stateOf(installation: number): Installation {
    const state = this.#installations.get(installation) ?? new Installation();
    this.#installations.set(installation, state);
    return state;
  }

  async #serve(installation: number, state: Installation): Promise<void> {
    if (state.busy) return;
    state.busy = true;
    for (;;) {
      const asking = [...state.people, ...state.tracking];
      if (asking.length === 0) break;
      // Made before the book is asked: what happens meanwhile is looked at afterwards.
      state.look = new AbortController();
      const { look } = state;
      const wait = await this.#grantSome(installation, state, asking);
      if (wait > 0) await this.#clock.sleep(wait, look.signal);
    }
    state.busy = false;
  }

  async #grantSome(
    installation: number,
    state: Installation,
    asking: readonly Waiting[],
  ): Promise<number> {
    try {
      const now = this.#clock.now().getTime();
      const { granted, wait } = await this.#book.take(installation, asking, now);
      for (const [at, one] of granted.entries()) {
        const waiting = asking[at];
        const queue = waiting?.urgency === "person" ? state.people : state.tracking;
        // Who gave up meanwhile sends nothing.
        if (waiting === undefined || !remove(queue, waiting)) this.#giveBack(state, one, 0);
        else waiting.grant(one);
      }
      return granted.length < asking.length ? wait : 0;
    } catch {
      // The same store keeps the work that waits here, and says what is wrong with it.
      return BOOK_DELAY;
    }
  }

  #giveBack(state: Installation, granted: Granted, sent: number): void {
    granted.used(sent).then(
      () => state.look.abort(),
      // Then it counts as sent: the book errs on the safe side.
      () => {},
    );
  }
}

function remove(queue: Waiting[], waiting: Waiting): boolean {
  const index = queue.indexOf(waiting);
  if (index >= 0) queue.splice(index, 1);
  return index >= 0;
}
