import type { Notices } from "../model/notices.ts";
import type { Database } from "./database.ts";
import { textOf } from "./row.ts";
import { storedDelivery, storedEntry } from "./stored.ts";

/**
 * Sends the notice of one line of history; what was forgotten meanwhile is told to nobody. Rejects when it is to be tried again: up
 * to twelve times, over some fifteen hours, then it is given up, visibly.
 */
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
