import type { Ledger, LedgerEntry } from "../model/ledger.ts";
import type { Database } from "./database.ts";
import { appendEntries, type WantsNotice } from "./ledger-rows.ts";
import { textOf } from "./row.ts";
import { storedEntry } from "./stored.ts";

/** History in the database, until it is forgotten with its deliveries. */
export class SqlLedger implements Ledger {
  readonly #database: Database;
  readonly #wants: WantsNotice;

  constructor(database: Database, wants: WantsNotice) {
    this.#database = database;
    this.#wants = wants;
  }

  async append(entries: readonly LedgerEntry[]): Promise<void> {
    await this.#database.transaction((queries) => appendEntries(queries, entries, this.#wants));
  }

  async ofDelivery(delivery: string): Promise<readonly LedgerEntry[]> {
    const rows = await this.#database.query(
      "select entry from tagboat.ledger where delivery = $1 order by seq",
      [delivery],
    );
    return rows.map((row) => storedEntry(textOf(row, "entry")));
  }

  async recent(limit: number): Promise<readonly LedgerEntry[]> {
    if (limit <= 0) return [];
    const rows = await this.#database.query(
      "select entry from tagboat.ledger order by seq desc limit $1",
      [limit],
    );
    return rows.map((row) => storedEntry(textOf(row, "entry")));
  }
}
