import type { Pauses } from "../model/pauses.ts";
import type { Database } from "./database.ts";
import { dateOf, storable, textOf } from "./row.ts";

/** How long what was read is believed, in milliseconds: what other processes set is known by then. */
const BELIEVED = 1000;

/** Pauses that every process keeps. */
export class SqlPauses implements Pauses {
  readonly #database: Database;
  #known: ReadonlyMap<string, number> = new Map();
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | null = null;

  constructor(database: Database) {
    this.#database = database;
  }

  async until(party: string, now: Date): Promise<Date | null> {
    const age = now.getTime() - this.#readAt;
    if (age < 0 || age >= BELIEVED) {
      this.#reading ??= this.#read(now).finally(() => {
        this.#reading = null;
      });
      await this.#reading;
    }
    const until = this.#known.get(storable(party)) ?? 0;
    return until > now.getTime() ? new Date(until) : null;
  }

  async #read(now: Date): Promise<void> {
    const rows = await this.#database.query(
      "select party, until from tagboat.pause where until > $1",
      [now.toISOString()],
    );
    this.#known = new Map(
      rows.map((row) => [textOf(row, "party"), dateOf(row, "until").getTime()]),
    );
    this.#readAt = now.getTime();
  }

  async set(party: string, until: Date): Promise<void> {
    await this.#database.query(
      `insert into tagboat.pause (party, until) values ($1, $2)
       on conflict (party) do update set until = greatest(pause.until, excluded.until)`,
      [storable(party), until.toISOString()],
    );
    this.#readAt = Number.NEGATIVE_INFINITY;
  }
}
