import { ForgeUnavailable } from "../model/forge.ts";
import type { Log } from "../model/log.ts";
import type { Database } from "./database.ts";

/** Something that is to be done again and again, by one process at a time of all that work on the store. */
export interface Chore {
  readonly name: string;
  /** Milliseconds from the end of one run to the start of the next. */
  readonly every: number;
  /** To end soon when `signal` aborts: the process stops. */
  run(signal: AbortSignal): Promise<void>;
}

/** Milliseconds in which a chore is not started twice, although several processes start together. */
const ONCE_WITHIN = 30_000;
/** Milliseconds until a store that did not answer is told again. */
const UNANSWERED = 1000;
/** Milliseconds after which a chore that failed is tried again. */
const AFTER_FAILURE = 60_000;

/** Chores as jobs: due at the start of a process and then on their timer, exactly once over all processes. */
export class Chores {
  readonly #database: Pick<Database, "query">;
  readonly #log: Log;
  readonly #chores = new Map<string, Chore>();
  readonly #stop = new AbortController();

  constructor(database: Pick<Database, "query">, log: Log) {
    this.#database = database;
    this.#log = log;
  }

  async add(chores: readonly Chore[]): Promise<void> {
    for (const chore of chores) this.#chores.set(chore.name, chore);
    for (const { name } of chores) await this.#announce(name);
  }

  /** A store that does not answer just now is told later: the process has other work. */
  async #announce(name: string): Promise<void> {
    if (this.#stop.signal.aborted) return;
    try {
      await this.#schedule(name, 0);
    } catch (error) {
      this.#log.warn({ chore: name, err: error }, "the store did not take a chore");
      setTimeout(() => void this.#announce(name), UNANSWERED).unref();
    }
  }

  stop(): void {
    this.#stop.abort(new Error("stopping"));
  }

  /** The task behind each job. A chore that fails is done again soon. */
  async run(name: string): Promise<void> {
    const chore = this.#chores.get(name);
    // Another version of Tagboat has it; nothing is lost with this turn of it.
    if (chore === undefined) return;
    if (this.#stop.signal.aborted) return this.#schedule(name, 0);
    const wait = await this.#turn(chore);
    await this.#schedule(name, this.#stop.signal.aborted ? 0 : wait);
  }

  /** Milliseconds until the next one. */
  async #turn(chore: Chore): Promise<number> {
    // Who began it a moment ago may have died since, in the middle of it or after: this process must not wait for its next time.
    if (!(await this.#begin(chore))) return heldFor(chore);
    return (await this.#attempt(chore)) ? chore.every : Math.min(AFTER_FAILURE, chore.every);
  }

  async #begin(chore: Chore): Promise<boolean> {
    const rows = await this.#database.query(
      `insert into tagboat.chore (name, started) values ($1, now())
       on conflict (name) do update set started = excluded.started
       where chore.started <= now() - make_interval(secs => $2) returning name`,
      [chore.name, heldFor(chore) / 1000],
    );
    return rows.length > 0;
  }

  async #attempt({ name, run }: Chore): Promise<boolean> {
    try {
      await run(this.#stop.signal);
      return true;
    } catch (error) {
      const facts = { chore: name, err: error };
      // An outage of the host is no fault of ours.
      if (error instanceof ForgeUnavailable) this.#log.warn(facts, "chore put off");
      else if (!this.#stop.signal.aborted) this.#log.error(facts, "chore failed");
      return false;
    }
  }

  async #schedule(name: string, wait: number): Promise<void> {
    await this.#database.query(
      `select graphile_worker.add_job('chore', json_build_object('name', $1::text), job_key := 'chore:' || $1,
         run_at := now() + make_interval(secs => $2), max_attempts := 25)`,
      [name, wait / 1000],
    );
  }
}

/** Milliseconds for which nobody begins a chore again. */
function heldFor({ every }: Chore): number {
  return Math.min(ONCE_WITHIN, every / 2);
}
