import type { Ledger, LedgerEntry } from "../model/ledger.ts";

const KEPT = 10_000;

/** The newest entries, in this process. */
export class MemoryLedger implements Ledger {
  #entries: LedgerEntry[] = [];

  async append(entries: readonly LedgerEntry[]): Promise<void> {
    this.#entries.push(...entries);
    if (this.#entries.length > 2 * KEPT) this.#entries = this.#entries.slice(-KEPT);
  }

  async ofDelivery(delivery: string): Promise<readonly LedgerEntry[]> {
    return this.#entries.filter((entry) => entry.delivery === delivery);
  }

  async recent(limit: number): Promise<readonly LedgerEntry[]> {
    return limit <= 0 ? [] : this.#entries.slice(-limit).reverse();
  }
}
