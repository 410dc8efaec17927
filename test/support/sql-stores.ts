import type { Desk } from "../../src/model/desk.ts";
import type { LedgerEntry } from "../../src/model/ledger.ts";
import type { Database } from "../../src/store/database.ts";
import { githubLimits } from "../../src/store/pace.ts";
import { PaceQueue } from "../../src/store/pace-queue.ts";
import { SqlDesk } from "../../src/store/sql-desk.ts";
import { SqlHolds } from "../../src/store/sql-holds.ts";
import { SqlInbox } from "../../src/store/sql-inbox.ts";
import { SqlIndexCache } from "../../src/store/sql-index-cache.ts";
import { SqlLedger } from "../../src/store/sql-ledger.ts";
import { SqlPaceBook } from "../../src/store/sql-pace-book.ts";
import { SqlPauses } from "../../src/store/sql-pauses.ts";
import { SqlSwitches } from "../../src/store/sql-switches.ts";
import { Wakes } from "../../src/store/wakes.ts";
import type { Stores } from "../contract/store.contract.ts";
import { FakeClock } from "./fake-clock.ts";

const tables = [
  "graphile_worker._private_jobs",
  "tagboat.delivery",
  "tagboat.subject",
  "tagboat.lane",
  "tagboat.item",
  "tagboat.ledger",
  "tagboat.hold",
  "tagboat.indexed_branch",
  "tagboat.pause",
  "tagboat.switch",
  "tagboat.pace",
  "tagboat.pace_person",
  "tagboat.pace_turn",
  "tagboat.process",
  "tagboat.chore",
];

/** The ports on a database, and what only a database can do. */
export interface SqlStores extends Stores {
  readonly desk: Desk;
  readonly database: Database;
  /** The same rows seen by another process with this name. */
  beside(me: () => string): Stores;
}

/** On a database that is emptied first. Its clock moves on only when the database has nothing left to do. */
export async function sqlStores(
  opened: Database,
  wantsNotice: (entry: LedgerEntry) => boolean = () => false,
): Promise<SqlStores> {
  const { database, quiet } = watched(opened);
  // Quicker than truncate, which makes new files.
  for (const table of tables) await database.query(`delete from ${table}`);
  const clock = new FakeClock("2026-11-22T09:00:00Z", quiet);
  const portsOf = (me: () => string) => {
    const wakes = new Wakes(database);
    return {
      clock,
      database,
      inbox: new SqlInbox({ database, clock, wakes, me, wantsNotice }),
      ledger: new SqlLedger(database, wantsNotice),
      holds: new SqlHolds(database),
      indexCache: new SqlIndexCache(database),
      pacer: new PaceQueue(clock, new SqlPaceBook(database, githubLimits, me)),
      pauses: new SqlPauses(database),
      switches: new SqlSwitches(database, clock, wakes),
      desk: new SqlDesk(database, clock, wakes),
      close: async () => {},
    };
  };
  return { ...portsOf(() => "me"), beside: portsOf };
}

/** The database, and when it has nothing to do. */
function watched(database: Database): { database: Database; quiet: () => Promise<void> } {
  let busy = 0;
  async function counted<T>(run: () => Promise<T>): Promise<T> {
    busy += 1;
    try {
      return await run();
    } finally {
      busy -= 1;
    }
  }
  return {
    database: {
      ...database,
      query: (text, values) => counted(() => database.query(text, values)),
      transaction: (run, urgent) => counted(() => database.transaction(run, urgent)),
    },
    async quiet() {
      // What the last answer led to comes after the event loop has turned.
      for (let still = 0; still < 3; still = busy === 0 ? still + 1 : 0)
        await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
