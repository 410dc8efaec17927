import type { Clock } from "../model/clock.ts";

/** How long a host's refusal is believed (docs/design.md §7). */
const HOUR_MS = 3_600_000;

/**
 * What a host turned out not to do: several mutations in one document, or a mutation that it does not have
 * (an older GitHub Enterprise Server). Kept for an hour, so that an upgrade is noticed.
 */
export class HostMemory {
  readonly #clock: Clock;
  readonly #until = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get refusesCombined(): boolean {
    return this.#believed("combined");
  }

  refusedCombined(): void {
    this.#believe("combined");
  }

  lacks(mutation: string): boolean {
    return this.#believed(`lacks ${mutation}`);
  }

  lacked(mutation: string): void {
    this.#believe(`lacks ${mutation}`);
  }

  #believe(what: string): void {
    this.#until.set(what, this.#clock.now().getTime() + HOUR_MS);
  }

  #believed(what: string): boolean {
    return (this.#until.get(what) ?? 0) > this.#clock.now().getTime();
  }
}
