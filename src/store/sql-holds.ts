import type { Hold, Holds } from "../model/holds.ts";
import type { Database } from "./database.ts";
import { storable, textOf } from "./row.ts";
import { storedHold } from "./stored.ts";

/** Holds in the database: a cache of what people said on GitHub. */
export class SqlHolds implements Holds {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async of(
    repo: string,
    environment: string,
    component: string | null,
    now: Date,
  ): Promise<readonly Hold[]> {
    const rows = await this.#database.query(
      "select entry from tagboat.hold where repo = $1 and environment = $2 order by seq",
      [storable(repo), storable(environment)],
    );
    return rows
      .map((row) => storedHold(textOf(row, "entry")))
      .filter(
        (hold) =>
          (hold.component === null || hold.component === component) &&
          (hold.until === null || Date.parse(hold.until) > now.getTime()),
      );
  }

  async put(hold: Hold): Promise<void> {
    await this.#database.query(
      `insert into tagboat.hold (key, repo, environment, entry) values ($1, $2, $3, $4)
       on conflict (key) do update set entry = excluded.entry`,
      [keyOf(hold), storable(hold.repo), storable(hold.environment), JSON.stringify(hold)],
    );
  }

  async lift(hold: Pick<Hold, "repo" | "environment" | "component">): Promise<void> {
    await this.#database.query("delete from tagboat.hold where key = $1", [keyOf(hold)]);
  }
}

function keyOf(hold: Pick<Hold, "repo" | "environment" | "component">): string {
  return JSON.stringify([hold.repo, hold.environment, hold.component]);
}
