import type { Delay, Lane, LaneRun, NewItem, Routing, Settled } from "../model/inbox.ts";
import { subjectOf } from "../model/inbox.ts";
import type { LedgerEntry } from "../model/ledger.ts";
import type { Claim } from "./claims.ts";
import type { Queries } from "./database.ts";
import { addItems, endDeliveries, type ItemOrigin, lockLanes, updateLanes } from "./lane-rows.ts";
import { appendEntries, type WantsNotice } from "./ledger-rows.ts";
import { dateOf, storable, textOf } from "./row.ts";
import { storedTask } from "./stored.ts";

/** What became of a delivery that was taken. */
export interface DeliveryEnd {
  readonly kind: "delivery";
  readonly id: string;
  readonly claim: Claim;
  readonly end:
    | { readonly kind: "routed"; readonly routing: Routing }
    | { readonly kind: "later"; readonly delay: Delay }
    | { readonly kind: "dead"; readonly detail: string };
}

/** What became of a lane that was taken. */
export interface LaneEnd {
  readonly kind: "lane";
  readonly lane: Lane;
  readonly claim: Claim;
  readonly run: LaneRun;
}

/** What the steps of one transaction collect for the last ones. */
class Sum {
  readonly items: (NewItem & { readonly origin: ItemOrigin })[] = [];
  readonly entries: LedgerEntry[] = [];
  readonly lanes = new Set<string>();
  readonly freed: string[] = [];
  readonly deliveries = new Set<string>();
  readonly at: string;

  constructor(at: string) {
    this.at = at;
  }

  tell(delivery: string, settled: readonly Settled[], run: LedgerEntry["run"]): void {
    for (const one of settled) this.entries.push({ at: this.at, delivery, ...one, run });
  }
}

/**
 * Settles deliveries and lanes in one transaction, each only if it is still taken under its claim: the answers, in order.
 */
export async function settleBatch(
  queries: Queries,
  batch: readonly (DeliveryEnd | LaneEnd)[],
  now: Date,
  wants: WantsNotice,
): Promise<readonly boolean[]> {
  const sum = new Sum(now.toISOString());
  const deliveries = batch.filter((one) => one.kind === "delivery");
  const lanes = batch.filter((one) => one.kind === "lane");
  const kept = new Set<DeliveryEnd | LaneEnd>([
    ...(await settleDeliveries(queries, deliveries, sum)),
    ...(await settleLanes(queries, lanes, sum)),
  ]);
  await unpark(
    queries,
    deliveries.filter((one) => kept.has(one)),
    sum,
  );
  for (const { lane } of sum.items) sum.lanes.add(storable(lane));
  await lockLanes(queries, [...sum.lanes]);
  await addItems(queries, sum.items, now);
  await restItems(
    queries,
    lanes.filter((one) => kept.has(one)),
  );
  await updateLanes(queries, [...sum.lanes], sum.freed);
  await endDeliveries(queries, [...sum.deliveries]);
  await appendEntries(queries, sum.entries, wants);
  return batch.map((one) => kept.has(one));
}

const states = { routed: "routed", later: "waiting", dead: "dead" } as const;

async function settleDeliveries(
  queries: Queries,
  ends: readonly DeliveryEnd[],
  sum: Sum,
): Promise<readonly DeliveryEnd[]> {
  if (ends.length === 0) return [];
  const rows = await queries.query(
    `update tagboat.delivery set taken_by = null, state = given.state, due = coalesce(given.due, delivery.due),
       tries = delivery.tries + given.tried, detail = given.detail
     from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::integer[], $6::text[])
       as given (id, taker, state, due, tried, detail)
     where delivery.id = given.id and delivery.taken_by = given.taker and delivery.state = 'waiting'
     returning delivery.id, owner, received_at`,
    [
      ends.map((one) => one.id),
      ends.map((one) => one.claim.by),
      ends.map(stateOf),
      ends.map(({ end }) => (end.kind === "later" ? end.delay.until.toISOString() : null)),
      ends.map(({ end }) => (end.kind === "later" && end.delay.failed ? 1 : 0)),
      ends.map(detailOf),
    ],
  );
  const origins = new Map(
    rows.map((row) => [
      textOf(row, "id"),
      {
        delivery: textOf(row, "id"),
        owner: textOf(row, "owner"),
        receivedAt: dateOf(row, "received_at"),
      },
    ]),
  );
  return ends.filter((one) => {
    const origin = origins.get(one.id);
    if (origin === undefined) return false;
    noteDelivery(one, origin, sum);
    return true;
  });
}

function stateOf({ end }: DeliveryEnd): string {
  return end.kind === "routed" && end.routing.items.length === 0 ? "done" : states[end.kind];
}

function detailOf({ end }: DeliveryEnd): string | null {
  if (end.kind === "routed") return null;
  return storable(end.kind === "later" ? end.delay.detail : end.detail);
}

function noteDelivery({ id, end }: DeliveryEnd, origin: ItemOrigin, sum: Sum): void {
  if (end.kind === "dead") sum.tell(id, [{ subject: null, outcome: failed(end.detail) }], null);
  if (end.kind !== "routed") return;
  sum.tell(id, end.routing.outcomes, null);
  for (const item of end.routing.items) sum.items.push({ ...item, origin });
}

async function settleLanes(
  queries: Queries,
  ends: readonly LaneEnd[],
  sum: Sum,
): Promise<readonly LaneEnd[]> {
  if (ends.length === 0) return [];
  const rows = await queries.query(
    `select lane.name from tagboat.lane
     join unnest($1::text[], $2::text[]) as given (name, taker)
       on lane.name = given.name and lane.taken_by = given.taker
     order by lane.name for update of lane`,
    [ends.map((one) => storable(one.lane)), ends.map((one) => one.claim.by)],
  );
  const held = new Set(rows.map((row) => textOf(row, "name")));
  const kept = ends.filter((one) => held.has(storable(one.lane)));
  for (const { lane } of kept) {
    sum.lanes.add(storable(lane));
    sum.freed.push(storable(lane));
  }
  await endItems(queries, kept, sum);
  await changeItems(queries, kept, sum);
  await restLanes(queries, kept);
  return kept;
}

async function endItems(queries: Queries, ends: readonly LaneEnd[], sum: Sum): Promise<void> {
  const done = ends.flatMap((end) =>
    end.run.done.filter((one) => isItem(one.item)).map((one) => ({ end, ...one })),
  );
  if (done.length === 0) return;
  const rows = await queries.query(
    `delete from tagboat.item using unnest($1::bigint[], $2::text[]) as given (seq, lane)
     where item.seq = given.seq and item.lane = given.lane
     returning item.seq::text as seq, delivery, owner, received_at`,
    [done.map((one) => one.item), done.map((one) => storable(one.end.lane))],
  );
  const gone = new Map(rows.map((row) => [textOf(row, "seq"), row]));
  for (const { end, item, items, outcomes } of done) {
    const row = gone.get(item);
    if (row === undefined) continue;
    const origin = {
      delivery: textOf(row, "delivery"),
      owner: textOf(row, "owner"),
      receivedAt: dateOf(row, "received_at"),
    };
    sum.deliveries.add(origin.delivery);
    sum.tell(origin.delivery, outcomes, runOf(end));
    for (const more of items) sum.items.push({ ...more, origin });
  }
}

interface ItemChange {
  readonly end: LaneEnd;
  readonly item: string;
  readonly state: "waiting" | "parked" | "dead";
  readonly detail: string;
  readonly delay: Delay | null;
}

function changesOf(end: LaneEnd): readonly ItemChange[] {
  const { dead, later, parked } = end.run;
  return [
    ...later.map((one) => ({ end, ...one, state: "waiting" as const, delay: one })),
    ...dead.map((one) => ({ end, ...one, state: "dead" as const, delay: null })),
    ...parked.map((one) => ({ end, ...one, state: "parked" as const, delay: null })),
  ].filter((one) => isItem(one.item));
}

async function changeItems(queries: Queries, ends: readonly LaneEnd[], sum: Sum): Promise<void> {
  const changes = ends.flatMap(changesOf);
  if (changes.length === 0) return;
  const rows = await queries.query(
    `update tagboat.item set state = given.state, due = coalesce(given.due, item.due),
       tries = item.tries + given.tried, detail = given.detail, held = given.held
     from unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[], $5::integer[], $6::text[], $7::boolean[])
       as given (seq, lane, state, due, tried, detail, held)
     where item.seq = given.seq and item.lane = given.lane and item.state = 'waiting'
     returning item.seq::text as seq, delivery, task`,
    [
      changes.map((one) => one.item),
      changes.map((one) => storable(one.end.lane)),
      changes.map((one) => one.state),
      changes.map((one) => one.delay?.until.toISOString() ?? null),
      changes.map((one) => (one.delay?.failed === true ? 1 : 0)),
      changes.map((one) => storable(one.detail)),
      changes.map((one) => one.delay?.failed === false),
    ],
  );
  const found = new Map(rows.map((row) => [textOf(row, "seq"), row]));
  for (const { detail, end, item, state } of changes) {
    const row = found.get(item);
    if (row === undefined || state !== "dead") continue;
    const subject = subjectOf(storedTask(textOf(row, "task")));
    sum.tell(textOf(row, "delivery"), [{ subject, outcome: failed(detail) }], runOf(end));
  }
}

/** Before new items come in: they are to rest as well. */
async function restLanes(queries: Queries, ends: readonly LaneEnd[]): Promise<void> {
  const resting = ends.filter((one) => one.run.restUntil !== null);
  if (resting.length === 0) return;
  await queries.query(
    `update tagboat.lane set rests_until = given.until
     from unnest($1::text[], $2::timestamptz[]) as given (name, until) where lane.name = given.name`,
    [
      resting.map((one) => storable(one.lane)),
      resting.map((one) => one.run.restUntil?.toISOString()),
    ],
  );
}

async function restItems(queries: Queries, ends: readonly LaneEnd[]): Promise<void> {
  const resting = ends.filter((one) => one.run.restUntil !== null);
  if (resting.length === 0) return;
  await queries.query(
    `update tagboat.item set due = lane.rests_until from tagboat.lane
     where lane.name = any($1::text[]) and item.lane = lane.name and release and state = 'waiting'
       and item.due < lane.rests_until`,
    [resting.map((one) => storable(one.lane))],
  );
}

async function unpark(queries: Queries, ends: readonly DeliveryEnd[], sum: Sum): Promise<void> {
  const owners = ends.flatMap(({ end }) =>
    end.kind === "routed" && end.routing.unpark !== undefined ? [end.routing.unpark] : [],
  );
  if (owners.length === 0) return;
  const rows = await queries.query(
    `update tagboat.item set state = 'waiting', due = $2, tries = 0, detail = null
     where state = 'parked' and owner = any($1::text[]) returning lane`,
    [owners, sum.at],
  );
  for (const row of rows) sum.lanes.add(textOf(row, "lane"));
}

function runOf({ claim, lane }: LaneEnd): LedgerEntry["run"] {
  return { lane, ...claim };
}

function failed(detail: string): Settled["outcome"] {
  return { kind: "failed", place: null, detail, retryAt: null };
}

/** Ids of items are the database's numbers; anything else is none of them. */
function isItem(id: string): boolean {
  return /^[1-9]\d{0,17}$/.test(id);
}
