import type { Pauses } from "../model/pauses.ts";

/** Pauses of this process. */
export class MemoryPauses implements Pauses {
  readonly #until = new Map<string, number>();

  async until(party: string, now: Date): Promise<Date | null> {
    const until = this.#until.get(party) ?? 0;
    return until > now.getTime() ? new Date(until) : null;
  }

  async set(party: string, until: Date): Promise<void> {
    this.#until.set(party, Math.max(this.#until.get(party) ?? 0, until.getTime()));
  }
}
