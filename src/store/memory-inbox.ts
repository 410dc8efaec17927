import { CONTENT_WINDOW, type Delivery, identityOf } from "../model/delivery.ts";
import {
  type Acceptance,
  type Delay,
  type Inbox,
  type Lane,
  type LaneItem,
  type LaneRun,
  type Routing,
  type Settled,
  subjectOf,
  type TakenDelivery,
} from "../model/inbox.ts";
import type { Ledger, LedgerEntry } from "../model/ledger.ts";

interface Waiting {
  due: number;
  tries: number;
  rests: "waiting" | "parked" | "dead";
}
type WaitingDelivery = Waiting & { readonly delivery: Delivery; taken: boolean; routed: boolean };
type WaitingItem = Waiting & { readonly item: Omit<LaneItem, "tries"> };

const REMEMBERED = 10_000;

/**
 * The inbox in this process: gone with it. Same promises as the durable one (`test/contract/store.contract.ts`) but for a crash.
 * `now` gives milliseconds since 1970.
 */
export class MemoryInbox implements Inbox {
  /** What is not done, in order of arrival. */
  readonly #deliveries = new Map<string, WaitingDelivery>();
  readonly #items = new Map<string, WaitingItem>();
  /** The newest delivery of each identity. */
  readonly #identities = new Map<string, { readonly id: string; readonly at: number }>();
  readonly #lanes = new Map<Lane, { taken: string | null; restsUntil: number }>();
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
    const identity = identityOf(delivery);
    const at = Date.parse(delivery.receivedAt);
    if (identity !== null) {
      const same = this.#identities.get(identity.key);
      const window = identity.kind === "content" ? CONTENT_WINDOW : Number.POSITIVE_INFINITY;
      if (same !== undefined && at - same.at < window)
        return this.#revive(same.id) ? "again" : "duplicate";
      this.#remember(identity.key, { id: delivery.id, at });
    }
    const waiting = { due: 0, tries: 0, rests: "waiting", taken: false, routed: false } as const;
    this.#deliveries.set(delivery.id, { delivery, ...waiting });
    return "new";
  }

  #remember(key: string, one: { readonly id: string; readonly at: number }): void {
    this.#identities.delete(key);
    this.#identities.set(key, one);
    const [oldest] = this.#identities.keys();
    if (this.#identities.size > REMEMBERED && oldest !== undefined) this.#identities.delete(oldest);
  }

  /** `false`: it is done. */
  #revive(id: string): boolean {
    const found = this.#deliveries.get(id);
    if (found === undefined) return false;
    const left = [...this.#items.values()].filter(({ item }) => item.delivery === id);
    for (const waiting of [found, ...left])
      Object.assign(waiting, { due: 0, tries: 0, rests: "waiting" });
    return true;
  }

  onWake(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #wake(): void {
    for (const listener of this.#listeners) listener();
  }

  async takeDeliveries(now: Date, limit: number): Promise<readonly TakenDelivery[]> {
    const due = [...this.#deliveries.values()].filter(
      (one) => !one.routed && !one.taken && isDue(one, now),
    );
    return due.slice(0, limit).map((one) => {
      one.taken = true;
      return { delivery: one.delivery, tries: one.tries };
    });
  }

  async route(delivery: string, routing: Routing): Promise<boolean> {
    const taken = this.#takenDelivery(delivery);
    if (taken === null) return false;
    Object.assign(taken, { taken: false, routed: true });
    this.#add(taken.delivery, routing.items);
    if (routing.unpark !== undefined) this.#unpark(routing.unpark);
    this.#endIfDone(delivery);
    await this.#ledger.append(this.#entries(delivery, routing.outcomes, null));
    this.#wake();
    return true;
  }

  #takenDelivery(id: string): WaitingDelivery | null {
    const found = this.#deliveries.get(id);
    return found?.taken === true ? found : null;
  }

  #add({ id: delivery, owner, receivedAt }: Delivery, items: Routing["items"]): void {
    for (const { lane, task } of items) {
      this.#counter += 1;
      const id = `${delivery}.${this.#counter}`;
      const due = task.kind === "release" ? this.#laneOf(lane).restsUntil : 0;
      const item = { id, lane, delivery, owner, receivedAt, task };
      this.#items.set(id, { item, due, tries: 0, rests: "waiting" });
    }
  }

  #unpark(owner: string): void {
    for (const waiting of this.#items.values())
      if (waiting.rests === "parked" && waiting.item.owner === owner)
        Object.assign(waiting, { due: 0, tries: 0, rests: "waiting" });
  }

  #endIfDone(delivery: string): void {
    const left = [...this.#items.values()].some(({ item }) => item.delivery === delivery);
    if (this.#deliveries.get(delivery)?.routed === true && !left) this.#deliveries.delete(delivery);
  }

  async putBack(delivery: string, { failed, until }: Delay): Promise<boolean> {
    const taken = this.#takenDelivery(delivery);
    if (taken === null) return false;
    Object.assign(taken, { taken: false, due: until.getTime() });
    if (failed) taken.tries += 1;
    this.#wake();
    return true;
  }

  async bury(delivery: string, detail: string): Promise<boolean> {
    const taken = this.#takenDelivery(delivery);
    if (taken === null) return false;
    Object.assign(taken, { taken: false, rests: "dead" });
    const settled = { subject: null, outcome: failed(detail) };
    await this.#ledger.append(this.#entries(delivery, [settled], null));
    return true;
  }

  async takeLanes(now: Date, limit: number): Promise<readonly Lane[]> {
    const due = new Set<Lane>();
    for (const waiting of this.#items.values())
      if (isDue(waiting, now) && this.#laneOf(waiting.item.lane).taken === null)
        due.add(waiting.item.lane);
    const lanes = [...due].slice(0, limit);
    for (const lane of lanes) this.#laneOf(lane).taken = this.#instant();
    return lanes;
  }

  async itemsOf(lane: Lane): Promise<readonly LaneItem[]> {
    return [...this.#items.values()]
      .filter(({ item, rests }) => item.lane === lane && rests === "waiting")
      .map(({ item, tries }) => ({ ...item, tries }));
  }

  async settle(lane: Lane, run: LaneRun): Promise<boolean> {
    const state = this.#laneOf(lane);
    if (state.taken === null) return false;
    const ran = { lane, by: "memory", from: state.taken };
    // Nothing waits in here: nobody sees half of it.
    const entries = [
      ...run.done.flatMap((one) => this.#end(one, ran)),
      ...run.dead.flatMap((one) => this.#giveUp(one, ran)),
    ];
    for (const one of run.later) this.#delay(one.item, one);
    for (const { item } of run.parked) this.#rest(item, "parked");
    if (run.restUntil !== null) this.#restLane(lane, run.restUntil.getTime());
    state.taken = null;
    await this.#ledger.append(entries);
    this.#wake();
    return true;
  }

  #end({ item, items, outcomes }: LaneRun["done"][number], run: LedgerEntry["run"]) {
    const found = this.#items.get(item);
    const delivery = this.#deliveries.get(found?.item.delivery ?? "");
    if (found === undefined || delivery === undefined) return [];
    this.#items.delete(item);
    this.#add(delivery.delivery, items);
    this.#endIfDone(delivery.delivery.id);
    return this.#entries(delivery.delivery.id, outcomes, run);
  }

  #giveUp({ detail, item }: LaneRun["dead"][number], run: LedgerEntry["run"]) {
    const found = this.#rest(item, "dead");
    if (found === null) return [];
    const settled = { subject: subjectOf(found.item.task), outcome: failed(detail) };
    return this.#entries(found.item.delivery, [settled], run);
  }

  #delay(item: string, { failed: isTry, until }: Delay): void {
    const found = this.#items.get(item);
    if (found === undefined) return;
    found.due = until.getTime();
    if (isTry) found.tries += 1;
  }

  #rest(item: string, rests: "parked" | "dead"): WaitingItem | null {
    const found = this.#items.get(item);
    if (found === undefined) return null;
    found.rests = rests;
    return found;
  }

  #restLane(lane: Lane, until: number): void {
    this.#laneOf(lane).restsUntil = until;
    for (const waiting of this.#items.values())
      if (waiting.item.lane === lane && waiting.item.task.kind === "release")
        waiting.due = Math.max(waiting.due, until);
  }

  async nextDue(): Promise<Date | null> {
    const deliveries = [...this.#deliveries.values()].filter((one) => !one.routed && !one.taken);
    const items = [...this.#items.values()].filter(
      ({ item }) => this.#laneOf(item.lane).taken === null,
    );
    const due = [...deliveries, ...items]
      .filter(({ rests }) => rests === "waiting")
      .map((one) => one.due);
    return due.length === 0 ? null : new Date(Math.min(...due));
  }

  #laneOf(lane: Lane): { taken: string | null; restsUntil: number } {
    const state = this.#lanes.get(lane) ?? { taken: null, restsUntil: 0 };
    this.#lanes.set(lane, state);
    return state;
  }

  #instant(): string {
    return new Date(this.#now()).toISOString();
  }

  #entries(
    delivery: string,
    settled: readonly Settled[],
    run: LedgerEntry["run"],
  ): readonly LedgerEntry[] {
    const at = this.#instant();
    return settled.map((one) => ({ at, delivery, ...one, run }));
  }
}

function failed(detail: string): Settled["outcome"] {
  return { kind: "failed", place: null, detail, retryAt: null };
}

function isDue(waiting: Waiting, now: Date): boolean {
  return waiting.rests === "waiting" && waiting.due <= now.getTime();
}
