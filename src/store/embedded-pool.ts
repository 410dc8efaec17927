import { EventEmitter } from "node:events";
import type { PGlite, Results } from "@electric-sql/pglite";
import { Mutex } from "./mutex.ts";
import { codeOf } from "./store-problem.ts";

interface Answer {
  readonly rows: readonly Record<string, unknown>[];
  readonly rowCount: number;
}
type Statement = string | { readonly text: string; readonly values?: readonly unknown[] };
type Connected = (
  error: Error | undefined,
  client: EmbeddedClient | undefined,
  release: () => void,
) => void;

const LISTEN = /\blisten\s+("[^"]+"|\w+)/gi;

/**
 * The embedded database in the shape of `pg.Pool`. It is one session, so that a transaction has it to itself from BEGIN to
 * COMMIT, and statements beside it wait.
 */
export class EmbeddedPool extends EventEmitter {
  /** graphile-worker compares its concurrency with it. */
  readonly options = { max: 20 };
  readonly mutex = new Mutex();
  readonly #database: PGlite;
  readonly #onBroken: (fault: unknown) => void;

  /** `onBroken`: the database's program died (a full disk, say); nothing can be read or written any more. */
  constructor(database: PGlite, onBroken: (fault: unknown) => void) {
    super();
    this.#database = database;
    this.#onBroken = onBroken;
  }

  /** Both manners of `pg.Pool`: a promise, or a callback. */
  connect(callback?: Connected): Promise<EmbeddedClient> {
    const client = new EmbeddedClient(this);
    this.emit("connect", client);
    callback?.(undefined, client, () => client.release());
    return Promise.resolve(client);
  }

  async query(statement: Statement, values?: readonly unknown[], urgent = false): Promise<Answer> {
    const end = await this.mutex.lock(urgent);
    try {
      return await this.run(statement, values);
    } finally {
      end();
    }
  }

  /** Only for who holds the mutex. */
  async run(statement: Statement, given?: readonly unknown[]): Promise<Answer> {
    const text = typeof statement === "string" ? statement : statement.text;
    const values = given ?? (typeof statement === "string" ? [] : (statement.values ?? []));
    try {
      const results = await this.#answer(text, values);
      const rows = results?.rows ?? [];
      return { rows, rowCount: results?.affectedRows ?? rows.length };
    } catch (error) {
      // What PostgreSQL refuses has an SQLSTATE; anything else is its program's end.
      if (codeOf(error) === "") this.#onBroken(error);
      throw error;
    }
  }

  async #answer(
    text: string,
    values: readonly unknown[],
  ): Promise<Results<Record<string, unknown>> | undefined> {
    // Without values several statements may stand in one text.
    if (values.length === 0)
      return (await this.#database.exec(text)).at(-1) as Results<Record<string, unknown>>;
    return this.#database.query<Record<string, unknown>>(text, [...values]);
  }

  async listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>> {
    const end = await this.mutex.lock();
    try {
      return await this.#database.listen(channel, heard);
    } finally {
      end();
    }
  }

  async end(): Promise<void> {}
}

/** One borrower of the session. */
export class EmbeddedClient extends EventEmitter {
  readonly #pool: EmbeddedPool;
  /** Its transactions go before what waits already. */
  urgent = false;
  readonly #unlisten: (() => Promise<void>)[] = [];
  /** Ends the transaction's hold of the session; `null`: no transaction. */
  #end: (() => void) | null = null;

  constructor(pool: EmbeddedPool) {
    super();
    this.#pool = pool;
  }

  async query(statement: Statement, values?: readonly unknown[]): Promise<Answer> {
    const text = (typeof statement === "string" ? statement : statement.text).trim();
    if (/^(un)?listen\b/i.test(text)) return this.#listen(text);
    if (this.#end === null && !/^begin\b/i.test(text)) return this.#pool.query(statement, values);
    this.#end ??= await this.#pool.mutex.lock(this.urgent);
    try {
      return await this.#pool.run(statement, values);
    } finally {
      if (/^(commit|rollback)\b(?!\s+to\b)/i.test(text)) this.#endTransaction();
    }
  }

  /** Gives the session back. A transaction that was left open is rolled back first. */
  release(): void {
    void this.#leave();
  }

  async #leave(): Promise<void> {
    for (const unlisten of this.#unlisten.splice(0)) await unlisten().catch(() => {});
    if (this.#end === null) return;
    await this.#pool.run("rollback").catch(() => {});
    this.#endTransaction();
  }

  #endTransaction(): void {
    this.#end?.();
    this.#end = null;
  }

  async #listen(text: string): Promise<Answer> {
    for (const [, channel = ""] of text.matchAll(LISTEN)) {
      if (/^unlisten/i.test(text)) break;
      const name = channel.replaceAll('"', "");
      this.#unlisten.push(
        await this.#pool.listen(channel, (payload) => {
          this.emit("notification", { channel: name, payload });
        }),
      );
    }
    return { rows: [], rowCount: 0 };
  }
}
