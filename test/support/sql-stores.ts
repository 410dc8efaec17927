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
  "delivery",
  "subject",
  "lane",
  "item",
  "ledger",
  "hold",
  "indexed_branch",
  "pause",
  "switch",
  "pace",
  "pace_person",
  "pace_turn",
];

/** The ports on a database that is emptied first. Its clock moves on only when the database has nothing left to do. */
export async function sqlStores(opened: Database): Promise<Stores> {
  const { database, quiet } = watched(opened);
  // Quicker than truncate, which makes new files.
  for (const table of tables) await database.query(`delete from tagboat.${table}`);
  const clock = new FakeClock("2026-11-22T09:00:00Z", quiet);
  const wakes = new Wakes(database);
  const me = (): string => "me";
  return {
    clock,
    inbox: new SqlInbox({ database, clock, wakes, me, wantsNotice: () => false }),
    ledger: new SqlLedger(database, () => false),
    holds: new SqlHolds(database),
    indexCache: new SqlIndexCache(database),
    pacer: new PaceQueue(clock, new SqlPaceBook(database, githubLimits, me)),
    pauses: new SqlPauses(database),
    switches: new SqlSwitches(database, clock, wakes),
    desk: new SqlDesk(database, clock, wakes),
    close: async () => {},
  };
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
