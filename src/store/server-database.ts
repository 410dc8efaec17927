import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { type Database, inTransaction } from "./database.ts";
import { createSteadyPool } from "./steady-pool.ts";
import { codeOf, StoreProblem } from "./store-problem.ts";

/** PostgreSQL 13: the oldest that still got security updates when this was written, less one. */
const OLDEST = 130_000;

/** Milliseconds: an unreachable server must not keep a sender waiting for its answer. */
const CONNECT_TIMEOUT = 3_000;
const QUERY_TIMEOUT = 5_000;

const CONNECTIONS = 10;
/** For graphile-worker: one that listens, and one for each of its workers. */
const JOB_CONNECTIONS = 6;

/**
 * A PostgreSQL server. It survives the server's restart: what runs meanwhile is rejected, what comes later connects again.
 * `onFault` is told of connections that broke while nobody used them. Throws `StoreProblem`.
 */
export async function openServerDatabase(
  url: string,
  onFault: (fault: Error) => void,
): Promise<Database> {
  const pool = watch(new pg.Pool({ ...configOf(url), max: CONNECTIONS }), onFault);
  try {
    await checkServer(pool);
  } catch (cause) {
    await pool.end();
    throw cause instanceof StoreProblem ? cause : problemOf(url, cause);
  }
  const sessions = new Sessions(url, onFault);
  const jobsPool = watch(createSteadyPool({ ...configOf(url), max: JOB_CONNECTIONS }), onFault);
  const query: Database["query"] = async (text, values = []) =>
    (await pool.query<Rows>(text, [...values])).rows;
  return {
    shared: true,
    pool: jobsPool,
    query,
    urgent: { query: (text, values = []) => prepared(pool, text, values) },
    transaction: (run) => inTransaction(() => pool.connect(), run),
    listen: (channel, heard) => sessions.listen(channel, heard),
    alone: (key, run) => alone(pool, key, run),
    holdLock: (key) => sessions.holdLock(key),
    async close() {
      await sessions.close();
      await Promise.all([pool.end(), jobsPool.end()]);
    },
  };
}

type Rows = Record<string, unknown>;

/** Planned once for each connection: a burst asks for the same again and again. */
async function prepared(
  pool: pg.Pool,
  text: string,
  values: readonly unknown[],
): Promise<readonly Rows[]> {
  const name = createHash("sha256").update(text).digest("base64url");
  return (await pool.query<Rows>({ name, text, values: [...values] })).rows;
}

const ALONE_POLL = 100;
const ALONE_TRIES = 600;

async function alone(pool: pg.Pool, key: number, run: () => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    // Asked for again and again: a statement that waits longer would run into its timeout.
    for (let tries = 0; !(await tryLock(client, key)); tries += 1) {
      if (tries >= ALONE_TRIES) throw new Error("another process brings the schema up to date");
      await delay(ALONE_POLL);
    }
    await run();
  } finally {
    await client.query("select pg_advisory_unlock($1)", [key]).catch(() => {});
    client.release();
  }
}

async function tryLock(client: pg.PoolClient, key: number): Promise<boolean> {
  const { rows } = await client.query<Rows>("select pg_try_advisory_lock($1) as held", [key]);
  return rows[0]?.held === true;
}

function configOf(url: string): pg.PoolConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    query_timeout: QUERY_TIMEOUT,
    idle_in_transaction_session_timeout: 4 * QUERY_TIMEOUT,
    keepAlive: true,
    application_name: "tagboat",
  };
}

/** Without listeners a connection that the server drops ends the process. */
function watch(pool: pg.Pool, onFault: (fault: Error) => void): pg.Pool {
  pool.on("error", onFault);
  pool.on("connect", (client) => {
    client.on("error", onFault);
  });
  return pool;
}

async function checkServer(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<Rows>(
    "select current_setting('server_version_num') as version",
  );
  const version = Number(rows[0]?.version);
  if (version >= OLDEST) return;
  throw new StoreProblem(
    "too-old",
    `the server at DATABASE_URL is PostgreSQL ${Math.floor(version / 10_000)}: Tagboat needs ${OLDEST / 10_000} or newer`,
  );
}

/** The problem behind a fault of the server, without the URL: it holds the password. */
export function problemOf(url: string, fault: unknown): StoreProblem {
  const code = codeOf(fault);
  const where = whereOf(url);
  if (code === "28P01" || code === "28000")
    return new StoreProblem(
      "no-right",
      `PostgreSQL at ${where} does not let this user in: check user and password in DATABASE_URL`,
      fault,
    );
  if (code === "3D000")
    return new StoreProblem(
      "unreachable",
      `PostgreSQL at ${where} has no such database: create it, or correct DATABASE_URL`,
      fault,
    );
  if (code === "42501")
    return new StoreProblem(
      "no-right",
      `the database user may not create the schemas of Tagboat at ${where}: grant create on database … to that user`,
      fault,
    );
  if (code === "53100")
    return new StoreProblem("disk-full", `the disk of PostgreSQL at ${where} is full`, fault);
  const said = fault instanceof Error && fault.message !== "" ? fault.message : code;
  return new StoreProblem(
    "unreachable",
    `PostgreSQL at ${where} cannot be used: ${said.split("\n", 1)[0] ?? ""}`,
    fault,
  );
}

/** Host, port and database of a connection URL: what may be printed of it. */
function whereOf(url: string): string {
  if (!URL.canParse(url)) return "DATABASE_URL";
  const { hostname, port, pathname, searchParams } = new URL(url);
  const host = hostname === "" ? (searchParams.get("host") ?? "localhost") : hostname;
  return `${host}:${port === "" ? "5432" : port}${pathname}`;
}

const RECONNECT = 1_000;

/** The one connection that must stay the same: it listens, and holds the lock by which others see that this process lives. */
class Sessions {
  readonly #url: string;
  readonly #onFault: (fault: Error) => void;
  readonly #listeners = new Map<string, (() => void)[]>();
  #client: Promise<pg.Client> | null = null;
  #closed = false;
  #again: NodeJS.Timeout | null = null;

  constructor(url: string, onFault: (fault: Error) => void) {
    this.#url = url;
    this.#onFault = onFault;
  }

  async listen(channel: string, heard: () => void): Promise<void> {
    this.#listeners.set(channel, [...(this.#listeners.get(channel) ?? []), heard]);
    const client = await this.#session();
    await client.query(`listen ${pg.escapeIdentifier(channel)}`);
  }

  async holdLock(key: number): Promise<boolean> {
    const client = await this.#session();
    // A session may take its own lock many times over; once is enough.
    const { rows } = await client.query<Rows>(
      `select exists (select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()
         and classid = 0 and objid = $1::bigint::oid and granted) or pg_try_advisory_lock($1::bigint) as held`,
      [key],
    );
    return rows[0]?.held === true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#again !== null) clearTimeout(this.#again);
    const client = await this.#client?.catch(() => null);
    await client?.end().catch(() => {});
  }

  #session(): Promise<pg.Client> {
    this.#client ??= this.#connect().catch((error: unknown) => {
      this.#client = null;
      throw error;
    });
    return this.#client;
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#url,
      connectionTimeoutMillis: CONNECT_TIMEOUT,
      query_timeout: QUERY_TIMEOUT,
      keepAlive: true,
      application_name: "tagboat session",
    });
    client.on("error", this.#onFault);
    client.on("end", () => this.#lost());
    client.on("notification", ({ channel }) => {
      for (const heard of this.#listeners.get(channel) ?? []) heard();
    });
    await client.connect();
    for (const channel of this.#listeners.keys())
      await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    return client;
  }

  #lost(): void {
    this.#client = null;
    if (this.#closed || this.#listeners.size === 0 || this.#again !== null) return;
    this.#again = setTimeout(() => {
      this.#again = null;
      this.#session().then(
        // What was said meanwhile was not heard.
        () => this.#hearAll(),
        () => this.#lost(),
      );
    }, RECONNECT);
    this.#again.unref();
  }

  #hearAll(): void {
    for (const heard of [...this.#listeners.values()].flat()) heard();
  }
}
