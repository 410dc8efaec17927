import type { Clock } from "../model/clock.ts";
import type { Desk } from "../model/desk.ts";
import type { Holds } from "../model/holds.ts";
import type { Inbox } from "../model/inbox.ts";
import type { IndexCache } from "../model/index-cache.ts";
import type { Ledger } from "../model/ledger.ts";
import type { Log } from "../model/log.ts";
import type { Notices } from "../model/notices.ts";
import type { Pacer } from "../model/pacer.ts";
import type { Pauses } from "../model/pauses.ts";
import type { Switches } from "../model/switches.ts";
import { type Chore, Chores } from "./chores.ts";
import type { Database } from "./database.ts";
import { openEmbeddedDatabase } from "./embedded-database.ts";
import { lockFolder } from "./folder-lock.ts";
import { Jobs } from "./jobs.ts";
import { migrate } from "./migrate.ts";
import { sendNotice } from "./notices.ts";
import { githubLimits, type PaceLimits } from "./pace.ts";
import { PaceQueue } from "./pace-queue.ts";
import { Processes } from "./processes.ts";
import { openServerDatabase, problemOf } from "./server-database.ts";
import { SqlDesk } from "./sql-desk.ts";
import { SqlHolds } from "./sql-holds.ts";
import { SqlInbox } from "./sql-inbox.ts";
import { SqlIndexCache } from "./sql-index-cache.ts";
import { SqlLedger } from "./sql-ledger.ts";
import { SqlPaceBook } from "./sql-pace-book.ts";
import { SqlPauses } from "./sql-pauses.ts";
import { SqlSwitches } from "./sql-switches.ts";
import { StoreProblem } from "./store-problem.ts";
import { tidyChores } from "./tidy.ts";
import { Wakes } from "./wakes.ts";
import { within } from "./within.ts";

export interface StoreOptions {
  /** A PostgreSQL URL; `null`: the embedded database in `folder`. */
  readonly url: string | null;
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  /** How long what is done is kept, in milliseconds. */
  readonly retention: number;
  readonly notices: Notices | null;
  /** The store is lost to this process (its folder was taken, its database died): the process must end at once. */
  readonly onLost: (problem: StoreProblem) => void;
  /** `false`: only to look and to command, as an operator's tool beside the processes that work. Default: `true`. */
  readonly works?: boolean;
  readonly limits?: PaceLimits;
}

/** Everything that is kept, open. */
export interface Store {
  readonly inbox: Inbox;
  readonly ledger: Ledger;
  readonly holds: Holds;
  readonly indexCache: IndexCache;
  readonly pacer: Pacer;
  readonly pauses: Pauses;
  readonly switches: Switches;
  readonly desk: Desk;
  /** From now on these run by themselves, each at once and then on its timer. Once. */
  startChores(chores: readonly Chore[]): Promise<void>;
  /** `null`: the store takes and gives; else a sentence that says what is wrong. Answers within two seconds. */
  ready(): Promise<string | null>;
  /** Gives back what is taken, and closes. Whatever uses the store must have ended. */
  close(): Promise<void>;
}

/** Opens the store. Throws `StoreProblem` where the operator must mend something. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { database, unlock } = await openDatabase(options);
  try {
    await migrated(database, options);
    return await startStore(database, unlock, options);
  } catch (error) {
    await database.close().catch(() => {});
    await unlock();
    throw error;
  }
}

async function openDatabase(
  options: StoreOptions,
): Promise<{ database: Database; unlock: () => Promise<void> }> {
  const { folder, log, onLost, url } = options;
  if (url !== null) {
    const database = await openServerDatabase(url, (fault) => {
      log.warn({ err: fault }, "a connection to the store broke");
    });
    return { database, unlock: async () => {} };
  }
  const lock = await lockFolder(folder, onLost);
  try {
    return {
      database: await openEmbeddedDatabase(folder, onLost),
      unlock: () => lock.release(),
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function migrated(database: Database, { url }: StoreOptions): Promise<void> {
  try {
    await migrate(database);
  } catch (cause) {
    if (cause instanceof StoreProblem || url === null) throw cause;
    throw problemOf(url, cause);
  }
}

async function startStore(
  database: Database,
  unlock: () => Promise<void>,
  options: StoreOptions,
): Promise<Store> {
  const { clock, log, notices } = options;
  const wakes = new Wakes(database);
  const processes = new Processes(database, { onFreed: () => wakes.everywhere(), log });
  const me = (): string => processes.me();
  const chores = new Chores(database, log);
  const wantsNotice = (entry: Parameters<Notices["wants"]>[0]): boolean =>
    notices?.wants(entry) ?? false;
  const desk = new SqlDesk(database, clock, wakes);
  const jobs = new Jobs({
    database,
    log,
    onWorker: (worker, lives) => processes.setWorker(worker, lives),
    tasks: {
      wake: async () => wakes.here(),
      chore: async (payload) => chores.run(fieldOf(payload, "name")),
      ...(notices === null
        ? {}
        : {
            notice: async (payload, { job }) =>
              sendNotice(database, notices, fieldOf(payload, "entry"), job.id),
          }),
    },
  });
  const works = options.works ?? true;
  if (works) {
    await wakes.start();
    await processes.start();
    await jobs.start();
    await chores.add(tidyChores(database, desk, clock, options.retention));
  }
  return {
    inbox: new SqlInbox({ database, clock, wakes, me, wantsNotice }),
    ledger: new SqlLedger(database, wantsNotice),
    holds: new SqlHolds(database),
    indexCache: new SqlIndexCache(database),
    pacer: new PaceQueue(clock, new SqlPaceBook(database, options.limits ?? githubLimits, me)),
    pauses: new SqlPauses(database),
    switches: new SqlSwitches(database, clock, wakes),
    desk,
    startChores: (more) => chores.add(more),
    ready: () => readiness(database),
    async close() {
      chores.stop();
      // A server that does not answer must not keep the process: what it had taken is freed by the others.
      if (works) await within(CLOSE_WITHIN, jobs.stop());
      if (works)
        await within(
          CLOSE_WITHIN,
          processes.stop().catch(() => {}),
        );
      await within(CLOSE_WITHIN, database.close());
      await unlock();
    },
  };
}

const CLOSE_WITHIN = 5_000;
const READY_WITHIN = 2_000;

async function readiness(database: Database): Promise<string | null> {
  try {
    const answered = await within(READY_WITHIN, database.query("select 1"));
    return answered ? null : "the store does not answer";
  } catch (error) {
    return `the store cannot be used: ${error instanceof Error ? error.message : "unknown fault"}`;
  }
}

function fieldOf(payload: unknown, name: string): string {
  const value =
    typeof payload === "object" && payload !== null
      ? (payload as Record<string, unknown>)[name]
      : undefined;
  if (typeof value !== "string") throw new Error(`a job came without its ${name}`);
  return value;
}
