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

/** Chores as jobs: due at the start of a process and then on their timer, exactly once over all processes. */
export class Chores {
  readonly #database: Database;
  readonly #log: Log;
  readonly #chores = new Map<string, Chore>();
  readonly #stop = new AbortController();

  constructor(database: Database, log: Log) {
    this.#database = database;
    this.#log = log;
  }

  async add(chores: readonly Chore[]): Promise<void> {
    for (const chore of chores) this.#chores.set(chore.name, chore);
    for (const { name } of chores) await this.#schedule(name, 0);
  }

  stop(): void {
    this.#stop.abort(new Error("stopping"));
  }

  /** The task behind each job. A chore that fails is done again at its next time. */
  async run(name: string): Promise<void> {
    const chore = this.#chores.get(name);
    // Another version of Tagboat has it; nothing is lost with this turn of it.
    if (chore === undefined) return;
    if (this.#stop.signal.aborted) return this.#schedule(name, 0);
    const begun = await this.#begin(chore);
    if (begun) await this.#attempt(chore);
    // Who began it a moment ago may have died since, in the middle of it or after: this process must not wait for its next time.
    const wait = begun ? chore.every : heldFor(chore);
    await this.#schedule(name, this.#stop.signal.aborted ? 0 : wait);
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

  async #attempt({ name, run }: Chore): Promise<void> {
    try {
      await run(this.#stop.signal);
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#log.error({ chore: name, err: error }, "chore failed");
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
