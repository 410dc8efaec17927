import type { Database, Queries } from "./database.ts";
import { type Asking, PACE_MEMORY, type PaceLimits, type Sent, waitForLimits } from "./pace.ts";
import type { Granted, PaceBook } from "./pace-queue.ts";
import { dateOf, dateOrNull, numberOf, textOf } from "./row.ts";

/** Milliseconds after which it is looked whether the person of another process still waits. */
const LOOK_AGAIN = 2_000;
/** Milliseconds after which what other processes did is looked at: they may have given something back. */
const LOOK_ELSEWHERE = 10_000;

/** One book for all processes, kept over a restart. While a person waits anywhere, tracking is not granted. */
export class SqlPaceBook implements PaceBook {
  readonly #database: Database;
  readonly #limits: PaceLimits;
  readonly #me: () => string;

  constructor(database: Database, limits: PaceLimits, me: () => string) {
    this.#database = database;
    this.#limits = limits;
    this.#me = me;
  }

  async take(
    installation: number,
    asking: readonly Asking[],
    now: number,
  ): Promise<{ readonly granted: readonly Granted[]; readonly wait: number }> {
    const taken = await this.#database.transaction((queries) =>
      this.#takeSome(queries, installation, asking, now),
    );
    const granted = taken.turns.map((seq) => ({
      used: async (writes: number) => {
        await this.#database.query(
          "update tagboat.pace_turn set writes = least(writes, $2) where seq = $1",
          [seq, writes],
        );
      },
    }));
    const wait = this.#database.shared ? Math.min(taken.wait, LOOK_ELSEWHERE) : taken.wait;
    return { granted, wait };
  }

  async #takeSome(
    queries: Queries,
    installation: number,
    asking: readonly Asking[],
    now: number,
  ): Promise<{ readonly turns: readonly string[]; readonly wait: number }> {
    const [page] = await queries.query(
      `insert into tagboat.pace (installation) values ($1)
       on conflict (installation) do update set installation = excluded.installation returning paused_until`,
      [installation],
    );
    const paused = page === undefined ? null : dateOrNull(page, "paused_until");
    const sent = await this.#sent(queries, installation, now);
    const people = await this.#peopleElsewhere(queries, installation, now);
    const going: Asking[] = [];
    let wait = Math.max((paused?.getTime() ?? 0) - now, 0);
    for (const next of wait > 0 ? [] : asking) {
      wait = waitForLimits(sent, next, this.#limits, now);
      if (people && next.urgency === "tracking") wait = Math.max(wait, LOOK_AGAIN);
      if (wait > 0) break;
      sent.push({ at: now, ...next });
      going.push(next);
    }
    await this.#announce(queries, installation, asking.slice(going.length), now + wait);
    return { turns: await this.#write(queries, installation, going, now), wait };
  }

  async #sent(queries: Queries, installation: number, now: number): Promise<Sent[]> {
    const rows = await queries.query(
      "select at, writes, urgency from tagboat.pace_turn where installation = $1 and at > $2 order by at, seq",
      [installation, new Date(now - PACE_MEMORY).toISOString()],
    );
    return rows.map((row) => ({
      at: dateOf(row, "at").getTime(),
      writes: numberOf(row, "writes"),
      urgency: textOf(row, "urgency") === "person" ? "person" : "tracking",
    }));
  }

  async #peopleElsewhere(queries: Queries, installation: number, now: number): Promise<boolean> {
    if (!this.#database.shared) return false;
    const rows = await queries.query(
      "select 1 from tagboat.pace_person where installation = $1 and process <> $2 and until > $3",
      [installation, this.#me(), new Date(now).toISOString()],
    );
    return rows.length > 0;
  }

  /** Tells the other processes whether a person waits here. */
  async #announce(
    queries: Queries,
    installation: number,
    left: readonly Asking[],
    until: number,
  ): Promise<void> {
    if (!this.#database.shared) return;
    if (left[0]?.urgency === "person")
      await queries.query(
        `insert into tagboat.pace_person (installation, process, until) values ($1, $2, $3)
         on conflict (installation, process) do update set until = excluded.until`,
        [installation, this.#me(), new Date(until + 2 * LOOK_AGAIN).toISOString()],
      );
    else
      await queries.query(
        "delete from tagboat.pace_person where installation = $1 and process = $2",
        [installation, this.#me()],
      );
  }

  async #write(
    queries: Queries,
    installation: number,
    going: readonly Asking[],
    now: number,
  ): Promise<readonly string[]> {
    if (going.length === 0) return [];
    const rows = await queries.query(
      `insert into tagboat.pace_turn (installation, at, writes, urgency)
       select $1, $2, writes, urgency
       from unnest($3::integer[], $4::text[]) with ordinality as given (writes, urgency, n) order by n
       returning seq::text as seq`,
      [
        installation,
        new Date(now).toISOString(),
        going.map((one) => one.writes),
        going.map((one) => one.urgency),
      ],
    );
    return rows.map((row) => textOf(row, "seq"));
  }

  async pause(installation: number, until: Date): Promise<void> {
    await this.#database.query(
      `insert into tagboat.pace (installation, paused_until) values ($1, $2)
       on conflict (installation) do update set paused_until = greatest(pace.paused_until, excluded.paused_until)`,
      [installation, until.toISOString()],
    );
  }
}
