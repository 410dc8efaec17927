import type { Delivery } from "./delivery.ts";
import type { LedgerEntry } from "./ledger.ts";

/** PORT. Tells somebody outside what became of an event. The store calls it, repeats what failed, and keeps what was given up. */
export interface Notices {
  /** Whether anybody wants to know. */
  wants(entry: LedgerEntry): boolean;
  /** Throws `NoticeFailed` when it was not taken; the same entry has the same id each time. */
  send(entry: LedgerEntry, delivery: Delivery): Promise<void>;
}

/** A notice that was not taken. The message names no URL: it may be logged and stored. */
export class NoticeFailed extends Error {
  override readonly name = "NoticeFailed";
  /** When the receiver wants to be asked again; `null`: it did not say. */
  readonly retryAt: Date | null;
  /** Whether the receiver will never take it: no use in trying again. */
  readonly final: boolean;

  constructor(message: string, retryAt: Date | null, final: boolean) {
    super(message);
    this.retryAt = retryAt;
    this.final = final;
  }
}
