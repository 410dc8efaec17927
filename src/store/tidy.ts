import type { Clock } from "../model/clock.ts";
import type { Desk } from "../model/desk.ts";
import type { Chore } from "./chores.ts";
import type { Database } from "./database.ts";
import { PACE_MEMORY } from "./pace.ts";

const MINUTE = 60_000;

const tables = [
  "tagboat.delivery",
  "tagboat.item",
  "tagboat.lane",
  "tagboat.ledger",
  "tagboat.subject",
  "tagboat.process",
  "tagboat.pace_turn",
  "graphile_worker._private_jobs",
];

/** What the store does for itself. `retention`: how long what is done is kept, in milliseconds. */
export function tidyChores(
  database: Database,
  desk: Desk,
  clock: Clock,
  retention: number,
): readonly Chore[] {
  return [
    {
      name: "forget",
      every: 60 * MINUTE,
      async run() {
        const now = clock.now().getTime();
        await desk.forget(new Date(now - retention));
        await forgetTraces(database, now);
        await forgetNotices(database, new Date(now - retention));
      },
    },
    {
      // PGlite has no autovacuum; a server has, and is not harmed.
      name: "vacuum",
      every: 10 * MINUTE,
      async run() {
        if (database.shared) return;
        for (const table of tables) await database.query(`vacuum analyze ${table}`);
      },
    },
  ];
}

async function forgetTraces(database: Database, now: number): Promise<void> {
  const before = new Date(now - PACE_MEMORY).toISOString();
  await database.query("delete from tagboat.pace_turn where at <= $1", [before]);
  await database.query("delete from tagboat.pace_person where until <= $1", [before]);
  await database.query("delete from tagboat.pause where until <= $1", [before]);
  await database.query(
    `delete from tagboat.lane where taken_by is null and due is null
       and (rests_until is null or rests_until <= $1)`,
    [before],
  );
}

/** Notices that were given up, as old as the history that they are about. */
async function forgetNotices(database: Database, before: Date): Promise<void> {
  await database.query(
    `select graphile_worker.complete_jobs(array(
       select id from graphile_worker.jobs
       where task_identifier = 'notice' and attempts >= max_attempts and updated_at < $1))`,
    [before.toISOString()],
  );
}
