/** Whose reads go first: a lane's run holds its turn to write meanwhile. */
export type ReadUrgency = "lane" | "routing" | "sweep";

const READS_AT_ONCE = 8;
/** So many may wait at any registry; at a fast one as many as get their turn in `SHORT_WAIT`, which costs less than coming again. */
const WAITING = 32;
const MOST_WAITING = 256;
const SHORT_WAIT = 2000;
/** Milliseconds between the ends of two reads, before any was seen. */
const FIRST_PACE = 20;
const SHORTEST_PACE = 2;
const LONGEST_PACE = 5000;
/** Who is to come again comes not sooner, and not after so many reads: the pace may have changed by then. */
const SOONEST = 100;
const LATEST_READS = 400;
const LATEST = 30_000;

/** Lets a few reads of one registry through at once and a few more wait; whoever else comes is told when to come again. */
export class RegistryDoor {
  readonly #waiting: Readonly<Record<ReadUrgency, (() => void)[]>> = {
    lane: [],
    routing: [],
    sweep: [],
  };
  #running = 0;
  #pace = FIRST_PACE;
  #lastEnd = 0;
  #promised = 0;

  /** `null`: go ahead, and `leave` afterwards. A number: the instant (ms since 1970) to come again. */
  enter(urgency: ReadUrgency, now: number): Promise<number | null> {
    if (this.#running < READS_AT_ONCE) {
      this.#running += 1;
      return Promise.resolve(null);
    }
    const queue = this.#waiting[urgency];
    if (queue.length >= this.#room()) return Promise.resolve(this.#promise(now));
    if (!this.#isAwaited()) this.#lastEnd = now;
    return new Promise((resolve) => queue.push(() => resolve(null)));
  }

  leave(now: number): void {
    const { lane, routing, sweep } = this.#waiting;
    if (this.#isAwaited()) {
      const took = Math.min(Math.max(now - this.#lastEnd, SHORTEST_PACE), LONGEST_PACE);
      this.#pace = (7 * this.#pace + took) / 8;
    }
    this.#lastEnd = now;
    const next = lane.shift() ?? routing.shift() ?? sweep.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }

  get isIdle(): boolean {
    return this.#running === 0;
  }

  #isAwaited(): boolean {
    return Object.values(this.#waiting).some((queue) => queue.length > 0);
  }

  #room(): number {
    return Math.min(Math.max(WAITING, SHORT_WAIT / this.#pace), MOST_WAITING);
  }

  /** Each gets a time of its own, as far apart as reads end: what was turned away does not come back all at once. */
  #promise(now: number): number {
    const soonest = now + Math.max(this.#room() * this.#pace, SOONEST);
    const latest = now + Math.min(Math.max(LATEST_READS * this.#pace, SHORT_WAIT), LATEST);
    this.#promised = Math.min(Math.max(soonest, this.#promised + this.#pace), latest);
    return this.#promised;
  }
}
