import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import type { Database } from "../../src/store/database.ts";

/**
 * What group commit is compared with: each delivery in a transaction of its own, row and wake job, through the same driver, asked
 * for by so many at once in this process.
 *
 * @returns milliseconds that each took, and the whole.
 */
export async function plainTransactions(
  database: Database,
  content: string,
  atOnce: number,
  milliseconds: number,
): Promise<{ readonly times: readonly number[]; readonly elapsed: number }> {
  const times: number[] = [];
  const start = performance.now();
  async function inTurns(): Promise<void> {
    while (performance.now() - start < milliseconds) {
      const sent = performance.now();
      await keepOne(database, content);
      times.push(performance.now() - sent);
    }
  }
  await Promise.all(Array.from({ length: atOnce }, inTurns));
  return { times, elapsed: performance.now() - start };
}

async function keepOne(database: Database, content: string): Promise<void> {
  const at = new Date().toISOString();
  const id = randomUUID();
  await database.transaction(async (queries) => {
    await queries.query(
      `insert into tagboat.delivery (id, identity, owner, received_at, content, state, due)
       values ($1, $1, 'acme', $2, $3, 'waiting', $2)`,
      [id, at, content],
    );
    await queries.query(
      "select graphile_worker.add_job('wake', '{}'::json, job_key := 'wake', max_attempts := 3)",
    );
  });
}
