import type { Clock } from "../model/clock.ts";
import type { Delivery } from "../model/delivery.ts";
import type { DeliverySummary, Depth, Desk } from "../model/desk.ts";
import type { LedgerEntry } from "../model/ledger.ts";
import { addWakeJob } from "./accept-batch.ts";
import type { Database, Row } from "./database.ts";
import { lockLanes, updateLanes } from "./lane-rows.ts";
import { dateOf, dateOrNull, numberOf, storable, textOf, textOrNull } from "./row.ts";
import { storedDelivery, storedEntry } from "./stored.ts";
import type { Wakes } from "./wakes.ts";

const COLUMNS =
  "delivery.id, delivery.content, delivery.state, delivery.due, delivery.tries, delivery.detail";
/** Deleted at once: long enough to be quick, short enough to stand in nobody's way. */
const FORGOTTEN_AT_ONCE = 1000;

/** What an operator asks of the database. */
export class SqlDesk implements Desk {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #wakes: Wakes;

  constructor(database: Database, clock: Clock, wakes: Wakes) {
    this.#database = database;
    this.#clock = clock;
    this.#wakes = wakes;
  }

  async deliveries(query: {
    readonly failed: boolean;
    readonly limit: number;
  }): Promise<readonly DeliverySummary[]> {
    const rows = await this.#database.query(
      query.failed
        ? `select ${COLUMNS} from tagboat.delivery where state = 'dead'
             or id in (select delivery from tagboat.item where state <> 'waiting')
           order by seq desc limit $1`
        : `select ${COLUMNS} from tagboat.delivery order by seq desc limit $1`,
      [query.limit],
    );
    return this.#summaries(rows);
  }

  async delivery(id: string): Promise<{
    readonly summary: DeliverySummary;
    readonly delivery: Delivery;
    readonly history: readonly LedgerEntry[];
  } | null> {
    const [row] = await this.#database.query(
      `select ${COLUMNS} from tagboat.delivery where id = $1`,
      [storable(id)],
    );
    if (row === undefined) return null;
    const [summary] = await this.#summaries([row]);
    if (summary === undefined) return null;
    const history = (await this.#histories([summary.id])).get(summary.id) ?? [];
    return { summary, delivery: storedDelivery(textOf(row, "content")), history };
  }

  async #summaries(rows: readonly Row[]): Promise<readonly DeliverySummary[]> {
    const items = await this.#database.query(
      `select delivery, lane, state, tries, detail, due from tagboat.item
       where delivery = any($1::text[]) order by seq`,
      [rows.map((row) => textOf(row, "id"))],
    );
    return rows.map((row) =>
      summaryOf(
        row,
        items.filter((item) => textOf(item, "delivery") === textOf(row, "id")),
      ),
    );
  }

  async #histories(ids: readonly string[]): Promise<ReadonlyMap<string, LedgerEntry[]>> {
    const rows = await this.#database.query(
      "select delivery, entry from tagboat.ledger where delivery = any($1::text[]) order by seq",
      [ids],
    );
    const histories = new Map<string, LedgerEntry[]>();
    for (const row of rows) {
      const entry = storedEntry(textOf(row, "entry"));
      histories.set(entry.delivery, [...(histories.get(entry.delivery) ?? []), entry]);
    }
    return histories;
  }

  async replay(id: string): Promise<boolean> {
    const replayed = await this.#database.transaction(async (queries) => {
      const now = this.#clock.now().toISOString();
      const rows = await queries.query(
        `update tagboat.delivery set state = 'waiting', due = $2, tries = 0, detail = null
         where id = $1 returning id`,
        [storable(id), now],
      );
      if (rows.length === 0) return false;
      const gone = await queries.query(
        "delete from tagboat.item where delivery = $1 returning lane",
        [storable(id)],
      );
      const lanes = gone.map((row) => textOf(row, "lane"));
      await lockLanes(queries, lanes);
      await updateLanes(queries, lanes, []);
      await addWakeJob(queries);
      return true;
    });
    if (replayed) this.#wakes.everywhere();
    return replayed;
  }

  async explain(
    image: string,
    tag: string | null,
    limit: number,
  ): Promise<
    readonly { readonly summary: DeliverySummary; readonly history: readonly LedgerEntry[] }[]
  > {
    const rows = await this.#database.query(
      `select ${COLUMNS} from tagboat.delivery where id in (
         select delivery from tagboat.subject where image = $1 and ($2::text is null or tag = $2)
         union select delivery from tagboat.ledger where image = $1 and ($2::text is null or tag = $2)
       ) order by seq desc limit $3`,
      [storable(image), tag === null ? null : storable(tag), limit],
    );
    const summaries = await this.#summaries(rows);
    const histories = await this.#histories(summaries.map((one) => one.id));
    return summaries.map((summary) => ({
      summary,
      history: (histories.get(summary.id) ?? []).filter((entry) => isAbout(entry, image, tag)),
    }));
  }

  async depth(): Promise<Depth> {
    const [row] = await this.#database.query(
      `select
         (select count(*) from tagboat.delivery where state = 'waiting') as deliveries,
         (select count(*) from tagboat.item where state = 'waiting') as items,
         (select count(*) from tagboat.item where state = 'parked') as parked,
         (select count(*) from tagboat.item where state = 'dead')
           + (select count(*) from tagboat.delivery where state = 'dead') as dead,
         (select count(*) from graphile_worker.jobs
           where task_identifier = 'notice' and attempts >= max_attempts) as dead_notices,
         least(
           (select min(received_at) from tagboat.delivery where state = 'waiting'),
           (select min(received_at) from tagboat.item where state = 'waiting')
         ) as oldest`,
    );
    if (row === undefined) throw new Error("the store did not count");
    return {
      deliveries: numberOf(row, "deliveries"),
      items: numberOf(row, "items"),
      parked: numberOf(row, "parked"),
      dead: numberOf(row, "dead"),
      deadNotices: numberOf(row, "dead_notices"),
      oldest: dateOrNull(row, "oldest")?.toISOString() ?? null,
    };
  }

  async forget(before: Date): Promise<number> {
    for (let count = 0; ; ) {
      const gone = await this.#forgetSome(before);
      count += gone;
      if (gone < FORGOTTEN_AT_ONCE) return count;
    }
  }

  async #forgetSome(before: Date): Promise<number> {
    const [row] = await this.#database.query(
      `with gone as (
         delete from tagboat.delivery where seq in (
           select seq from tagboat.delivery where state = 'done' and received_at < $1
           order by received_at limit $2 for update skip locked)
         returning id
       ), subjects as (
         delete from tagboat.subject where delivery in (select id from gone)
       ), history as (
         delete from tagboat.ledger where delivery in (select id from gone)
       )
       select count(*) as gone from gone`,
      [before.toISOString(), FORGOTTEN_AT_ONCE],
    );
    return row === undefined ? 0 : numberOf(row, "gone");
  }
}

const itemStates = ["waiting", "parked", "dead"] as const;

function summaryOf(row: Row, items: readonly Row[]): DeliverySummary {
  const { id, owner, receivedAt, source, subjects } = storedDelivery(textOf(row, "content"));
  const left = items.map((item) => {
    const state = itemStates.find((one) => one === textOf(item, "state")) ?? "waiting";
    return {
      lane: textOf(item, "lane"),
      state,
      tries: numberOf(item, "tries"),
      detail: textOrNull(item, "detail"),
      due: state === "waiting" ? dateOf(item, "due").toISOString() : null,
    };
  });
  const state = stateOf(textOf(row, "state"), left);
  const dues = left.map((one) => one.due).filter((due) => due !== null);
  return {
    id,
    source,
    owner,
    receivedAt,
    subjects,
    state,
    tries: Math.max(numberOf(row, "tries"), ...left.map((one) => one.tries)),
    detail: textOrNull(row, "detail") ?? left.find((one) => one.detail !== null)?.detail ?? null,
    due: state === "waiting" ? dateOf(row, "due").toISOString() : (dues.toSorted()[0] ?? null),
    left,
  };
}

/** What is routed is what is left of it: working while anything can still be done without a person. */
function stateOf(stored: string, left: DeliverySummary["left"]): DeliverySummary["state"] {
  if (stored === "waiting" || stored === "done" || stored === "dead") return stored;
  if (left.some((one) => one.state === "waiting")) return "working";
  return left.some((one) => one.state === "dead") ? "dead" : "parked";
}

function isAbout({ subject }: LedgerEntry, image: string, tag: string | null): boolean {
  if (subject === null) return true;
  return subject.image === image && (tag === null || subject.tag === null || subject.tag === tag);
}
