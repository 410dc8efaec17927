import { describe, expect, test } from "@jest/globals";
import { ForgeUnavailable } from "../../src/model/forge.ts";
import type { LaneTask } from "../../src/model/inbox.ts";
import type { LedgerEntry } from "../../src/model/ledger.ts";
import type { Log } from "../../src/model/log.ts";
import { NoticeFailed } from "../../src/model/notices.ts";
import { type Chore, Chores } from "../../src/store/chores.ts";
import type { Database } from "../../src/store/database.ts";
import { Jobs } from "../../src/store/jobs.ts";
import { sendNotice } from "../../src/store/notices.ts";
import { Processes } from "../../src/store/processes.ts";
import { tidyChores } from "../../src/store/tidy.ts";
import { type SqlStores, sqlStores } from "../support/sql-stores.ts";
import {
  delivery,
  doneWith,
  laneRun,
  onlyItem,
  recheck,
  skipped,
  version,
} from "./store.contract.ts";

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };
const v1 = { image: "quay.io/a/b", tag: "v1", digest: null };
const v2 = { ...v1, tag: "v2" };
const toLane = (lane: string, task: LaneTask = recheck) => ({
  items: [{ lane, task }],
  outcomes: [],
});

/** A database whose next statement or transaction is done, and its answer lost. */
function losingAnswers(database: Database): { database: Database; lose(): void } {
  let losing = false;
  async function lost<T>(run: () => Promise<T>): Promise<T> {
    // Known as it is asked: what was asked before keeps its answer.
    if (!losing) return run();
    losing = false;
    await run();
    throw new Error("the answer was lost");
  }
  return {
    database: {
      ...database,
      query: (text, values) => lost(() => database.query(text, values)),
      transaction: (run, urgent) => lost(() => database.transaction(run, urgent)),
    },
    lose() {
      losing = true;
    },
  };
}

/** What a store on a database must do beyond the ports that every store has. */
export function sqlStoreContract(name: string, opened: () => Database): void {
  function withStores(title: string, body: (stores: SqlStores) => Promise<void>): void {
    test(title, async () => body(await sqlStores(opened())));
  }

  describe(`${name}: several processes`, () => {
    withStores("what one has taken the other does not get", async ({ beside, clock, inbox }) => {
      const other = beside(() => "other").inbox;
      await inbox.accept([delivery("a"), delivery("b"), delivery("c")]);
      const mine = await inbox.takeDeliveries(clock.now(), 2);
      const theirs = await other.takeDeliveries(clock.now(), 9);
      expect([mine, theirs].map((taken) => taken.map((one) => one.delivery.id))).toEqual([
        ["a", "b"],
        ["c"],
      ]);
      expect(await other.route("a", toLane("l"))).toBe(false);
      expect(await inbox.route("a", toLane("l"))).toBe(true);
      expect(await inbox.takeLanes(clock.now(), 9)).toEqual(["l"]);
      expect(await other.takeLanes(clock.now(), 9)).toEqual([]);
      expect(await other.settle("l", laneRun({}))).toBe(false);
      expect(await inbox.settle("l", laneRun({}))).toBe(true);
      expect(await other.takeLanes(clock.now(), 9)).toEqual(["l"]);
    });

    withStores("many takers at once share out without loss or overlap", async (stores) => {
      const { beside, clock, inbox } = stores;
      const all = Array.from({ length: 60 }, (_, at) => `d${String(at).padStart(2, "0")}`);
      await inbox.accept(all.map((id) => delivery(id)));
      const takers = ["p", "q", "r"].map((me) => beside(() => me).inbox);
      const taken = await Promise.all(
        takers.flatMap((one) => [1, 2, 3].map(() => one.takeDeliveries(clock.now(), 7))),
      );
      const ids = taken.flat().map((one) => one.delivery.id);
      expect(new Set(ids).size).toBe(ids.length);
      const rest = await inbox.takeDeliveries(clock.now(), 60);
      expect([...ids, ...rest.map((one) => one.delivery.id)].toSorted()).toEqual(all);
    });

    withStores("the same delivery to both at once is kept once", async ({ beside, inbox }) => {
      const other = beside(() => "other").inbox;
      const same = (id: string) => delivery(id, { senderId: "s" });
      const answers = await Promise.all([
        inbox.accept([same("a")]),
        other.accept([same("b")]),
        inbox.accept([same("c")]),
      ]);
      expect(answers.flat().toSorted()).toEqual(["again", "again", "new"]);
    });

    withStores(
      "who was taken for gone settles nothing; the work goes to who is there",
      async ({ beside, clock, database, inbox, ledger }) => {
        const events = { onFreed() {}, log: quiet };
        const late = new Processes(database, events);
        const there = new Processes({ ...database, shared: true }, events);
        await late.start();
        const [slow, quick] = [beside(() => late.me()).inbox, beside(() => there.me()).inbox];
        await inbox.accept([delivery("a"), delivery("b")]);
        await slow.takeDeliveries(clock.now(), 1);
        await slow.route("a", toLane("l"));
        const item = await onlyItem(slow, "l", clock.now());
        await slow.takeDeliveries(clock.now(), 1);
        expect(await quick.takeLanes(clock.now(), 9)).toEqual([]);
        await database.query("update tagboat.process set seen = seen - interval '31 seconds'");
        await there.start();
        expect(await slow.settle("l", laneRun({ done: [doneWith(item.id)] }))).toBe(false);
        expect(await slow.route("b", toLane("l"))).toBe(false);
        expect(await ledger.ofDelivery("a")).toEqual([]);
        expect(await quick.takeLanes(clock.now(), 9)).toEqual(["l"]);
        expect((await quick.takeDeliveries(clock.now(), 9)).map((t) => t.delivery.id)).toEqual([
          "b",
        ]);
        expect(await quick.settle("l", laneRun({ done: [doneWith(item.id)] }))).toBe(true);
        expect((await ledger.ofDelivery("a")).map((one) => one.run?.by)).toEqual([there.me()]);
        await late.stop();
        await there.stop();
      },
    );

    test("what was taken by a statement whose answer was lost is taken again", async () => {
      const lossy = losingAnswers(opened());
      const { clock, inbox } = await sqlStores(lossy.database);
      await inbox.accept([delivery("a"), delivery("b")]);
      await inbox.takeDeliveries(clock.now(), 1);
      lossy.lose();
      await expect(inbox.takeDeliveries(clock.now(), 1)).rejects.toThrow("lost");
      const ids = (await inbox.takeDeliveries(clock.now(), 9)).map((one) => one.delivery.id);
      expect(ids).toEqual(["b"]);
      await inbox.route("a", toLane("l"));
      lossy.lose();
      await expect(inbox.takeLanes(clock.now(), 1)).rejects.toThrow("lost");
      expect(await inbox.takeLanes(clock.now(), 9)).toEqual(["l"]);
    });

    test("a lane whose settling was kept, but not told, is not given out before that is known", async () => {
      const lossy = losingAnswers(opened());
      const { clock, inbox } = await sqlStores(lossy.database);
      await inbox.accept([delivery("a")]);
      await inbox.takeDeliveries(clock.now(), 1);
      await inbox.route("a", { items: [...toLane("l").items, ...toLane("l").items], outcomes: [] });
      await inbox.takeLanes(clock.now(), 9);
      const [first] = await inbox.itemsOf("l");
      const run = laneRun({ done: [doneWith(first?.id ?? "")] });
      lossy.lose();
      await expect(inbox.settle("l", run)).rejects.toThrow("lost");
      expect(await inbox.takeLanes(clock.now(), 9)).toEqual([]);
      expect(await inbox.settle("l", run)).toBe(false);
      expect(await inbox.takeLanes(clock.now(), 9)).toEqual(["l"]);
    });

    withStores("who stops gives back what it has", async ({ beside, clock, database, inbox }) => {
      const leaving = new Processes(database, { onFreed() {}, log: quiet });
      await leaving.start();
      const theirs = beside(() => leaving.me()).inbox;
      await inbox.accept([delivery("a"), delivery("b")]);
      await theirs.takeDeliveries(clock.now(), 1);
      await theirs.route("a", toLane("l"));
      await theirs.takeLanes(clock.now(), 9);
      await theirs.takeDeliveries(clock.now(), 9);
      await leaving.stop();
      expect(await inbox.takeLanes(clock.now(), 9)).toEqual(["l"]);
      expect((await inbox.takeDeliveries(clock.now(), 9)).map((t) => t.delivery.id)).toEqual(["b"]);
    });

    withStores("a delivery in lanes of two processes ends once both are done", async (stores) => {
      const { beside, clock, desk, inbox } = stores;
      const other = beside(() => "other").inbox;
      await inbox.accept([delivery("a")]);
      await inbox.takeDeliveries(clock.now(), 1);
      await inbox.route("a", {
        items: ["l", "m"].map((lane) => ({ lane, task: recheck })),
        outcomes: [],
      });
      expect(await inbox.takeLanes(clock.now(), 1)).toEqual(["l"]);
      expect(await other.takeLanes(clock.now(), 1)).toEqual(["m"]);
      const [[l], [m]] = [await inbox.itemsOf("l"), await other.itemsOf("m")];
      expect(
        await Promise.all([
          inbox.settle("l", laneRun({ done: [doneWith(l?.id ?? "")] })),
          other.settle("m", laneRun({ done: [doneWith(m?.id ?? "")] })),
        ]),
      ).toEqual([true, true]);
      expect((await desk.delivery("a"))?.summary.state).toBe("done");
    });

    withStores("all share one pace, and a pause", async ({ beside, clock, pacer }) => {
      const other = beside(() => "other").pacer;
      const start = clock.now().getTime();
      await pacer.turn(1, 6, "tracking");
      await other.turn(1, 4, "tracking");
      let at = 0;
      const third = pacer.turn(1, 1, "tracking").then(() => {
        at = clock.now().getTime() - start;
      });
      await clock.advance(20_000);
      await third;
      expect(at).toBeGreaterThanOrEqual(10_000);
      await other.pause(1, new Date(clock.now().getTime() + 90_000));
      let resumed = 0;
      const fourth = pacer.turn(1, 1, "person").then(() => {
        resumed = clock.now().getTime() - start;
      });
      await clock.advance(120_000);
      await fourth;
      expect(resumed).toBeGreaterThanOrEqual(110_000);
    });
  });

  describe(`${name}: the desk`, () => {
    withStores("tells where each delivery stands, the newest first", async (stores) => {
      const { clock, desk, inbox } = stores;
      await inbox.accept(["a", "b", "c", "d", "e"].map((id) => delivery(id, { subjects: [v1] })));
      await inbox.takeDeliveries(clock.now(), 4);
      await inbox.route("a", { items: [], outcomes: [] });
      await inbox.route("b", toLane("l"));
      await inbox.route("c", toLane("m"));
      await inbox.bury("d", "cannot be read");
      await inbox.takeLanes(clock.now(), 9);
      const [b] = await inbox.itemsOf("l");
      const [c] = await inbox.itemsOf("m");
      const until = new Date(clock.now().getTime() + 60_000);
      const delay = { item: b?.id ?? "", until, failed: true, detail: "502" };
      await inbox.settle("l", laneRun({ later: [delay] }));
      await inbox.settle("m", laneRun({ parked: [{ item: c?.id ?? "", detail: "suspended" }] }));
      const shown = await desk.deliveries({ failed: false, limit: 9 });
      expect(shown.map((one) => [one.id, one.state, one.detail, one.due])).toEqual([
        ["e", "waiting", null, clock.now().toISOString()],
        ["d", "dead", "cannot be read", null],
        ["c", "parked", "suspended", null],
        ["b", "working", "502", until.toISOString()],
        ["a", "done", null, null],
      ]);
      expect(shown[3]).toMatchObject({
        source: "quay",
        owner: "acme",
        subjects: [v1],
        tries: 1,
        left: [{ lane: "l", state: "waiting", tries: 1, detail: "502", due: until.toISOString() }],
      });
      const failed = await desk.deliveries({ failed: true, limit: 9 });
      expect(failed.map((one) => one.id)).toEqual(["d", "c"]);
      expect(await desk.deliveries({ failed: false, limit: 1 })).toHaveLength(1);
      expect(await desk.depth()).toEqual({
        deliveries: 1,
        items: 1,
        parked: 1,
        dead: 1,
        deadNotices: 0,
        oldest: "2026-11-22T09:00:00.000Z",
      });
    });

    withStores("shows one delivery whole", async ({ clock, desk, inbox }) => {
      const sent = delivery("a", { body: "\u0000 is no text", headers: { "ce-type": "x" } });
      await inbox.accept([sent]);
      await inbox.takeDeliveries(clock.now(), 1);
      await inbox.route("a", { items: [], outcomes: [{ subject: v1, outcome: skipped }] });
      const shown = await desk.delivery("a");
      expect(shown?.delivery).toEqual(sent);
      expect(shown?.history.map((one) => one.outcome)).toEqual([skipped]);
      expect(await desk.delivery("nobody")).toBeNull();
      expect(await desk.delivery("\u0000")).toBeNull();
    });

    withStores("works a delivery again from its start", async ({ clock, desk, inbox }) => {
      await inbox.accept([delivery("a"), delivery("b")]);
      await inbox.takeDeliveries(clock.now(), 2);
      await inbox.route("a", toLane("l"));
      await inbox.bury("b", "gave up");
      const item = await onlyItem(inbox, "l", clock.now());
      await inbox.settle("l", laneRun({ dead: [{ item: item.id, detail: "gave up" }] }));
      expect(await desk.replay("nobody")).toBe(false);
      expect(await desk.replay("a")).toBe(true);
      expect(await desk.replay("b")).toBe(true);
      const taken = await inbox.takeDeliveries(clock.now(), 9);
      expect(taken.map((one) => [one.delivery.id, one.tries])).toEqual([
        ["a", 0],
        ["b", 0],
      ]);
      await inbox.route("a", { items: [], outcomes: [] });
      expect((await desk.delivery("a"))?.summary.state).toBe("done");
      expect(await desk.depth()).toMatchObject({ items: 0, dead: 0 });
    });

    withStores(
      "a replay while a lane has the delivery's item leaves one piece of work",
      async (stores) => {
        const { clock, desk, inbox, ledger } = stores;
        await inbox.accept([delivery("a")]);
        await inbox.takeDeliveries(clock.now(), 1);
        await inbox.route("a", toLane("l"));
        const item = await onlyItem(inbox, "l", clock.now());
        await desk.replay("a");
        expect(await inbox.settle("l", laneRun({ done: [doneWith(item.id)] }))).toBe(true);
        expect(await ledger.ofDelivery("a")).toEqual([]);
        expect(await inbox.takeLanes(clock.now(), 9)).toEqual([]);
        expect(await inbox.takeDeliveries(clock.now(), 9)).toHaveLength(1);
      },
    );

    withStores("explains what became of an image, and of one tag", async (stores) => {
      const { clock, desk, inbox } = stores;
      const other = { image: "quay.io/a/other", tag: "v1", digest: null };
      await inbox.accept([
        delivery("a", { subjects: [v1, other] }),
        delivery("b", { subjects: [v2] }),
        delivery("c"),
        delivery("d", { subjects: [other] }),
      ]);
      await inbox.takeDeliveries(clock.now(), 9);
      const told = (...subjects: (typeof v1)[]) => ({
        items: [],
        outcomes: subjects.map((subject) => ({ subject, outcome: skipped })),
      });
      await inbox.route("a", told(v1, other));
      await inbox.route("c", told(v2));
      const explained = async (tag: string | null) =>
        (await desk.explain(v1.image, tag, 9)).map((one) => [
          one.summary.id,
          one.history.map((entry) => entry.subject?.tag),
        ]);
      expect(await explained(null)).toEqual([
        ["c", ["v2"]],
        ["b", []],
        ["a", ["v1"]],
      ]);
      expect(await explained("v2")).toEqual([
        ["c", ["v2"]],
        ["b", []],
      ]);
      expect(await desk.explain(v1.image, null, 1)).toHaveLength(1);
      expect(await desk.explain("quay.io/nobody", null, 9)).toEqual([]);
    });

    withStores("tidies up after itself, and leaves what is in use", async (stores) => {
      const { clock, database, desk, inbox, pacer } = stores;
      await inbox.accept([delivery("a"), delivery("b")]);
      await inbox.takeDeliveries(clock.now(), 9);
      await inbox.route("a", toLane("idle"));
      await inbox.route("b", toLane("busy"));
      await inbox.takeLanes(clock.now(), 9);
      const [item] = await inbox.itemsOf("idle");
      const restUntil = new Date(clock.now().getTime() + 30_000);
      await inbox.settle("idle", laneRun({ done: [doneWith(item?.id ?? "")], restUntil }));
      await pacer.turn(1, 1, "tracking");
      await database.query("select graphile_worker.add_job('notice', max_attempts := 1)");
      await database.query("update graphile_worker._private_jobs set attempts = max_attempts");
      const count = async (what: string) =>
        Number((await database.query(`select count(*) as count from ${what}`))[0]?.count);
      const chores = tidyChores(database, desk, clock, 1000);
      const tidy = async () => {
        for (const chore of chores) await chore.run(new AbortController().signal);
        return [await count("tagboat.lane"), await count("tagboat.pace_turn")];
      };
      expect(await tidy()).toEqual([2, 1]);
      await clock.advance(3_700_000);
      await database.query("update graphile_worker._private_jobs set updated_at = $1", [
        new Date(clock.now().getTime() - 2000).toISOString(),
      ]);
      expect((await desk.depth()).deadNotices).toBe(1);
      expect(await tidy()).toEqual([1, 0]);
      expect((await desk.depth()).deadNotices).toBe(0);
      expect(await desk.deliveries({ failed: false, limit: 9 })).toMatchObject([{ id: "b" }]);
    });

    withStores("forgets what is done and old, and nothing else", async (stores) => {
      const { clock, desk, inbox, ledger } = stores;
      const old = { receivedAt: "2026-10-01T00:00:00.000Z", subjects: [v1] };
      await inbox.accept([
        delivery("old", old),
        delivery("unfinished", old),
        delivery("dead", old),
        delivery("new"),
      ]);
      await inbox.takeDeliveries(clock.now(), 9);
      const routing = { items: [], outcomes: [{ subject: v1, outcome: skipped }] };
      await inbox.route("old", routing);
      await inbox.route("new", routing);
      await inbox.route("unfinished", toLane("l"));
      await inbox.bury("dead", "gave up");
      expect(await desk.forget(new Date("2026-11-01T00:00:00Z"))).toBe(1);
      expect(await desk.delivery("old")).toBeNull();
      expect(await ledger.ofDelivery("old")).toEqual([]);
      const kept = await desk.deliveries({ failed: false, limit: 9 });
      expect(kept.map((one) => one.id)).toEqual(["new", "dead", "unfinished"]);
    });
  });

  describe(`${name}: switches`, () => {
    withStores("what a lifted switch held is due at once", async ({ clock, inbox, switches }) => {
      await inbox.accept([delivery("a"), delivery("b")]);
      await inbox.takeDeliveries(clock.now(), 9);
      await inbox.route("a", toLane("held"));
      await inbox.route("b", toLane("failed"));
      await inbox.takeLanes(clock.now(), 9);
      const until = new Date(clock.now().getTime() + 600_000);
      for (const [lane, failed] of [
        ["held", false],
        ["failed", true],
      ] as const) {
        const [item] = await inbox.itemsOf(lane);
        await inbox.settle(
          lane,
          laneRun({ later: [{ item: item?.id ?? "", until, failed, detail: "" }] }),
        );
      }
      const scope = { repo: "acme/cd", environment: null };
      await switches.put({ ...scope, since: clock.now().toISOString(), reason: "freeze" });
      let woken = 0;
      inbox.onWake(() => {
        woken += 1;
      });
      expect(await switches.lift(scope)).toBe(true);
      expect(woken).toBe(1);
      expect(await inbox.takeLanes(clock.now(), 9)).toEqual(["held"]);
    });
  });

  describe(`${name}: jobs`, () => {
    test("an outcome that the operator wants to hear of is sent, again when that fails, and counted when given up", async () => {
      const wants = (entry: LedgerEntry) => entry.outcome.kind === "failed";
      const { clock, database, desk, inbox } = await sqlStores(opened(), wants);
      await inbox.accept([delivery("a"), delivery("b")]);
      await inbox.takeDeliveries(clock.now(), 9);
      await inbox.bury("a", "gave up");
      await inbox.route("b", { items: [], outcomes: [{ subject: version, outcome: skipped }] });
      const sent: string[] = [];
      const heard = deferred();
      const notices = {
        wants,
        async send(entry: LedgerEntry, about: { id: string }) {
          sent.push(`${about.id} ${entry.outcome.kind}`);
          heard.resolve(undefined);
          throw new Error("503");
        },
      };
      const jobs = new Jobs({
        database,
        log: quiet,
        tasks: {
          notice: async (payload, { job }) => {
            const { entry } = payload as { entry: string };
            await sendNotice(database, notices, entry, job.id);
          },
        },
        onWorker: async () => {},
      });
      await jobs.start();
      await heard.promise;
      const jobsLeft = () =>
        database.query(
          "select attempts, max_attempts, last_error from graphile_worker.jobs where task_identifier = 'notice'",
        );
      // The failure is written down after the task has ended.
      while ((await jobsLeft())[0]?.last_error === null) await turn();
      await jobs.stop();
      expect(sent).toEqual(["a failed"]);
      expect(await jobsLeft()).toEqual([
        { attempts: 1, max_attempts: 12, last_error: expect.stringContaining("503") },
      ]);
      expect((await desk.depth()).deadNotices).toBe(0);
      await database.query(
        "update graphile_worker._private_jobs set attempts = max_attempts, run_at = now() where payload::text like '%entry%'",
      );
      expect((await desk.depth()).deadNotices).toBe(1);
    });

    test("the receiver of a notice decides on the next attempt: none after a refusal for good, none before it says", async () => {
      const wants = () => true;
      const { clock, database, desk, inbox } = await sqlStores(opened(), wants);
      await inbox.accept([delivery("gone"), delivery("busy")]);
      await inbox.takeDeliveries(clock.now(), 9);
      await inbox.bury("gone", "gave up");
      await inbox.bury("busy", "gave up");
      const retryAt = new Date("2100-01-01T00:00:00Z");
      const heard = [deferred(), deferred()];
      let sent = 0;
      const notices = {
        wants,
        async send(_entry: LedgerEntry, { id }: { id: string }) {
          heard[sent]?.resolve(undefined);
          sent += 1;
          if (id === "gone") throw new NoticeFailed("410", null, true);
          throw new NoticeFailed("429", retryAt, false);
        },
      };
      const jobs = new Jobs({
        database,
        log: quiet,
        tasks: {
          notice: async (payload, { job }) => {
            const { entry } = payload as { entry: string };
            await sendNotice(database, notices, entry, job.id);
          },
        },
        onWorker: async () => {},
      });
      await jobs.start();
      await Promise.all(heard.map(({ promise }) => promise));
      const jobsLeft = () =>
        database.query(
          `select last_error, attempts, max_attempts, run_at >= $1::timestamptz as waits
           from graphile_worker.jobs where task_identifier = 'notice' order by last_error`,
          [retryAt.toISOString()],
        );
      // The failure is written down after the task has ended.
      while ((await jobsLeft()).some((one) => one.last_error === null)) await turn();
      await jobs.stop();
      expect(await jobsLeft()).toEqual([
        { last_error: "410", attempts: 1, max_attempts: 1, waits: false },
        { last_error: "429", attempts: 1, max_attempts: 12, waits: true },
      ]);
      expect((await desk.depth()).deadNotices).toBe(1);
    });

    test("a chore runs once over all processes that start together, and again on its time, also after a failure", async () => {
      const { database } = await sqlStores(opened());
      let runs = 0;
      const twice = deferred();
      const chore: Chore = {
        name: "count",
        every: 40,
        async run() {
          runs += 1;
          if (runs >= 2) twice.resolve(undefined);
          throw new Error("whatever it was");
        },
      };
      const slow: Chore = {
        ...chore,
        every: 60_000,
        name: "slow",
        run: async () => void slowRuns.push(1),
      };
      const slowRuns: number[] = [];
      const processes = await Promise.all(
        [1, 2, 3].map(async () => {
          const chores = new Chores(database, quiet);
          const jobs = new Jobs({
            database,
            log: quiet,
            tasks: { chore: async (payload) => chores.run((payload as { name: string }).name) },
            onWorker: async () => {},
          });
          await jobs.start();
          await chores.add([slow, chore]);
          return { chores, jobs };
        }),
      );
      await twice.promise;
      for (const { chores, jobs } of processes) {
        chores.stop();
        await jobs.stop();
      }
      expect(slowRuns).toHaveLength(1);
    });

    test("a chore that somebody began just before he died is done soon, not at its next time", async () => {
      const { database } = await sqlStores(opened());
      const runs: number[] = [];
      const chore: Chore = { name: "rare", every: HOUR, run: async () => void runs.push(1) };
      const [dead, next] = [new Chores(database, quiet), new Chores(database, quiet)];
      for (const one of [dead, next]) await one.add([chore]);
      await dead.run(chore.name);
      expect(await untilChore(database, "rare")).toBeGreaterThan(3500);
      await next.run(chore.name);
      expect(runs).toHaveLength(1);
      expect(await untilChore(database, "rare")).toBeLessThanOrEqual(30);
    });

    test.each([
      ["an outage of the host", new ForgeUnavailable("502", "request", null), ["warn"]],
      ["a fault", new Error("ours"), ["error"]],
    ])("a chore that %s ended is done soon, and said", async (_, error, levels) => {
      const { database } = await sqlStores(opened());
      const said: string[] = [];
      const log = { ...quiet, warn: () => said.push("warn"), error: () => said.push("error") };
      const chores = new Chores(database, log);
      await chores.add([{ name: "ended", every: HOUR, run: () => Promise.reject(error) }]);
      await chores.run("ended");
      expect(await untilChore(database, "ended")).toBeLessThanOrEqual(60);
      expect(said).toEqual(levels);
    });
  });
}

const HOUR = 3_600_000;

/** Seconds until a chore's next job. */
async function untilChore(database: Database, name: string): Promise<number> {
  const [row] = await database.query(
    `select extract(epoch from run_at - now())::integer as wait from graphile_worker.jobs
     where key = $1`,
    [`chore:${name}`],
  );
  return Number(row?.wait);
}

function turn(): Promise<unknown> {
  return new Promise((resolve) => setImmediate(resolve));
}

function deferred(): { promise: Promise<unknown>; resolve: (value: unknown) => void } {
  let resolve: (value: unknown) => void = () => {};
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
