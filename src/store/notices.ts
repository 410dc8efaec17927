import { NoticeFailed, type Notices } from "../model/notices.ts";
import type { Database } from "./database.ts";
import { textOf } from "./row.ts";
import { storedDelivery, storedEntry } from "./stored.ts";

/**
 * Sends the notice of one line of history, as graphile-worker's `job`. What was forgotten meanwhile is told to nobody. Throws
 * when it is to be tried again: up to twelve times, over some fifteen hours, then it is given up, visibly.
 */
export async function sendNotice(
  database: Database,
  notices: Notices,
  entry: string,
  job: string,
): Promise<void> {
  const [row] = await database.query(
    `select entry, content from tagboat.ledger join tagboat.delivery on delivery.id = ledger.delivery
     where ledger.seq = $1`,
    [entry],
  );
  if (row === undefined) return;
  try {
    await notices.send(storedEntry(textOf(row, "entry")), storedDelivery(textOf(row, "content")));
  } catch (error) {
    if (error instanceof NoticeFailed) await heed(database, job, error);
    throw error;
  }
}

/**
 * What the receiver said of its next attempt. graphile-worker adds its own pause to the time that stands in the job, and takes
 * a job whose attempts are used up no more; its functions leave alone a job that is being worked.
 */
async function heed(database: Database, job: string, failed: NoticeFailed): Promise<void> {
  const { final, retryAt } = failed;
  if (!final && retryAt === null) return;
  await database.query(
    `update graphile_worker._private_jobs
     set run_at = coalesce($2::timestamptz, run_at),
       max_attempts = case when $3::boolean then attempts else max_attempts end
     where id = $1::bigint`,
    [job, retryAt?.toISOString() ?? null, final],
  );
}
