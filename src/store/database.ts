import type { Pool } from "pg";
import { codeOf } from "./store-problem.ts";

/** A row as the driver gave it. Read by `row.ts`. */
export type Row = Readonly<Record<string, unknown>>;

/** Where statements go: the database itself, or one transaction of it. */
export interface Queries {
  /** Values are `$1`, `$2`, …; texts must hold no NUL (`storable`). */
  query(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

/** PostgreSQL, embedded or a server: everything else in this room is the same for both. */
export interface Database extends Queries {
  /** Whether other processes may work on it at the same time. */
  readonly shared: boolean;
  /** Shaped like `pg.Pool`, for graphile-worker. */
  readonly pool: Pool;
  /**
   * Commits when `run` resolves, else rolls back. Run again when the database chose it as the victim of a deadlock.
   * `urgent`: somebody outside waits for it; where only one transaction runs at a time it is the next.
   */
  transaction<T>(run: (queries: Queries) => Promise<T>, urgent?: boolean): Promise<T>;
  /** Single statements that somebody outside waits for. */
  readonly urgent: Queries;
  /** Calls `heard` for each notification on the channel, for as long as the database is open. */
  listen(channel: string, heard: () => void): Promise<void>;
  /** Runs while no other process runs with the same key. */
  alone(key: number, run: () => Promise<void>): Promise<void>;
  /** A lock that lasts as long as this process has its connection; `false`: somebody else holds it. Taken again when lost. */
  holdLock(key: number): Promise<boolean>;
  close(): Promise<void>;
}

/** What both drivers' clients can do. */
export interface Client {
  query(
    text: string,
    values?: unknown[],
  ): Promise<{ readonly rows: readonly Record<string, unknown>[] }>;
  release(broken?: Error | boolean): void;
}

// 40001 serialization_failure, 40P01 deadlock_detected: PostgreSQL asks for the transaction to be run again.
const AGAIN = new Set(["40001", "40P01"]);
const ATTEMPTS = 4;

/** One transaction on a client of its own. */
export async function inTransaction<T>(
  connect: () => Promise<Client>,
  run: (queries: Queries) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(await connect(), run);
    } catch (error) {
      if (attempt >= ATTEMPTS || !AGAIN.has(codeOf(error))) throw error;
    }
  }
}

async function once<T>(client: Client, run: (queries: Queries) => Promise<T>): Promise<T> {
  let broken = false;
  try {
    await client.query("begin");
    const result = await run({
      query: async (text, values = []) => (await client.query(text, [...values])).rows,
    });
    await client.query("commit");
    return result;
  } catch (error) {
    broken = !(await rolledBack(client, error));
    throw error;
  } finally {
    client.release(broken);
  }
}

/** `false`: the connection is in no state to be used again. What is no SQLSTATE came from the connection, not from a statement. */
async function rolledBack(client: Client, error: unknown): Promise<boolean> {
  if (!/^[0-9A-Z]{5}$/.test(codeOf(error))) return false;
  return client.query("rollback").then(
    () => true,
    () => false,
  );
}
