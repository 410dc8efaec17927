import { getEventListeners } from "node:events";
import { describe, expect, test } from "@jest/globals";
import type { Delivery, Subject } from "../../src/model/delivery.ts";
import type { Holds } from "../../src/model/holds.ts";
import type { Inbox, LaneItem, LaneRun, LaneTask, TakenDelivery } from "../../src/model/inbox.ts";
import type { IndexCache } from "../../src/model/index-cache.ts";
import type { Ledger } from "../../src/model/ledger.ts";
import type { Outcome, Place } from "../../src/model/outcome.ts";
import type { Pacer } from "../../src/model/pacer.ts";
import type { Pauses } from "../../src/model/pauses.ts";
import { heldBy, type Switches } from "../../src/model/switches.ts";
import type { FakeClock } from "../support/fake-clock.ts";

/** The store ports of one adapter, new and empty. */
export interface Stores {
  readonly inbox: Inbox;
  readonly ledger: Ledger;
  readonly holds: Holds;
  readonly indexCache: IndexCache;
  readonly pacer: Pacer;
  readonly pauses: Pauses;
  readonly switches: Switches;
  readonly clock: FakeClock;
  close(): Promise<void>;
}

export const place: Place = { repo: "acme/cd", base: "main", environment: "dev", component: null };
export const recheck: LaneTask = { kind: "recheck", place, why: "base moved" };
export const skipped: Outcome = { kind: "skipped", place, reason: "up-to-date", detail: "" };

export function delivery(id: string, over: Partial<Delivery> = {}): Delivery {
  return {
    id,
    source: "quay",
    owner: "acme",
    scope: { kind: "owner" },
    senderId: null,
    subjects: [],
    receivedAt: "2026-11-22T09:00:00.000Z",
    headers: {},
    body: "{}",
    ...over,
  };
}

export const version: Subject = { image: "quay.io/a/b", tag: "v1", digest: null };
const release: LaneTask = {
  kind: "release",
  place,
  release: { artifacts: [], builtAt: null, provenance: {}, platforms: [], deliveries: [] },
};

export function laneRun(over: Partial<LaneRun>): LaneRun {
  return { done: [], later: [], dead: [], parked: [], restUntil: null, ...over };
}

export function doneWith(item: string): LaneRun["done"][number] {
  return { item, outcomes: [{ subject: version, outcome: skipped }], items: [] };
}

/** Takes the lane, and gives the one item that is in it. */
export async function onlyItem(inbox: Inbox, lane: string, now: Date): Promise<LaneItem> {
  expect(await inbox.takeLanes(now, 9)).toEqual([lane]);
  const [item, ...more] = await inbox.itemsOf(lane);
  if (item === undefined || more.length > 0) throw new Error(`not one item in ${lane}`);
  return item;
}

/** What every store must do, whatever it keeps its rows in. */
export function storeContract(name: string, open: () => Promise<Stores>): void {
  function withStores(title: string, body: (stores: Stores) => Promise<void>): void {
    test(title, async () => {
      const stores = await open();
      try {
        await body(stores);
      } finally {
        await stores.close();
      }
    });
  }

  describe(`${name}: inbox`, () => {
    const ids = (taken: readonly TakenDelivery[]) => taken.map((one) => one.delivery.id);

    withStores(
      "keeps what it accepted, in order of arrival, until it is routed",
      async ({ inbox, clock }) => {
        await inbox.accept([delivery("a"), delivery("b")]);
        await inbox.accept([delivery("c")]);
        expect(ids(await inbox.takeDeliveries(clock.now(), 2))).toEqual(["a", "b"]);
        expect(await inbox.route("a", { items: [], outcomes: [] })).toBe(true);
        expect(ids(await inbox.takeDeliveries(clock.now(), 9))).toEqual(["c"]);
      },
    );

    withStores("gives back headers, scope, subjects and body as they were", async (stores) => {
      const { inbox, clock } = stores;
      const sent = delivery("a", {
        headers: { "ce-type": "x" },
        scope: { kind: "image", prefix: "quay.io/a" },
        body: '{"ü":"\\u0000"}',
        senderId: "s1",
        subjects: [{ image: "quay.io/a/b", tag: "v1", digest: null }],
      });
      await inbox.accept([sent]);
      expect(await inbox.takeDeliveries(clock.now(), 1)).toEqual([{ delivery: sent, tries: 0 }]);
    });

    withStores(
      "takes a sender's id once per source and owner, in one batch and over time",
      async ({ inbox, clock }) => {
        const batch = [
          delivery("a", { senderId: "s" }),
          delivery("b", { senderId: "s" }),
          delivery("c", { senderId: "s", owner: "other" }),
          delivery("d", { senderId: "s", source: "tekton" }),
        ];
        expect(await inbox.accept(batch)).toEqual(["new", "again", "new", "new"]);
        expect(ids(await inbox.takeDeliveries(clock.now(), 9))).toEqual(["a", "c", "d"]);
        await inbox.route("a", { items: [], outcomes: [] });
        expect(await inbox.accept([delivery("e", { senderId: "s" })])).toEqual(["duplicate"]);
        expect(await inbox.takeDeliveries(clock.now(), 9)).toEqual([]);
      },
    );

    withStores(
      "without a sender's id the same versions are the same delivery for two minutes",
      async ({ inbox, clock }) => {
        const subjects = [{ image: "quay.io/a/b", tag: "v1", digest: "sha256:1" }];
        const at = (id: string, receivedAt: string, more: Partial<Delivery> = {}) =>
          delivery(id, { subjects, receivedAt, ...more });
        expect(
          await inbox.accept([
            at("a", "2026-11-22T09:00:00.000Z"),
            at("b", "2026-11-22T09:00:01.000Z", { scope: { kind: "repo", repo: "cd" } }),
            at("c", "2026-11-22T09:00:01.000Z", {
              subjects: [{ image: "quay.io/a/b", tag: "v1", digest: "sha256:2" }],
            }),
          ]),
        ).toEqual(["new", "new", "new"]);
        await inbox.takeDeliveries(clock.now(), 9);
        for (const id of ["a", "b", "c"]) await inbox.route(id, { items: [], outcomes: [] });
        expect(await inbox.accept([at("d", "2026-11-22T09:01:59.000Z")])).toEqual(["duplicate"]);
        expect(await inbox.accept([at("e", "2026-11-22T09:02:00.000Z")])).toEqual(["new"]);
      },
    );

    withStores("content without a digest is like no other", async ({ inbox }) => {
      const subjects = [{ image: "quay.io/a/b", tag: "v1", digest: null }];
      expect(
        await inbox.accept([delivery("a", { subjects }), delivery("b", { subjects })]),
      ).toEqual(["new", "new"]);
    });

    withStores(
      "a redelivery of what is not done makes it due at once, its tries begin anew",
      async ({ inbox, clock }) => {
        const far = { until: new Date(clock.now().getTime() + 900_000), failed: true, detail: "x" };
        await inbox.accept([delivery("a", { senderId: "s" })]);
        await inbox.takeDeliveries(clock.now(), 1);
        await inbox.putBack("a", far);
        expect(await inbox.accept([delivery("b", { senderId: "s" })])).toEqual(["again"]);
        expect(
          (await inbox.takeDeliveries(clock.now(), 9)).map((t) => [t.delivery.id, t.tries]),
        ).toEqual([["a", 0]]);
        await inbox.bury("a", "gave up");
        expect(await inbox.accept([delivery("c", { senderId: "s" })])).toEqual(["again"]);
        await inbox.takeDeliveries(clock.now(), 1);
        await inbox.route("a", { items: [{ lane: "l", task: recheck }], outcomes: [] });
        const item = await onlyItem(inbox, "l", clock.now());
        await inbox.settle("l", laneRun({ dead: [{ item: item.id, detail: "gave up" }] }));
        expect(await inbox.takeLanes(clock.now(), 9)).toEqual([]);
        expect(await inbox.accept([delivery("d", { senderId: "s" })])).toEqual(["again"]);
        expect(await inbox.takeLanes(clock.now(), 9)).toEqual(["l"]);
      },
    );

    withStores("what is taken is not taken again", async ({ inbox, clock }) => {
      await inbox.accept([delivery("a")]);
      expect(ids(await inbox.takeDeliveries(clock.now(), 9))).toEqual(["a"]);
      expect(await inbox.takeDeliveries(clock.now(), 9)).toEqual([]);
      expect(await inbox.nextDue()).toBeNull();
      await inbox.route("a", { items: [{ lane: "l", task: recheck }], outcomes: [] });
      expect(await inbox.takeLanes(clock.now(), 9)).toEqual(["l"]);
      expect(await inbox.takeLanes(clock.now(), 9)).toEqual([]);
      expect(await inbox.nextDue()).toBeNull();
      await inbox.settle("l", laneRun({}));
      expect(await inbox.takeLanes(clock.now(), 9)).toEqual(["l"]);
    });

    withStores("what is not taken cannot be settled", async ({ inbox, ledger, clock }) => {
      await inbox.accept([delivery("a")]);
      const delay = { until: clock.now(), failed: true, detail: "" };
      expect(await inbox.route("a", { items: [], outcomes: [] })).toBe(false);
      expect(await inbox.putBack("a", delay)).toBe(false);
      expect(await inbox.bury("a", "gave up")).toBe(false);
      await inbox.takeDeliveries(clock.now(), 9);
      await inbox.route("a", { items: [{ lane: "l", task: recheck }], outcomes: [] });
      const [item] = await inbox.itemsOf("l");
      expect(await inbox.settle("l", laneRun({ done: [doneWith(item?.id ?? "")] }))).toBe(false);
      expect(await inbox.itemsOf("l")).toHaveLength(1);
      expect(await ledger.ofDelivery("a")).toEqual([]);
    });

    withStores(
      "wakes its listener after accepting, routing and putting back",
      async ({ inbox, clock }) => {
        let woken = 0;
        const stop = inbox.onWake(() => {
          woken += 1;
        });
        await inbox.accept([delivery("a")]);
        expect(woken).toBeGreaterThan(0);
        woken = 0;
        await inbox.takeDeliveries(clock.now(), 1);
        await inbox.route("a", { items: [{ lane: "l", task: recheck }], outcomes: [] });
        expect(woken).toBeGreaterThan(0);
        woken = 0;
        await inbox.takeLanes(clock.now(), 1);
        await inbox.settle("l", laneRun({}));
        expect(woken).toBeGreaterThan(0);
        stop();
        woken = 0;
        await inbox.accept([delivery("b")]);
        expect(woken).toBe(0);
      },
    );

    withStores(
      "one routing gives items to several lanes and outcomes to the ledger",
      async ({ inbox, ledger, clock }) => {
        await inbox.accept([delivery("a"), delivery("b")]);
        await inbox.takeDeliveries(clock.now(), 9);
        await inbox.route("b", { items: [{ lane: "two", task: recheck }], outcomes: [] });
        await inbox.route("a", {
          items: [
            { lane: "one", task: recheck },
            { lane: "two", task: recheck },
          ],
          outcomes: [{ subject: version, outcome: skipped }],
        });
        expect(await inbox.takeLanes(clock.now(), 9)).toEqual(["two", "one"]);
        expect(
          (await inbox.itemsOf("two")).map((i) => [i.delivery, i.owner, i.task, i.tries]),
        ).toEqual([
          ["b", "acme", recheck, 0],
          ["a", "acme", recheck, 0],
        ]);
        expect(await ledger.ofDelivery("a")).toEqual([
          {
            at: clock.now().toISOString(),
            delivery: "a",
            subject: version,
            outcome: skipped,
            run: null,
          },
        ]);
      },
    );

    withStores("routing twice counts once", async ({ inbox, ledger, clock }) => {
      await inbox.accept([delivery("a")]);
      await inbox.takeDeliveries(clock.now(), 1);
      const routing = {
        items: [{ lane: "l", task: recheck }],
        outcomes: [{ subject: null, outcome: skipped }],
      };
      expect(await inbox.route("a", routing)).toBe(true);
      expect(await inbox.route("a", routing)).toBe(false);
      expect(await inbox.itemsOf("l")).toHaveLength(1);
      expect(await ledger.ofDelivery("a")).toHaveLength(1);
    });

    withStores(
      "finished items are gone and told of once, with the run that they came from",
      async ({ inbox, ledger, clock }) => {
        await inbox.accept([delivery("a")]);
        await inbox.takeDeliveries(clock.now(), 1);
        await inbox.route("a", { items: [{ lane: "l", task: recheck }], outcomes: [] });
        const from = clock.now().toISOString();
        const item = await onlyItem(inbox, "l", clock.now());
        await clock.advance(2000);
        expect(await inbox.settle("l", laneRun({ done: [doneWith(item.id)] }))).toBe(true);
        expect(await inbox.settle("l", laneRun({ done: [doneWith(item.id)] }))).toBe(false);
        expect(await inbox.itemsOf("l")).toEqual([]);
        expect(await inbox.takeLanes(clock.now(), 9)).toEqual([]);
        expect(await inbox.nextDue()).toBeNull();
        const [entry, ...more] = await ledger.ofDelivery("a");
        expect(more).toEqual([]);
        expect(entry).toMatchObject({ at: clock.now().toISOString(), outcome: skipped });
        expect(entry?.run).toEqual({ lane: "l", by: expect.any(String), from });
      },
    );

    withStores("an item may lead to others of the same delivery", async ({ inbox, clock }) => {
      await inbox.accept([delivery("a")]);
      await inbox.takeDeliveries(clock.now(), 1);
      await inbox.route("a", { items: [{ lane: "l", task: recheck }], outcomes: [] });
      const item = await onlyItem(inbox, "l", clock.now());
      const items = [{ lane: "next", task: recheck }];
      await inbox.settle("l", laneRun({ done: [{ item: item.id, outcomes: [], items }] }));
      expect(await inbox.takeLanes(clock.now(), 9)).toEqual(["next"]);
      expect((await inbox.itemsOf("next")).map((one) => one.delivery)).toEqual(["a"]);
    });

    withStores(
      "a postponed item is not due before its time, but one run still sees it; failures are counted; order stays",
      async ({ inbox, clock }) => {
        await inbox.accept([delivery("a"), delivery("b")]);
        await inbox.takeDeliveries(clock.now(), 9);
        await inbox.route("a", { items: [{ lane: "l", task: recheck }], outcomes: [] });
        const item = await onlyItem(inbox, "l", clock.now());
        const until = new Date(clock.now().getTime() + 60_000);
        const delay = { item: item.id, until, failed: true, detail: "502" };
        await inbox.settle("l", laneRun({ later: [delay] }));
        expect(await inbox.takeLanes(clock.now(), 9)).toEqual([]);
        expect(await inbox.nextDue()).toEqual(until);
        await inbox.route("b", { items: [{ lane: "l", task: recheck }], outcomes: [] });
        expect(await inbox.takeLanes(clock.now(), 9)).toEqual(["l"]);
        expect((await inbox.itemsOf("l")).map((i) => [i.delivery, i.tries])).toEqual([
          ["a", 1],
          ["b", 0],
        ]);
        await inbox.settle("l", laneRun({}));
        expect(await inbox.takeLanes(until, 9)).toEqual(["l"]);
      },
    );

    withStores(
      "a lane that rests gives out releases afterwards, whenever they came; other work goes on",
      async ({ inbox, clock }) => {
        await inbox.accept([delivery("a"), delivery("b"), delivery("c")]);
        await inbox.takeDeliveries(clock.now(), 9);
        const toLane = (task: LaneTask) => ({ items: [{ lane: "l", task }], outcomes: [] });
        await inbox.route("a", toLane(release));
        await inbox.takeLanes(clock.now(), 9);
        const [first] = await inbox.itemsOf("l");
        await inbox.route("b", toLane(release));
        const restUntil = new Date(clock.now().getTime() + 30_000);
        await inbox.settle("l", laneRun({ done: [doneWith(first?.id ?? "")], restUntil }));
        expect(await inbox.takeLanes(clock.now(), 9)).toEqual([]);
        expect(await inbox.nextDue()).toEqual(restUntil);
        await inbox.accept([delivery("d")]);
        await inbox.takeDeliveries(clock.now(), 9);
        await inbox.route("d", toLane(release));
        expect(await inbox.takeLanes(clock.now(), 9)).toEqual([]);
        await inbox.route("c", toLane(recheck));
        expect(await inbox.takeLanes(clock.now(), 9)).toEqual(["l"]);
        await inbox.settle("l", laneRun({}));
        expect(await inbox.takeLanes(restUntil, 9)).toEqual(["l"]);
      },
    );

    withStores(
      "a parked item is not due before its owner's access changes",
      async ({ inbox, clock }) => {
        await inbox.accept([delivery("a"), delivery("b"), delivery("c", { owner: "other" })]);
        await inbox.takeDeliveries(clock.now(), 9);
        await inbox.route("a", { items: [{ lane: "l", task: recheck }], outcomes: [] });
        const item = await onlyItem(inbox, "l", clock.now());
        await inbox.settle("l", laneRun({ parked: [{ item: item.id, detail: "suspended" }] }));
        expect(await inbox.takeLanes(clock.now(), 9)).toEqual([]);
        expect(await inbox.nextDue()).toBeNull();
        await inbox.route("c", { items: [], outcomes: [], unpark: "other" });
        expect(await inbox.takeLanes(clock.now(), 9)).toEqual([]);
        await inbox.route("b", { items: [], outcomes: [], unpark: "acme" });
        expect(await inbox.takeLanes(clock.now(), 9)).toEqual(["l"]);
      },
    );

    withStores("a delivery that cannot be routed yet is put back", async ({ inbox, clock }) => {
      await inbox.accept([delivery("a")]);
      await inbox.takeDeliveries(clock.now(), 1);
      const until = new Date(clock.now().getTime() + 60_000);
      expect(await inbox.putBack("a", { until, failed: true, detail: "registry down" })).toBe(true);
      expect(await inbox.takeDeliveries(clock.now(), 9)).toEqual([]);
      expect(await inbox.nextDue()).toEqual(until);
      expect((await inbox.takeDeliveries(until, 9)).map((t) => [t.delivery.id, t.tries])).toEqual([
        ["a", 1],
      ]);
    });

    withStores(
      "what was given up is a failed outcome, and never due again",
      async ({ inbox, ledger, clock }) => {
        await inbox.accept([delivery("a"), delivery("b")]);
        await inbox.takeDeliveries(clock.now(), 9);
        await inbox.route("a", { items: [{ lane: "l", task: recheck }], outcomes: [] });
        const item = await onlyItem(inbox, "l", clock.now());
        await inbox.settle("l", laneRun({ dead: [{ item: item.id, detail: "gave up" }] }));
        expect(await inbox.bury("b", "gave up")).toBe(true);
        expect(await inbox.takeLanes(clock.now(), 9)).toEqual([]);
        expect(await inbox.itemsOf("l")).toEqual([]);
        expect(await inbox.takeDeliveries(clock.now(), 9)).toEqual([]);
        expect(await inbox.nextDue()).toBeNull();
        const failed = { kind: "failed", place: null, detail: "gave up", retryAt: null };
        expect((await ledger.ofDelivery("a")).map((e) => e.outcome)).toEqual([failed]);
        expect((await ledger.ofDelivery("b")).map((e) => e.outcome)).toEqual([failed]);
      },
    );

    withStores("an unknown id is no error", async ({ inbox, clock }) => {
      const delay = { until: clock.now(), failed: false, detail: "" };
      expect(await inbox.route("nobody", { items: [], outcomes: [] })).toBe(false);
      expect(await inbox.putBack("nobody", delay)).toBe(false);
      expect(await inbox.bury("nobody", "x")).toBe(false);
      expect(await inbox.settle("nobody", laneRun({ done: [doneWith("nobody")] }))).toBe(false);
      await inbox.accept([delivery("a")]);
      await inbox.takeDeliveries(clock.now(), 1);
      await inbox.route("a", { items: [{ lane: "l", task: recheck }], outcomes: [] });
      await inbox.takeLanes(clock.now(), 9);
      expect(await inbox.settle("l", laneRun({ done: [doneWith("999999")] }))).toBe(true);
      expect(await inbox.itemsOf("l")).toHaveLength(1);
    });
  });

  describe(`${name}: ledger`, () => {
    withStores(
      "tells the newest first, and what became of one delivery in order",
      async ({ ledger }) => {
        const entry = (d: string, detail: string) => ({
          at: "2026-11-22T09:00:00.000Z",
          delivery: d,
          subject: version,
          outcome: { ...skipped, detail },
          run: null,
        });
        await ledger.append([entry("a", "1"), entry("b", "2")]);
        await ledger.append([entry("a", "3")]);
        expect((await ledger.recent(2)).map((e) => e.delivery)).toEqual(["a", "b"]);
        expect(await ledger.ofDelivery("a")).toEqual([entry("a", "1"), entry("a", "3")]);
        expect(await ledger.recent(0)).toEqual([]);
      },
    );
  });

  describe(`${name}: holds`, () => {
    withStores(
      "a hold on all components covers each; one that ended covers none",
      async ({ holds, clock }) => {
        const all = {
          repo: "acme/cd",
          environment: "prod",
          component: null,
          owner: "ann",
          reason: "incident",
          until: null,
        };
        const one = {
          ...all,
          component: "web",
          until: new Date(clock.now().getTime() + 1000).toISOString(),
        };
        await holds.put(all);
        await holds.put(one);
        expect(await holds.of("acme/cd", "prod", "web", clock.now())).toEqual([all, one]);
        expect(await holds.of("acme/cd", "prod", "api", clock.now())).toEqual([all]);
        expect(await holds.of("acme/cd", "dev", "web", clock.now())).toEqual([]);
        await clock.advance(1000);
        expect(await holds.of("acme/cd", "prod", "web", clock.now())).toEqual([all]);
        await holds.lift(all);
        expect(await holds.of("acme/cd", "prod", "web", clock.now())).toEqual([]);
      },
    );
  });

  describe(`${name}: pauses`, () => {
    withStores("a pause ends by itself and is never shortened", async ({ pauses, clock }) => {
      const in90 = new Date(clock.now().getTime() + 90_000);
      expect(await pauses.until("registry:quay.io", clock.now())).toBeNull();
      await pauses.set("registry:quay.io", in90);
      await pauses.set("registry:quay.io", clock.now());
      expect(await pauses.until("registry:quay.io", clock.now())).toEqual(in90);
      expect(await pauses.until("registry:ghcr.io", clock.now())).toBeNull();
      expect(await pauses.until("registry:quay.io", in90)).toBeNull();
    });
  });

  describe(`${name}: switches`, () => {
    withStores("stand until they are lifted, each for what it names", async ({ switches }) => {
      const since = "2026-11-22T09:00:00.000Z";
      const prod = { repo: null, environment: "prod", since, reason: "audit" };
      const repo = { repo: "acme/cd", environment: null, since, reason: "move" };
      for (const one of [prod, { ...repo, reason: "first" }, repo]) await switches.put(one);
      const all = await switches.all();
      expect(all).toHaveLength(2);
      expect(heldBy(all, { repo: "acme/other", environment: "prod" })).toEqual(prod);
      expect(heldBy(all, { repo: "acme/cd", environment: "dev" })).toEqual(repo);
      expect(heldBy(all, { repo: "acme/other", environment: "dev" })).toBeNull();
      expect(await switches.lift({ repo: "acme/cd", environment: null })).toBe(true);
      expect(await switches.lift({ repo: "acme/cd", environment: null })).toBe(false);
      expect(await switches.all()).toEqual([prod]);
    });
  });

  describe(`${name}: index cache`, () => {
    withStores(
      "keeps the newest reading of each branch and drops a repo whole",
      async ({ indexCache }) => {
        const main = {
          repo: "acme/cd",
          branch: "main",
          commit: "1",
          isDefault: true,
          paths: [],
          files: [],
        };
        const prod = { ...main, branch: "production", isDefault: false };
        const other = { ...main, repo: "acme/other" };
        for (const entry of [main, prod, other, { ...main, commit: "2" }])
          await indexCache.put(entry);
        expect(await indexCache.get("acme/cd", "main")).toEqual({ ...main, commit: "2" });
        expect(await indexCache.all()).toHaveLength(3);
        const heads = await indexCache.heads();
        expect(heads).toHaveLength(3);
        expect(heads).toContainEqual({ repo: "acme/cd", branch: "main", commit: "2" });
        await indexCache.drop("acme/cd");
        expect(await indexCache.all()).toEqual([other]);
        expect(await indexCache.get("acme/cd", "production")).toBeNull();
      },
    );
  });

  describe(`${name}: pacer`, () => {
    withStores(
      "lets a small burst go at once, then one write a second",
      async ({ pacer, clock }) => {
        const granted: number[] = [];
        const start = clock.now().getTime();
        const all = Array.from({ length: 14 }, () =>
          pacer.turn(1, 1, "tracking").then(() => granted.push(clock.now().getTime() - start)),
        );
        await clock.advance(30_000);
        await Promise.all(all);
        expect(granted.slice(0, 10)).toEqual(Array(10).fill(0));
        expect(granted.slice(10).every((at) => at >= 10_000)).toBe(true);
      },
    );

    withStores(
      "lets what people wait for go on where tracking has used its burst up",
      async ({ pacer, clock }) => {
        await pacer.turn(1, 10, "tracking");
        for (let commands = 0; commands < 5; commands += 1) await pacer.turn(1, 6, "person");
        expect(clock.now().toISOString()).toBe("2026-11-22T09:00:00.000Z");
        let late = 0;
        const next = pacer.turn(1, 1, "person").then(() => {
          late = clock.now().getTime();
        });
        await clock.advance(39_000);
        expect(late).toBe(0);
        await clock.advance(2_000);
        await next;
        expect(late).toBeGreaterThanOrEqual(Date.parse("2026-11-22T09:00:40.000Z"));
      },
    );

    withStores("leaves tracking its burst while people are busy", async ({ pacer, clock }) => {
      for (let commands = 0; commands < 5; commands += 1) await pacer.turn(1, 6, "person");
      await pacer.turn(1, 10, "tracking");
      expect(clock.now().toISOString()).toBe("2026-11-22T09:00:00.000Z");
    });

    withStores(
      "never more than 80 a minute, nor 500 an hour; tracking leaves a fifth of the hour to people",
      async ({ pacer, clock }) => {
        const start = clock.now().getTime();
        const tracking: number[] = [];
        void Promise.all(
          Array.from({ length: 450 }, () =>
            pacer.turn(1, 1, "tracking").then(() => tracking.push(clock.now().getTime() - start)),
          ),
        );
        await clock.advance(3_599_000);
        expect(tracking).toHaveLength(400);
        for (const at of tracking)
          expect(tracking.filter((t) => t > at - 60_000 && t <= at).length).toBeLessThanOrEqual(80);
        let answered = 0;
        const people = Array.from({ length: 10 }, () =>
          pacer.turn(1, 1, "person").then(() => {
            answered += 1;
          }),
        );
        await clock.advance(1);
        await Promise.all(people);
        expect(answered).toBe(10);
      },
    );

    withStores("a person goes before tracking that waits longer", async ({ pacer, clock }) => {
      const order: string[] = [];
      await pacer.turn(1, 10, "tracking");
      const waiting = [
        pacer.turn(1, 1, "tracking").then(() => order.push("tracking")),
        pacer.turn(1, 1, "person").then(() => order.push("person")),
      ];
      await clock.advance(30_000);
      await Promise.all(waiting);
      expect(order).toEqual(["person", "tracking"]);
    });

    withStores(
      "what was not sent is given back; other installations are not concerned",
      async ({ pacer, clock }) => {
        const turn = await pacer.turn(1, 10, "tracking");
        await pacer.turn(2, 10, "tracking");
        turn.used(0);
        await pacer.turn(1, 10, "tracking");
        expect(clock.now().toISOString()).toBe("2026-11-22T09:00:00.000Z");
      },
    );

    withStores("a pause holds every turn of that installation", async ({ pacer, clock }) => {
      await pacer.pause(1, new Date(clock.now().getTime() + 90_000));
      let at = 0;
      const turn = pacer.turn(1, 1, "person").then(() => {
        at = clock.now().getTime();
      });
      await pacer.turn(2, 1, "person");
      await clock.advance(89_000);
      expect(at).toBe(0);
      await clock.advance(2_000);
      await turn;
      expect(at).toBeGreaterThanOrEqual(Date.parse("2026-11-22T09:01:30Z"));
    });

    withStores("a granted turn leaves nothing on the signal", async ({ pacer }) => {
      const stop = new AbortController();
      const before = getEventListeners(stop.signal, "abort").length;
      await pacer.turn(1, 1, "tracking", stop.signal);
      expect(getEventListeners(stop.signal, "abort")).toHaveLength(before);
    });

    withStores("who stops waiting takes no turn", async ({ pacer, clock }) => {
      await pacer.turn(1, 10, "tracking");
      const stop = new AbortController();
      const turn = pacer.turn(1, 10, "tracking", stop.signal);
      stop.abort(new Error("stopping"));
      await expect(turn).rejects.toThrow("stopping");
      const next = pacer.turn(1, 1, "tracking");
      await clock.advance(10_000);
      await next;
    });
  });
}
