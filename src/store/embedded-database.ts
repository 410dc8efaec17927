import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import type { Pool } from "pg";
import { type Client, type Database, inTransaction } from "./database.ts";
import { EmbeddedPool } from "./embedded-pool.ts";
import { databaseFiles } from "./store-folder.ts";
import { codeOf, StoreProblem } from "./store-problem.ts";
import { SyncedFiles, syncFolder, syncTree, wasShutDown } from "./synced-files.ts";

/** Of the PostgreSQL inside PGlite; folders of other major versions are not read. */
const POSTGRES = "18";

/** Small memory (measured: 229 MB in place of 359 MB), and every commit on the disk before it is answered for. */
const SETTINGS = [
  "fsync=on",
  "wal_sync_method=fsync",
  "synchronous_commit=on",
  "full_page_writes=on",
  "shared_buffers=16MB",
  "max_connections=20",
  "wal_buffers=1MB",
  "max_wal_size=64MB",
];

/**
 * PostgreSQL inside of this process, its files in `folder`, which nobody else may have open: the caller holds the folder's lock.
 * `onBroken`: its program died; the process should end, a new one finds everything that was answered for.
 */
export async function openEmbeddedDatabase(
  folder: string,
  onBroken: (problem: StoreProblem) => void,
): Promise<Database> {
  const files = databaseFiles(folder);
  await createOnce(folder, files);
  const database = await startPostgres(files);
  let closing = false;
  const pool = new EmbeddedPool(database, (fault) => {
    if (!closing) onBroken(brokenBy(fault, folder));
  });
  // graphile-worker wants a listener of its own kind unless somebody else takes care of errors.
  pool.on("error", () => {});
  pool.on("connect", () => {});
  await assertSynced(pool);
  return {
    shared: false,
    // The parts of `pg.Pool` that graphile-worker uses are there; the type has many more.
    pool: pool as unknown as Pool,
    query: async (text, values = []) => (await pool.query(text, values)).rows,
    urgent: { query: async (text, values = []) => (await pool.query(text, values, true)).rows },
    transaction: (run, urgent = false) =>
      inTransaction(async (): Promise<Client> => {
        const client = await pool.connect();
        client.urgent = urgent;
        return client;
      }, run),
    listen: async (channel, heard) => {
      await pool.listen(channel, heard);
    },
    alone: (_key, run) => run(),
    holdLock: async () => true,
    async close() {
      if (closing) return;
      closing = true;
      const end = await pool.mutex.lock();
      await database.close();
      end();
    },
  };
}

async function startPostgres(files: string): Promise<PGlite> {
  try {
    const recovers = !(await wasShutDown(files));
    if (recovers) await syncTree(files);
    const synced = new SyncedFiles(files, recovers);
    const database = await PGlite.create({
      fs: synced,
      startParams: [
        // -F is PostgreSQL's own switch for "no fsync".
        ...PGlite.defaultStartParams.filter((param) => param !== "-F"),
        ...SETTINGS.flatMap((setting) => ["-c", setting]),
      ],
    });
    synced.started();
    return database;
  } catch (cause) {
    throw brokenBy(cause, dirname(files));
  }
}

async function assertSynced(pool: EmbeddedPool): Promise<void> {
  for (const [name, wanted] of [
    ["fsync", "on"],
    ["wal_sync_method", "fsync"],
  ] as const) {
    const { rows } = await pool.query(`show ${name}`);
    if (rows[0]?.[name] === wanted) continue;
    throw new StoreProblem(
      "damaged",
      `the embedded database runs with ${name} = ${String(rows[0]?.[name])}: nothing it takes would be safe; install the exact version of PGlite that Tagboat names`,
    );
  }
}

// In a process of its own: making a new database takes some 600 MB, which WebAssembly never gives back.
const CREATE =
  "import(process.argv[1]).then(async (m) => (await (m.PGlite ?? m.default.PGlite).create(process.argv[2])).close())";

/** A new database appears under its name when it is complete and on the disk; one that was cut short is made anew. */
async function createOnce(folder: string, files: string): Promise<void> {
  const version = await readFile(join(files, "PG_VERSION"), "utf8").catch(() => null);
  if (version !== null) return checkVersion(folder, version.trim());
  const fresh = join(folder, "pg.new");
  await rm(fresh, { recursive: true, force: true });
  await rm(files, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  await createIn(fresh, folder);
  await syncTree(fresh);
  await rename(fresh, files);
  await syncFolder(folder);
}

function checkVersion(folder: string, version: string): void {
  if (version === POSTGRES) return;
  const newer = Number(version) > Number(POSTGRES);
  throw new StoreProblem(
    newer ? "made-by-newer" : "too-old",
    `the folder ${folder} holds a database of PostgreSQL ${version}, this Tagboat reads ${POSTGRES}: ${newer ? "start the newer Tagboat, or" : "start the older Tagboat once more to finish its work, then"} give TAGBOAT_DATA another folder`,
  );
}

async function createIn(fresh: string, folder: string): Promise<void> {
  const pglite = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  const child = spawn(process.execPath, ["-e", CREATE, pglite, fresh], {
    stdio: ["ignore", "ignore", "pipe"],
    // Options meant for this process (a loader, an inspector's port) are not the child's.
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = `${said}${text}`.slice(-4000);
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code === 0) return;
  throw brokenBy(new Error(said === "" ? "ended without a word" : said), folder);
}

function brokenBy(fault: unknown, folder: string): StoreProblem {
  if (fault instanceof StoreProblem) return fault;
  const said = fault instanceof Error ? fault.message : String(fault);
  // 53100 disk_full. PostgreSQL ends itself when it cannot write its log, and says no more than that.
  const full =
    codeOf(fault) === "53100" || codeOf(fault) === "ENOSPC" || /no space left/i.test(said);
  if (full)
    return new StoreProblem(
      "disk-full",
      `the disk of ${folder} is full: make room, then start again`,
      fault,
    );
  return new StoreProblem(
    "damaged",
    `the database in ${folder} stopped or cannot be read: check the disk's room and health, then start again; if it stays so, restore a backup or start with an empty folder (open proposals are found again on GitHub)`,
    fault,
  );
}
