import { createHash } from "node:crypto";
import { CONTENT_WINDOW, type Delivery, type Identity, identityOf } from "../model/delivery.ts";
import type { Acceptance } from "../model/inbox.ts";
import type { Queries, Row } from "./database.ts";
import { lockLanes, updateLanes } from "./lane-rows.ts";
import { dateOf, storable, textOf, textOrNull } from "./row.ts";

interface Arrival {
  readonly at: number;
  readonly delivery: Delivery;
  readonly kind: Identity["kind"] | null;
  readonly key: string | null;
}

/** Others may take and give up identities while we look; each round settles most. */
const MAX_ROUNDS = 50;

/** Stores deliveries once each, and ONE wake job for all of them. To be run in one transaction; answers in order. */
export async function acceptBatch(
  queries: Queries,
  batch: readonly Delivery[],
  now: Date,
): Promise<readonly Acceptance[]> {
  const answers: Acceptance[] = [];
  let left: readonly Arrival[] = batch.map(arrivalOf);
  for (let round = 0; left.length > 0; round += 1) {
    if (round === MAX_ROUNDS) throw new Error("the same deliveries come and go");
    left = await acceptSome(queries, left, now, answers);
  }
  if (answers.includes("again")) await addWakeJob(queries);
  return answers;
}

/**
 * The same for deliveries of which none was here before, as nearly all are: one statement, which is a transaction by itself. It
 * keeps all of them or none; only what another process stores in the same moment may be missing from what it kept.
 *
 * @param wake `false`: there is a wake job that is far enough away.
 * @returns ids of what was kept; the others are `acceptBatch`'s.
 */
export async function acceptNew(
  queries: Queries,
  batch: readonly Delivery[],
  now: Date,
  wake: boolean,
): Promise<ReadonlySet<string>> {
  const arrivals = batch.map(arrivalOf);
  if (firstsOf(arrivals).size < arrivals.length) return new Set();
  return insert(queries, arrivals, now, { allOrNone: true, wake });
}

/**
 * The processes that can be reached are told at once; the job is for the day on which that goes unheard. It comes a little later,
 * so that a burst costs one: what finds a job that is more than a second away, far longer than a commit, needs no other.
 */
export async function addWakeJob(queries: Queries): Promise<void> {
  await queries.query(WAKE);
}

const WAKE = `select graphile_worker.add_job('wake', '{}'::json, job_key := 'wake', run_at := now() + interval '2 seconds', max_attempts := 3)
  where not exists (select from graphile_worker.jobs
    where key = 'wake' and locked_at is null and run_at > now() + interval '1 second')`;

function arrivalOf(delivery: Delivery, at: number): Arrival {
  const identity = identityOf(delivery);
  return { at, delivery, kind: identity?.kind ?? null, key: identity && keyOf(identity) };
}

/** Short, whatever the sender put into it. */
function keyOf({ kind, key }: Identity): string {
  return createHash("sha256").update(`${kind} ${key}`).digest("base64url");
}

/** Answers for the first of each identity; what is left over is looked at again. */
async function acceptSome(
  queries: Queries,
  arrivals: readonly Arrival[],
  now: Date,
  answers: Acceptance[],
): Promise<readonly Arrival[]> {
  const firsts = firstsOf(arrivals);
  const round = arrivals.filter((one) => firsts.get(sameAs(one)) === one);
  const kept = await insert(queries, round, now, { allOrNone: false, wake: true });
  for (const one of round) if (kept.has(one.delivery.id)) answers[one.at] = "new";
  const known = round.filter((one) => !kept.has(one.delivery.id));
  if (known.length > 0) await answerKnown(queries, known, now, answers);
  return arrivals.filter((one) => answers[one.at] === undefined);
}

function firstsOf(arrivals: readonly Arrival[]): ReadonlyMap<string, Arrival> {
  return new Map(arrivals.toReversed().map((one) => [sameAs(one), one]));
}

function sameAs({ delivery, key }: Arrival): string {
  return key ?? delivery.id;
}

/** Stores what is not known; with `allOrNone` nothing when one is known. With `wake` there is a wake job where something was stored. */
async function insert(
  queries: Queries,
  arrivals: readonly Arrival[],
  now: Date,
  { allOrNone, wake }: { readonly allOrNone: boolean; readonly wake: boolean },
): Promise<ReadonlySet<string>> {
  const subjects = arrivals.flatMap(({ delivery }) =>
    delivery.subjects.map((one) => ({ delivery: delivery.id, ...one })),
  );
  const rows = await queries.query(
    `with kept as (
       insert into tagboat.delivery (id, identity, owner, received_at, content, state, due)
       select id, identity, owner, received_at, content, 'waiting', $9::timestamptz
       from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[])
         with ordinality as given (id, identity, owner, received_at, content, n)
       where not $10::boolean or not exists (
         select from unnest($2::text[]) as told (identity) join tagboat.delivery using (identity))
       order by n
       on conflict do nothing returning id
     ), spoken as (
       insert into tagboat.subject (delivery, image, tag)
       select delivery, image, tag from unnest($6::text[], $7::text[], $8::text[]) as given (delivery, image, tag)
       where delivery in (select id from kept)
     )${wake ? `, woken as (${WAKE} and exists (select from kept)) select id, (select count(*) from woken) from kept` : " select id from kept"}`,
    [
      arrivals.map((one) => one.delivery.id),
      arrivals.map((one) => one.key),
      arrivals.map((one) => storable(one.delivery.owner)),
      arrivals.map((one) => one.delivery.receivedAt),
      arrivals.map((one) => JSON.stringify(one.delivery)),
      subjects.map((one) => one.delivery),
      subjects.map((one) => storable(one.image)),
      subjects.map((one) => (one.tag === null ? null : storable(one.tag))),
      now.toISOString(),
      allOrNone,
    ],
  );
  return new Set(rows.map((row) => textOf(row, "id")));
}

/** The same deliveries were here. Those whose time of being the same is over give their identity up, for the next round. */
async function answerKnown(
  queries: Queries,
  known: readonly Arrival[],
  now: Date,
  answers: Acceptance[],
): Promise<void> {
  const rows = await queries.query(
    `select id, identity, received_at, state from tagboat.delivery
     where identity = any($1::text[]) or id = any($2::text[]) order by seq for update`,
    [known.map((one) => one.key), known.map((one) => one.delivery.id)],
  );
  const over: string[] = [];
  const again: string[] = [];
  for (const one of known) {
    const earlier = rows.find((row) => isSame(row, one));
    if (earlier === undefined) continue;
    const id = textOf(earlier, "id");
    const done = textOf(earlier, "state") === "done";
    if (isOver(earlier, one)) over.push(id);
    else answers[one.at] = done ? "duplicate" : "again";
    if (!done && answers[one.at] === "again") again.push(id);
  }
  await queries.query("update tagboat.delivery set identity = null where id = any($1::text[])", [
    over,
  ]);
  await revive(queries, again, now);
}

function isSame(row: Row, { delivery, key }: Arrival): boolean {
  return textOf(row, "id") === delivery.id || (key !== null && textOrNull(row, "identity") === key);
}

function isOver(row: Row, { delivery, kind }: Arrival): boolean {
  if (kind !== "content" || textOf(row, "id") === delivery.id) return false;
  return Date.parse(delivery.receivedAt) - dateOf(row, "received_at").getTime() >= CONTENT_WINDOW;
}

/** Deliveries that are not done, and what is left of them, are due now; their tries begin anew. */
export async function revive(
  queries: Queries,
  deliveries: readonly string[],
  now: Date,
): Promise<void> {
  if (deliveries.length === 0) return;
  await queries.query(
    `update tagboat.delivery set due = $2, tries = 0, detail = null,
       state = case when state = 'dead' then 'waiting' else state end where id = any($1::text[])`,
    [deliveries, now.toISOString()],
  );
  const rows = await queries.query(
    `update tagboat.item set due = $2, tries = 0, detail = null, state = 'waiting', held = false
     where delivery = any($1::text[]) returning lane`,
    [deliveries, now.toISOString()],
  );
  const lanes = rows.map((row) => textOf(row, "lane"));
  await lockLanes(queries, lanes);
  await updateLanes(queries, lanes, []);
}
