import type { Delivery } from "../model/delivery.ts";
import type { Acceptance, Inbox, Lane, LaneItem, Routing } from "../model/inbox.ts";
import type { Ledger } from "../model/ledger.ts";
import type { Outcome } from "../model/outcome.ts";

interface Waiting {
  readonly order: number;
  due: number;
  tries: number;
  dead: boolean;
}
type WaitingDelivery = Waiting & { readonly delivery: Delivery };
type WaitingItem = Waiting & { readonly item: Omit<LaneItem, "tries"> };

const REMEMBERED_IDS = 10_000;

/**
 * The inbox in this process: gone with it. Same promises as the durable ones (`test/contract/inbox.ts`) but for a crash.
 * `now` gives milliseconds since 1970.
 */
export class MemoryInbox implements Inbox {
  readonly #deliveries = new Map<string, WaitingDelivery>();
  readonly #items = new Map<string, WaitingItem>();
  readonly #seen = new Set<string>();
  readonly #listeners = new Set<() => void>();
  readonly #ledger: Ledger;
  readonly #now: () => number;
  #counter = 0;

  constructor(ledger: Ledger, now: () => number) {
    this.#ledger = ledger;
    this.#now = now;
  }

  async accept(batch: readonly Delivery[]): Promise<readonly Acceptance[]> {
    const answers = batch.map((delivery) => this.#acceptOne(delivery));
    this.#wake();
    return answers;
  }

  #acceptOne(delivery: Delivery): Acceptance {
    const key = JSON.stringify([delivery.source, delivery.owner, delivery.senderId ?? delivery.id]);
    if (this.#seen.has(key)) return "duplicate";
    this.#seen.add(key);
    for (const oldest of this.#seen) {
      if (this.#seen.size <= REMEMBERED_IDS) break;
      this.#seen.delete(oldest);
    }
    this.#counter += 1;
    this.#deliveries.set(delivery.id, {
      delivery,
      order: this.#counter,
      due: 0,
      tries: 0,
      dead: false,
    });
    return "new";
  }

  onWake(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #wake(): void {
    for (const listener of this.#listeners) listener();
  }

  async unrouted(now: Date, limit: number): Promise<readonly Delivery[]> {
    return [...this.#deliveries.values()]
      .filter((d) => isDue(d, now))
      .slice(0, limit)
      .map((d) => d.delivery);
  }

  async route(delivery: string, routing: Routing): Promise<void> {
    if (!this.#deliveries.delete(delivery)) return;
    for (const { lane, task } of routing.items) {
      this.#counter += 1;
      const id = `${delivery}.${this.#counter}`;
      this.#items.set(id, {
        item: { id, lane, delivery, task },
        order: this.#counter,
        due: 0,
        tries: 0,
        dead: false,
      });
    }
    await this.#record(routing.outcomes.map((outcome) => ({ delivery, outcome })));
    this.#wake();
  }

  async dueLanes(now: Date): Promise<readonly Lane[]> {
    const lanes = new Set<Lane>();
    for (const waiting of this.#items.values())
      if (isDue(waiting, now)) lanes.add(waiting.item.lane);
    return [...lanes];
  }

  async itemsOf(lane: Lane): Promise<readonly LaneItem[]> {
    return [...this.#items.values()]
      .filter((w) => w.item.lane === lane && !w.dead)
      .map((w) => ({ ...w.item, tries: w.tries }));
  }

  async finish(
    done: readonly { readonly item: string; readonly outcome: Outcome }[],
  ): Promise<void> {
    const entries: { delivery: string; outcome: Outcome }[] = [];
    for (const { item, outcome } of done) {
      const waiting = this.#items.get(item);
      if (waiting === undefined || !this.#items.delete(item)) continue;
      entries.push({ delivery: waiting.item.delivery, outcome });
    }
    await this.#record(entries);
  }

  async postpone(
    ids: readonly string[],
    until: Date,
    why: { readonly failed: boolean; readonly detail: string },
  ): Promise<void> {
    for (const waiting of this.#find(ids)) {
      waiting.due = until.getTime();
      if (why.failed) waiting.tries += 1;
    }
    this.#wake();
  }

  async bury(ids: readonly string[], detail: string): Promise<void> {
    const entries: { delivery: string; outcome: Outcome }[] = [];
    for (const waiting of this.#find(ids)) {
      waiting.dead = true;
      const delivery = "item" in waiting ? waiting.item.delivery : waiting.delivery.id;
      entries.push({ delivery, outcome: { kind: "failed", place: null, detail, retryAt: null } });
    }
    await this.#record(entries);
  }

  async nextDue(): Promise<Date | null> {
    const due = [...this.#deliveries.values(), ...this.#items.values()]
      .filter((w) => !w.dead)
      .map((w) => w.due);
    return due.length === 0 ? null : new Date(Math.min(...due));
  }

  #find(ids: readonly string[]): (WaitingDelivery | WaitingItem)[] {
    return ids
      .map((id) => this.#items.get(id) ?? this.#deliveries.get(id))
      .filter((w) => w !== undefined);
  }

  async #record(entries: readonly { delivery: string; outcome: Outcome }[]): Promise<void> {
    const at = new Date(this.#now()).toISOString();
    if (entries.length > 0) await this.#ledger.append(entries.map((entry) => ({ at, ...entry })));
  }
}

function isDue(waiting: Waiting, now: Date): boolean {
  return !waiting.dead && waiting.due <= now.getTime();
}
