import type { Delivery } from "../model/delivery.ts";
import type { LedgerEntry } from "../model/ledger.ts";
import type { Database } from "./database.ts";
import { textOf } from "./row.ts";
import { storedDelivery, storedEntry } from "./stored.ts";

/** The operator's own webhook. */
export interface Notices {
  wants(entry: LedgerEntry): boolean;
  /** Rejects when it is to be tried again: up to twelve times, over some fifteen hours, then it is given up, visibly. */
  send(entry: LedgerEntry, delivery: Delivery): Promise<void>;
}

/** Sends the notice of one line of history. What was forgotten meanwhile is told to nobody. */
export async function sendNotice(
  database: Database,
  notices: Notices,
  entry: string,
): Promise<void> {
  const [row] = await database.query(
    `select entry, content from tagboat.ledger join tagboat.delivery on delivery.id = ledger.delivery
     where ledger.seq = $1`,
    [entry],
  );
  if (row === undefined) return;
  await notices.send(storedEntry(textOf(row, "entry")), storedDelivery(textOf(row, "content")));
}
