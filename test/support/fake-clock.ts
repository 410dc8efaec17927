import type { Clock } from "../../src/model/clock.ts";

/** A clock that stands until it is moved. Sleepers wake in order of their instants. */
export class FakeClock implements Clock {
  #now: number;
  readonly #sleepers: { at: number; wake: () => void }[] = [];

  readonly #others: () => Promise<unknown>;

  /** `others`: resolves when everybody had the time to do what they do at this instant. */
  constructor(start = "2026-11-22T09:00:00Z", others = turnedOnce) {
    this.#now = Date.parse(start);
    this.#others = others;
  }

  now(): Date {
    return new Date(this.#now);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0 || signal?.aborted === true) return Promise.resolve();
    return new Promise((wake) => {
      this.#sleepers.push({ at: this.#now + ms, wake });
      signal?.addEventListener("abort", () => this.#stop(wake), { once: true });
    });
  }

  #stop(wake: () => void): void {
    const index = this.#sleepers.findIndex((s) => s.wake === wake);
    if (index >= 0) this.#sleepers.splice(index, 1);
    wake();
  }

  /** Moves on by `ms`, waking who is due on the way, each with time for the others in between. */
  async advance(ms: number): Promise<void> {
    await this.#others();
    const end = this.#now + ms;
    for (;;) {
      this.#sleepers.sort((a, b) => a.at - b.at);
      const next = this.#sleepers[0];
      if (next === undefined || next.at > end) break;
      this.#sleepers.shift();
      this.#now = Math.max(this.#now, next.at);
      next.wake();
      await this.#others();
    }
    this.#now = end;
  }

  /** The earliest instant at which somebody wakes, in milliseconds from now; `null`: nobody sleeps. */
  nextWake(): number | null {
    return this.#sleepers.length === 0
      ? null
      : Math.min(...this.#sleepers.map((s) => s.at)) - this.#now;
  }
}

function turnedOnce(): Promise<unknown> {
  return new Promise((resolve) => setImmediate(resolve));
}
