import type { Outcome } from "./outcome.ts";

/** One line of history. */
export interface LedgerEntry {
  /** RFC 3339. */
  readonly at: string;
  readonly delivery: string;
  readonly outcome: Outcome;
}

/** PORT. History that can be rebuilt from GitHub: what became of what. */
export interface Ledger {
  append(entries: readonly LedgerEntry[]): Promise<void>;
  ofDelivery(delivery: string): Promise<readonly LedgerEntry[]>;
  /** Newest first. */
  recent(limit: number): Promise<readonly LedgerEntry[]>;
}
