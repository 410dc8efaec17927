import type { NewItem } from "../model/inbox.ts";
import type { Queries } from "./database.ts";
import { storable } from "./row.ts";

/** A delivery as its items remember it. */
export interface ItemOrigin {
  readonly delivery: string;
  readonly owner: string;
  readonly receivedAt: Date;
}

/** Makes the lanes that are missing, and holds all of them until the transaction ends, in one order for everybody. */
export async function lockLanes(queries: Queries, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await queries.query(
    `insert into tagboat.lane (name) select distinct name from unnest($1::text[]) as given (name) order by name
     on conflict (name) do update set name = excluded.name`,
    [names],
  );
}

/** Adds work to lanes that are locked. Releases of a lane that rests are due when it has rested. */
export async function addItems(
  queries: Queries,
  items: readonly (NewItem & { readonly origin: ItemOrigin })[],
  now: Date,
): Promise<void> {
  if (items.length === 0) return;
  await queries.query(
    `insert into tagboat.item (lane, delivery, owner, received_at, task, release, due)
     select given.lane, delivery, owner, received_at, task, release,
       case when release then greatest($7::timestamptz, lane.rests_until) else $7::timestamptz end
     from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::boolean[])
       with ordinality as given (lane, delivery, owner, received_at, task, release, n)
     join tagboat.lane on lane.name = given.lane order by n`,
    [
      items.map((one) => storable(one.lane)),
      items.map((one) => one.origin.delivery),
      items.map((one) => one.origin.owner),
      items.map((one) => one.origin.receivedAt.toISOString()),
      items.map((one) => JSON.stringify(one.task)),
      items.map((one) => one.task.kind === "release"),
      now.toISOString(),
    ],
  );
}

/** Says for lanes that are locked when they are due, and gives back those in `freed`. The last step of whatever changed items. */
export async function updateLanes(
  queries: Queries,
  names: readonly string[],
  freed: readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  await queries.query(
    `update tagboat.lane set due = next.due, first = next.seq,
       taken_by = case when lane.name = any($2::text[]) then null else taken_by end,
       taken_at = case when lane.name = any($2::text[]) then null else taken_at end
     from (select distinct name from unnest($1::text[]) as given (name)) as given
     left join lateral (
       select due, seq from tagboat.item
       where item.lane = given.name and item.state = 'waiting' order by due, seq limit 1
     ) as next on true
     where lane.name = given.name`,
    [names, freed],
  );
}

/** Deliveries that were routed and have nothing left are done. */
export async function endDeliveries(queries: Queries, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  // Two processes may each end one of the last two items: the second waits here, and then sees what the first one did.
  await queries.query(
    "select seq from tagboat.delivery where id = any($1::text[]) order by seq for update",
    [ids],
  );
  await queries.query(
    `update tagboat.delivery set state = 'done', detail = null
     where id = any($1::text[]) and state = 'routed'
       and not exists (select from tagboat.item where item.delivery = delivery.id)`,
    [ids],
  );
}
