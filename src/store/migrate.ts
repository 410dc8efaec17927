import { makeWorkerUtils } from "graphile-worker";
import type { Database, Queries } from "./database.ts";
import { graphileLogger } from "./graphile-logger.ts";
import { first } from "./migrations/001-first.ts";
import { turnsOfPeople } from "./migrations/002-turns-of-people.ts";
import { numberOf } from "./row.ts";
import { StoreProblem } from "./store-problem.ts";

/** In order; a database stands at the number of those that it went through. Never changed once released, only added to. */
const migrations: readonly string[] = [first, turnsOfPeople];

/** Any number that nobody else's advisory lock on this database has. */
const MIGRATION_LOCK = 7_409_112;

/** Brings the schema up to date. Many processes may start together: one does it, the others wait. Throws `StoreProblem`. */
export async function migrate(database: Database): Promise<void> {
  await database.alone(MIGRATION_LOCK, async () => {
    await database.transaction(async (queries) => {
      const version = await versionOf(queries);
      if (version > migrations.length)
        throw new StoreProblem(
          "made-by-newer",
          `the store was made by a newer Tagboat (schema ${version}, this one knows ${migrations.length}): start that version, or restore a backup`,
        );
      for (const statements of migrations.slice(version)) await queries.query(statements);
      await queries.query("update tagboat.schema_version set version = $1", [migrations.length]);
    });
    await migrateGraphile(database);
  });
}

async function versionOf(queries: Queries): Promise<number> {
  await queries.query("create schema if not exists tagboat");
  await queries.query(
    "create table if not exists tagboat.schema_version (one boolean primary key default true check (one), version integer not null)",
  );
  await queries.query(
    "insert into tagboat.schema_version (version) values (0) on conflict do nothing",
  );
  const [row] = await queries.query("select version from tagboat.schema_version");
  return row === undefined ? 0 : numberOf(row, "version");
}

async function migrateGraphile(database: Database): Promise<void> {
  const utils = await makeWorkerUtils({ pgPool: database.pool, logger: graphileLogger(null) });
  try {
    await utils.migrate();
  } finally {
    await utils.release();
  }
}
