import type { Delivery } from "../../src/model/delivery.ts";
import type { DeliverySummary, Desk } from "../../src/model/desk.ts";
import type { LedgerEntry } from "../../src/model/ledger.ts";

/** A delivery as the store has it. */
export interface Kept {
  readonly summary: DeliverySummary;
  readonly delivery: Delivery;
  readonly history: readonly LedgerEntry[];
}

/** More than any run has. */
const ALL = 1_000_000;

/** Reads what the app's store holds, each delivery once. */
export class StoreLook {
  readonly #known = new Set<string>();

  /** Deliveries that were not there when it was last asked. */
  async news(desk: Desk): Promise<readonly Kept[]> {
    const news: Kept[] = [];
    for (const { id } of await desk.deliveries({ failed: false, limit: ALL })) {
      if (this.#known.has(id)) continue;
      const found = await desk.delivery(id);
      if (found === null) throw new Error(`the store lists ${id} and does not know it`);
      this.#known.add(id);
      news.push(found);
    }
    return news;
  }
}
