import type { LedgerEntry } from "../model/ledger.ts";
import type { Queries } from "./database.ts";
import { storable } from "./row.ts";

/** Outcomes that the operator's own webhook is told of. */
export type WantsNotice = (entry: LedgerEntry) => boolean;

/** Adds history, and in the same transaction the notices that it leads to. */
export async function appendEntries(
  queries: Queries,
  entries: readonly LedgerEntry[],
  wants: WantsNotice,
): Promise<void> {
  if (entries.length === 0) return;
  const given = [
    entries.map((one) => one.at),
    entries.map((one) => one.delivery),
    entries.map((one) => (one.subject === null ? null : storable(one.subject.image))),
    entries.map((one) =>
      one.subject === null || one.subject.tag === null ? null : storable(one.subject.tag),
    ),
    entries.map((one) => JSON.stringify(one)),
  ];
  const insert = `insert into tagboat.ledger (at, delivery, image, tag, entry)
    select at, delivery, image, tag, entry
    from unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[])
      with ordinality as given (at, delivery, image, tag, entry, n) order by n`;
  if (!entries.some(wants)) {
    await queries.query(insert, given);
    return;
  }
  const rows = await queries.query(`${insert} returning seq::text as seq, entry`, given);
  const wanted = new Set(entries.filter(wants).map((one) => JSON.stringify(one)));
  await queries.query(
    `select graphile_worker.add_job('notice', json_build_object('entry', seq), max_attempts := 12)
     from unnest($1::text[]) as given (seq)`,
    [rows.filter((row) => wanted.has(String(row.entry))).map((row) => row.seq)],
  );
}
