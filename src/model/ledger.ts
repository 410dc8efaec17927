import type { Subject } from "./delivery.ts";
import type { Lane } from "./inbox.ts";
import type { Outcome } from "./outcome.ts";

/** One line of history. */
export interface LedgerEntry {
  /** RFC 3339. */
  readonly at: string;
  readonly delivery: string;
  readonly subject: Subject | null;
  readonly outcome: Outcome;
  /** The run of a lane that it came from: by which process, from when (RFC 3339) on. `null`: the router's own. */
  readonly run: { readonly lane: Lane; readonly by: string; readonly from: string } | null;
}

/** PORT. History that can be rebuilt from GitHub: what became of what. */
export interface Ledger {
  append(entries: readonly LedgerEntry[]): Promise<void>;
  ofDelivery(delivery: string): Promise<readonly LedgerEntry[]>;
  /** Newest first. */
  recent(limit: number): Promise<readonly LedgerEntry[]>;
}
