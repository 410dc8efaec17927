import type { Clock } from "../model/clock.ts";
import type { Delivery } from "../model/delivery.ts";
import type {
  Acceptance,
  Delay,
  Inbox,
  Lane,
  LaneItem,
  LaneRun,
  Routing,
  TakenDelivery,
} from "../model/inbox.ts";
import { acceptBatch, acceptNew } from "./accept-batch.ts";
import { Batcher } from "./batcher.ts";
import { type Claim, Claims } from "./claims.ts";
import type { Database, Queries, Row } from "./database.ts";
import type { WantsNotice } from "./ledger-rows.ts";
import { dateOf, dateOrNull, numberOf, storable, textOf } from "./row.ts";
import { type DeliveryEnd, type LaneEnd, settleBatch } from "./settle-batch.ts";
import { storedDelivery, storedTask } from "./stored.ts";
import type { Wakes } from "./wakes.ts";

export interface InboxParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly wakes: Wakes;
  /** The name of this process now: it gets another one after it was taken for gone. */
  readonly me: () => string;
  readonly wantsNotice: WantsNotice;
}

/** Milliseconds for which the wake job of an earlier delivery is known to be still to come: it is at least a second away at first. */
const WAKE_JOB_KNOWN = 500;

/** The durable inbox. What is taken carries the taker's name, and only who has the name can settle it. */
export class SqlInbox implements Inbox {
  readonly #parts: InboxParts;
  readonly #claims = new Claims();
  /** A statement that takes failed: the database may have done it all the same. */
  #unsure = false;
  /** When this process last saw to a wake job (`performance.now`). */
  #wakeJobAt = Number.NEGATIVE_INFINITY;
  readonly #ends: Batcher<DeliveryEnd | LaneEnd, boolean>;

  constructor(parts: InboxParts) {
    this.#parts = parts;
    this.#ends = new Batcher((batch) => this.#settleAll(batch));
  }

  async accept(batch: readonly Delivery[]): Promise<readonly Acceptance[]> {
    const { clock, database, wakes } = this.#parts;
    const now = clock.now();
    // Our clock and not the database's: it decides about nothing but a job more or less.
    const wake = performance.now() - this.#wakeJobAt >= WAKE_JOB_KNOWN;
    const asked = performance.now();
    const kept = await acceptNew(database.urgent, batch, now, wake);
    if (wake && kept.size > 0) this.#wakeJobAt = asked;
    const rest = batch.filter(({ id }) => !kept.has(id));
    const answers =
      rest.length === 0
        ? []
        : await database.transaction((queries) => acceptBatch(queries, rest, now), true);
    wakes.everywhere();
    const others = new Map(rest.map(({ id }, at) => [id, answers[at]]));
    return batch.map(({ id }) => others.get(id) ?? "new");
  }

  onWake(listener: () => void): () => void {
    return this.#parts.wakes.onWake(listener);
  }

  async takeDeliveries(now: Date, limit: number): Promise<readonly TakenDelivery[]> {
    const by = this.#parts.me();
    const rows = await this.#take(
      by,
      `update tagboat.delivery set taken_by = $1
       from (
         select seq as place from tagboat.delivery
         where state = 'waiting' and taken_by is null and due <= $2 and id <> all($4::text[])
         order by seq limit $3 for update skip locked
       ) as free
       where seq = place returning seq, content, tries`,
      [by, now.toISOString(), limit, [...this.#claims.deliveries.keys()]],
    );
    const taken = rows
      .toSorted((a, b) => numberOf(a, "seq") - numberOf(b, "seq"))
      .map((row) => ({
        delivery: storedDelivery(textOf(row, "content")),
        tries: numberOf(row, "tries"),
      }));
    const claim = { by, from: now.toISOString() };
    for (const { delivery } of taken) this.#claims.deliveries.set(delivery.id, claim);
    return taken;
  }

  route(delivery: string, routing: Routing): Promise<boolean> {
    return this.#endDelivery(delivery, { kind: "routed", routing });
  }

  putBack(delivery: string, delay: Delay): Promise<boolean> {
    return this.#endDelivery(delivery, { kind: "later", delay });
  }

  bury(delivery: string, detail: string): Promise<boolean> {
    return this.#endDelivery(delivery, { kind: "dead", detail });
  }

  async #endDelivery(id: string, end: DeliveryEnd["end"]): Promise<boolean> {
    const claim = this.#claims.deliveries.get(id);
    if (claim === undefined) return false;
    const kept = await this.#ends.add({ kind: "delivery", id, claim, end });
    forget(this.#claims.deliveries, id, claim);
    return kept;
  }

  async takeLanes(now: Date, limit: number): Promise<readonly Lane[]> {
    const by = this.#parts.me();
    const from = now.toISOString();
    const rows = await this.#take(
      by,
      `update tagboat.lane set taken_by = $1, taken_at = $2
       from (
         select name as place from tagboat.lane
         where taken_by is null and due <= $2 and name <> all($4::text[])
         order by due, first limit $3 for update skip locked
       ) as free
       where name = place returning name, due, first`,
      [by, from, limit, [...this.#claims.lanes.keys()].map(storable)],
    );
    const lanes = rows
      .toSorted(
        (a, b) =>
          dateOf(a, "due").getTime() - dateOf(b, "due").getTime() ||
          numberOf(a, "first") - numberOf(b, "first"),
      )
      .map((row) => textOf(row, "name"));
    for (const lane of lanes) this.#claims.lanes.set(lane, { by, from });
    return lanes;
  }

  /**
   * Takes by one statement. What this process still works on is never taken by it once more: its settling may have reached the
   * database although the answer did not come. And an answer that did not come may have left something taken that nobody works on.
   */
  async #take(by: string, statement: string, values: readonly unknown[]): Promise<readonly Row[]> {
    const { database } = this.#parts;
    if (this.#unsure) {
      await database.transaction((queries) => freeUnknown(queries, by, this.#claims));
      this.#unsure = false;
    }
    try {
      return await database.query(statement, values);
    } catch (error) {
      this.#unsure = true;
      throw error;
    }
  }

  async itemsOf(lane: Lane): Promise<readonly LaneItem[]> {
    const rows = await this.#parts.database.query(
      `select seq::text as id, delivery, owner, received_at, task, tries from tagboat.item
       where lane = $1 and state = 'waiting' order by item.seq`,
      [storable(lane)],
    );
    return rows.map((row) => ({
      id: textOf(row, "id"),
      lane,
      delivery: textOf(row, "delivery"),
      owner: textOf(row, "owner"),
      receivedAt: dateOf(row, "received_at").toISOString(),
      task: storedTask(textOf(row, "task")),
      tries: numberOf(row, "tries"),
    }));
  }

  async settle(lane: Lane, run: LaneRun): Promise<boolean> {
    const claim = this.#claims.lanes.get(lane);
    if (claim === undefined) return false;
    const kept = await this.#ends.add({ kind: "lane", lane, claim, run });
    forget(this.#claims.lanes, lane, claim);
    return kept;
  }

  async #settleAll(batch: readonly (DeliveryEnd | LaneEnd)[]): Promise<readonly boolean[]> {
    const { clock, database, wakes, wantsNotice } = this.#parts;
    const kept = await database.transaction((queries) =>
      settleBatch(queries, batch, clock.now(), wantsNotice),
    );
    wakes.everywhere();
    return kept;
  }

  async nextDue(): Promise<Date | null> {
    const [row] = await this.#parts.database.query(
      `select least(
         (select min(due) from tagboat.delivery where state = 'waiting' and taken_by is null),
         (select min(due) from tagboat.lane where taken_by is null)
       ) as due`,
    );
    return row === undefined ? null : dateOrNull(row, "due");
  }
}

/** Frees what stands under this process's name without its knowing. */
async function freeUnknown(queries: Queries, by: string, claims: Claims): Promise<void> {
  await queries.query(
    "update tagboat.delivery set taken_by = null where taken_by = $1 and id <> all($2::text[])",
    [by, [...claims.deliveries.keys()]],
  );
  await queries.query(
    `update tagboat.lane set taken_by = null, taken_at = null
     where taken_by = $1 and name <> all($2::text[])`,
    [by, [...claims.lanes.keys()].map(storable)],
  );
}

function forget(claims: Map<string, Claim>, key: string, claim: Claim): void {
  if (claims.get(key) === claim) claims.delete(key);
}
