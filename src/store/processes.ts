import { randomInt, randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Log } from "../model/log.ts";
import type { Database, Queries } from "./database.ts";
import { numberOf } from "./row.ts";

/** Milliseconds between two signs of life. */
const BEAT = 5_000;
/** Seconds of silence after which a process is taken for gone; sooner, when it has lost its connection as well. */
const GONE = 30;
const GONE_UNCONNECTED = 12;
/** Seconds that a job may be held by a worker of which nobody has told yet. */
const UNTOLD = 20;

/** What a process is told of. */
export interface ProcessEvents {
  /** Something that another process had taken is free again. */
  onFreed(): void;
  readonly log: Log;
}

/**
 * The processes that work on this store. Each gives signs of life; who sees that one is gone frees what it had taken. A process
 * that finds itself taken for gone goes on under a new name: what it had taken under the old one is not its own any more.
 */
export class Processes {
  readonly #database: Database;
  readonly #events: ProcessEvents;
  readonly #workers = new Set<string>();
  #me: string = randomUUID();
  #lock = newLock();
  #timer: NodeJS.Timeout | null = null;
  #beating: Promise<void> | null = null;

  constructor(database: Database, events: ProcessEvents) {
    this.#database = database;
    this.#events = events;
  }

  /** The name under which this process takes work now. */
  me(): string {
    return this.#me;
  }

  async start(): Promise<void> {
    // Nobody else can have the folder open: whoever is still named in there is gone.
    if (!this.#database.shared) await this.#database.query("delete from tagboat.process");
    await this.#register();
    await this.#sweep();
    this.#timer = setInterval(() => this.#beat(), BEAT);
    this.#timer.unref();
  }

  /** The job workers of this process: the locks of any other are broken. */
  async setWorker(worker: string, lives: boolean): Promise<void> {
    if (lives) this.#workers.add(worker);
    else this.#workers.delete(worker);
    await this.#sign();
  }

  /** Gives back everything that is taken, and takes this process off the list. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await this.#beating;
    await this.#database.transaction(async (queries) => {
      await queries.query("delete from tagboat.process where id = $1", [this.#me]);
      await free(queries);
    });
  }

  async #register(): Promise<void> {
    await this.#database.holdLock(this.#lock);
    await this.#database.query(
      "insert into tagboat.process (id, host, pid, lock_key, workers) values ($1, $2, $3, $4, $5::text[])",
      [this.#me, hostname(), process.pid, this.#lock, [...this.#workers]],
    );
  }

  /** `false`: this process is not on the list any more. */
  async #sign(): Promise<boolean> {
    const rows = await this.#database.query(
      "update tagboat.process set seen = now(), workers = $2::text[] where id = $1 returning id",
      [this.#me, [...this.#workers]],
    );
    return rows.length > 0;
  }

  #beat(): void {
    this.#beating ??= this.#lookAround()
      .catch((error: unknown) => {
        this.#events.log.warn({ err: error }, "no sign of life could be given to the store");
      })
      .finally(() => {
        this.#beating = null;
      });
  }

  async #lookAround(): Promise<void> {
    if (!(await this.#sign())) await this.#renew();
    await this.#database.holdLock(this.#lock);
    await this.#sweep();
  }

  async #renew(): Promise<void> {
    const former = this.#me;
    this.#me = randomUUID();
    this.#lock = newLock();
    await this.#register();
    this.#events.log.warn(
      { former, now: this.#me },
      "this process stood still and was taken for gone: others have its work, it goes on with a new name",
    );
  }

  async #sweep(): Promise<void> {
    const freed = await this.#database.transaction(async (queries) => {
      await queries.query(
        `delete from tagboat.process where id in (
           select id from tagboat.process where id <> $1 and
             case when seen < now() - make_interval(secs => $2) then true
                  when seen < now() - make_interval(secs => $3) then pg_try_advisory_xact_lock(lock_key::bigint)
                  else false end
           for update skip locked)`,
        [this.#me, GONE, GONE_UNCONNECTED],
      );
      return free(queries);
    });
    await this.#unlockJobs(this.#database.shared ? UNTOLD : 0);
    if (freed === 0) return;
    this.#events.log.info({ freed }, "what a process that is gone had taken is free again");
    this.#events.onFreed();
  }

  /** graphile-worker itself waits four hours before it takes a job from a worker that died. */
  async #unlockJobs(seconds: number): Promise<void> {
    await this.#database.query(
      `select graphile_worker.force_unlock_workers(workers) from (
         select array_agg(distinct locked_by) as workers from graphile_worker.jobs
         where locked_by is not null and locked_at <= now() - make_interval(secs => $1)
           and not exists (select from tagboat.process where locked_by = any(process.workers))
       ) as gone where workers is not null`,
      [seconds],
    );
  }
}

/** Frees what processes had taken that are not on the list. How many deliveries and lanes. */
async function free(queries: Queries): Promise<number> {
  const [row] = await queries.query(
    `with deliveries as (
       update tagboat.delivery set taken_by = null
       where taken_by is not null and not exists (select from tagboat.process where process.id = taken_by)
       returning 1
     ), lanes as (
       update tagboat.lane set taken_by = null, taken_at = null
       where taken_by is not null and not exists (select from tagboat.process where process.id = taken_by)
       returning 1
     )
     select (select count(*) from deliveries) + (select count(*) from lanes) as freed`,
  );
  return row === undefined ? 0 : numberOf(row, "freed");
}

function newLock(): number {
  return randomInt(1, 2 ** 31 - 1);
}
