import type { Clock } from "../model/clock.ts";
import type { Switch, Switches, SwitchScope } from "../model/switches.ts";
import type { Database } from "./database.ts";
import { lockLanes, updateLanes } from "./lane-rows.ts";
import { textOf } from "./row.ts";
import { storedSwitch } from "./stored.ts";
import type { Wakes } from "./wakes.ts";

/** Switches that every process keeps to. */
export class SqlSwitches implements Switches {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #wakes: Wakes;

  constructor(database: Database, clock: Clock, wakes: Wakes) {
    this.#database = database;
    this.#clock = clock;
    this.#wakes = wakes;
  }

  async all(): Promise<readonly Switch[]> {
    const rows = await this.#database.query("select entry from tagboat.switch order by seq");
    return rows.map((row) => storedSwitch(textOf(row, "entry")));
  }

  async put(held: Switch): Promise<void> {
    await this.#database.query(
      `insert into tagboat.switch (key, entry) values ($1, $2)
       on conflict (key) do update set entry = excluded.entry`,
      [keyOf(held), JSON.stringify(held)],
    );
  }

  async lift(scope: SwitchScope): Promise<boolean> {
    const lifted = await this.#database.transaction(async (queries) => {
      const rows = await queries.query("delete from tagboat.switch where key = $1 returning key", [
        keyOf(scope),
      ]);
      if (rows.length === 0) return false;
      // What waits for something else as well is looked at early, and put back.
      const due = await queries.query(
        "update tagboat.item set due = $1 where state = 'waiting' and held and due > $1 returning lane",
        [this.#clock.now().toISOString()],
      );
      const lanes = due.map((row) => textOf(row, "lane"));
      await lockLanes(queries, lanes);
      await updateLanes(queries, lanes, []);
      return true;
    });
    if (lifted) this.#wakes.everywhere();
    return lifted;
  }
}

function keyOf({ environment, repo }: SwitchScope): string {
  return JSON.stringify([repo, environment]);
}
