import { getEventListeners } from "node:events";
import { describe, expect, test } from "@jest/globals";
import type { Delivery } from "../../src/model/delivery.ts";
import type { Holds } from "../../src/model/holds.ts";
import type { Inbox, LaneTask } from "../../src/model/inbox.ts";
import type { IndexCache } from "../../src/model/index-cache.ts";
import type { Ledger } from "../../src/model/ledger.ts";
import type { Outcome, Place } from "../../src/model/outcome.ts";
import type { Pacer } from "../../src/model/pacer.ts";
import type { FakeClock } from "../support/fake-clock.ts";

/** The store ports of one adapter, new and empty. */
export interface Stores {
  readonly inbox: Inbox;
  readonly ledger: Ledger;
  readonly holds: Holds;
  readonly indexCache: IndexCache;
  readonly pacer: Pacer;
  readonly clock: FakeClock;
  close(): Promise<void>;
}

const place: Place = { repo: "acme/cd", base: "main", environment: "dev", component: null };
const recheck: LaneTask = { kind: "recheck", place, why: "base moved" };
const skipped: Outcome = { kind: "skipped", place, reason: "up-to-date", detail: "" };

function delivery(id: string, over: Partial<Delivery> = {}): Delivery {
  return {
    id,
    source: "quay",
    owner: "acme",
    scope: { kind: "owner" },
    senderId: null,
    receivedAt: "2026-11-22T09:00:00.000Z",
    headers: {},
    body: "{}",
    ...over,
  };
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
    withStores(
      "keeps what it accepted, in order of arrival, until it is routed",
      async ({ inbox, clock }) => {
        await inbox.accept([delivery("a"), delivery("b")]);
        await inbox.accept([delivery("c")]);
        expect((await inbox.unrouted(clock.now(), 2)).map((d) => d.id)).toEqual(["a", "b"]);
        await inbox.route("a", { items: [], outcomes: [] });
        expect((await inbox.unrouted(clock.now(), 9)).map((d) => d.id)).toEqual(["b", "c"]);
      },
    );

    withStores("gives back headers, scope and body as they were", async ({ inbox, clock }) => {
      const sent = delivery("a", {
        headers: { "ce-type": "x" },
        scope: { kind: "image", prefix: "quay.io/a" },
        body: '{"ü":"\\u0000"}',
        senderId: "s1",
      });
      await inbox.accept([sent]);
      expect(await inbox.unrouted(clock.now(), 1)).toEqual([sent]);
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
        expect(await inbox.accept(batch)).toEqual(["new", "duplicate", "new", "new"]);
        await inbox.route("a", { items: [], outcomes: [] });
        expect(await inbox.accept([delivery("e", { senderId: "s" })])).toEqual(["duplicate"]);
        expect((await inbox.unrouted(clock.now(), 9)).map((d) => d.id)).toEqual(["c", "d"]);
      },
    );

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
        await inbox.route("a", { items: [{ lane: "l", task: recheck }], outcomes: [] });
        expect(woken).toBeGreaterThan(0);
        woken = 0;
        const [item] = await inbox.itemsOf("l");
        await inbox.postpone([item?.id ?? ""], clock.now(), { failed: false, detail: "" });
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
        await inbox.route("b", { items: [{ lane: "two", task: recheck }], outcomes: [] });
        await inbox.route("a", {
          items: [
            { lane: "one", task: recheck },
            { lane: "two", task: recheck },
          ],
          outcomes: [skipped],
        });
        expect(await inbox.dueLanes(clock.now())).toEqual(["two", "one"]);
        expect((await inbox.itemsOf("two")).map((i) => [i.delivery, i.task, i.tries])).toEqual([
          ["b", recheck, 0],
          ["a", recheck, 0],
        ]);
        expect((await ledger.ofDelivery("a")).map((e) => e.outcome)).toEqual([skipped]);
      },
    );

    withStores("routing twice counts once", async ({ inbox, ledger }) => {
      await inbox.accept([delivery("a")]);
      await inbox.route("a", { items: [{ lane: "l", task: recheck }], outcomes: [skipped] });
      await inbox.route("a", { items: [{ lane: "l", task: recheck }], outcomes: [skipped] });
      expect(await inbox.itemsOf("l")).toHaveLength(1);
      expect(await ledger.ofDelivery("a")).toHaveLength(1);
    });

    withStores("finished items are gone and told of once", async ({ inbox, ledger, clock }) => {
      await inbox.accept([delivery("a")]);
      await inbox.route("a", { items: [{ lane: "l", task: recheck }], outcomes: [] });
      const [item] = await inbox.itemsOf("l");
      const done = [{ item: item?.id ?? "", outcome: skipped }];
      await inbox.finish(done);
      await inbox.finish(done);
      expect(await inbox.itemsOf("l")).toEqual([]);
      expect(await inbox.dueLanes(clock.now())).toEqual([]);
      expect(await ledger.ofDelivery("a")).toHaveLength(1);
      expect(await inbox.nextDue()).toBeNull();
    });

    withStores(
      "a postponed item is not due before its time, but one run still sees it; failures are counted",
      async ({ inbox, clock }) => {
        await inbox.accept([delivery("a")]);
        await inbox.route("a", { items: [{ lane: "l", task: recheck }], outcomes: [] });
        const [item] = await inbox.itemsOf("l");
        const until = new Date(clock.now().getTime() + 60_000);
        await inbox.postpone([item?.id ?? ""], until, { failed: true, detail: "502" });
        expect(await inbox.dueLanes(clock.now())).toEqual([]);
        expect((await inbox.itemsOf("l")).map((i) => i.tries)).toEqual([1]);
        expect(await inbox.nextDue()).toEqual(until);
        expect(await inbox.dueLanes(until)).toEqual(["l"]);
      },
    );

    withStores("a delivery that cannot be routed yet is put back", async ({ inbox, clock }) => {
      await inbox.accept([delivery("a")]);
      const until = new Date(clock.now().getTime() + 60_000);
      await inbox.postpone(["a"], until, { failed: true, detail: "registry down" });
      expect(await inbox.unrouted(clock.now(), 9)).toEqual([]);
      expect((await inbox.unrouted(until, 9)).map((d) => d.id)).toEqual(["a"]);
    });

    withStores(
      "a buried item is a failed outcome, and never due again",
      async ({ inbox, ledger, clock }) => {
        await inbox.accept([delivery("a"), delivery("b")]);
        await inbox.route("a", { items: [{ lane: "l", task: recheck }], outcomes: [] });
        const [item] = await inbox.itemsOf("l");
        await inbox.bury([item?.id ?? "", "b"], "gave up");
        expect(await inbox.dueLanes(clock.now())).toEqual([]);
        expect(await inbox.itemsOf("l")).toEqual([]);
        expect(await inbox.unrouted(clock.now(), 9)).toEqual([]);
        expect(await inbox.nextDue()).toBeNull();
        const failed = { kind: "failed", place: null, detail: "gave up", retryAt: null };
        expect((await ledger.ofDelivery("a")).map((e) => e.outcome)).toEqual([failed]);
        expect((await ledger.ofDelivery("b")).map((e) => e.outcome)).toEqual([failed]);
      },
    );

    withStores("an unknown id is no error", async ({ inbox, clock }) => {
      await inbox.route("nobody", { items: [{ lane: "l", task: recheck }], outcomes: [skipped] });
      await inbox.finish([{ item: "nobody", outcome: skipped }]);
      await inbox.postpone(["nobody"], clock.now(), { failed: false, detail: "" });
      await inbox.bury(["nobody"], "x");
      expect(await inbox.dueLanes(clock.now())).toEqual([]);
    });
  });

  describe(`${name}: ledger`, () => {
    withStores(
      "tells the newest first, and what became of one delivery in order",
      async ({ ledger }) => {
        const entry = (d: string, detail: string) => ({
          at: "2026-11-22T09:00:00.000Z",
          delivery: d,
          outcome: { ...skipped, detail },
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
