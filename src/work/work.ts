import type { Clock } from "../model/clock.ts";
import type { Delivery } from "../model/delivery.ts";
import { ForgeDenied, ForgeUnavailable } from "../model/forge.ts";
import type { Inbox, Lane } from "../model/inbox.ts";
import type { Log } from "../model/log.ts";
import { MAX_TRIES, retryAt } from "./backoff.ts";
import { type RouteParts, routeEvents } from "./route-events.ts";
import { routeGithub } from "./route-github.ts";
import { runLane } from "./run-lane.ts";
import type { RunParts } from "./run-place.ts";

export interface WorkParts extends RunParts, RouteParts {
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly log: Log;
}

const ROUTED_AT_ONCE = 32;
/** A lane that waits for its turn holds its place: many, so that one installation's queue does not stand in another's way. */
const LANES_AT_ONCE = 256;
/** How often a tag that the registry does not know yet is asked for again. */
const MISSING_TRIES = 4;

/** Takes deliveries from the inbox through the router into the lanes, and runs the lanes: serial within, parallel between. */
export class Work {
  readonly #parts: WorkParts;
  readonly #routing = new Map<string, Promise<void>>();
  readonly #running = new Map<Lane, Promise<void>>();
  /** Tries of deliveries in this process: the router has no items yet to count on. */
  readonly #tries = new Map<string, number>();
  readonly #stop = new AbortController();
  #wake = new AbortController();
  #loop: Promise<void> | null = null;
  #unlisten: (() => void) | null = null;

  constructor(parts: WorkParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#unlisten = this.#parts.inbox.onWake(() => this.#wake.abort());
    this.#loop = this.#run();
  }

  /** Starts nothing new, lets what runs come to its end. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error("stopping"));
    this.#wake.abort();
    this.#unlisten?.();
    await this.#loop;
    await this.#busy();
  }

  /** Resolves when nothing is due and nothing runs. For the demo and the tests. */
  async settled(): Promise<void> {
    for (;;) {
      await this.#startDue();
      if (this.#routing.size + this.#running.size === 0) return;
      await this.#somethingNew();
    }
  }

  /** What runs has ended, or something arrived meanwhile. */
  async #somethingNew(): Promise<void> {
    let unlisten = (): void => {};
    const woken = new Promise<void>((resolve) => {
      unlisten = this.#parts.inbox.onWake(resolve);
    });
    await Promise.race([woken, ...this.#routing.values(), ...this.#running.values()]);
    unlisten();
  }

  async #run(): Promise<void> {
    const { clock, inbox, log } = this.#parts;
    while (!this.#stop.signal.aborted) {
      this.#wake = new AbortController();
      try {
        await this.#startDue();
      } catch (error) {
        log.error({ err: error }, "the store cannot be read");
        await clock.sleep(1000, this.#stop.signal);
        continue;
      }
      const due = await inbox.nextDue();
      const wait = due === null ? 60_000 : Math.max(due.getTime() - clock.now().getTime(), 0);
      const busy = this.#routing.size + this.#running.size > 0;
      // What is due already waits for a place among those that run, and their end wakes the loop.
      await clock.sleep(wait === 0 && busy ? 60_000 : Math.max(wait, 1), this.#wake.signal);
    }
  }

  async #startDue(): Promise<void> {
    const { clock, inbox } = this.#parts;
    if (this.#stop.signal.aborted) return;
    for (const delivery of await inbox.unrouted(clock.now(), ROUTED_AT_ONCE)) {
      if (this.#routing.has(delivery.id) || this.#routing.size >= ROUTED_AT_ONCE) continue;
      this.#track(this.#routing, delivery.id, this.#route(delivery));
    }
    for (const lane of await inbox.dueLanes(clock.now())) {
      if (this.#running.has(lane) || this.#running.size >= LANES_AT_ONCE) continue;
      this.#track(this.#running, lane, this.#runLane(lane));
    }
  }

  #track(map: Map<string, Promise<void>>, key: string, work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.#parts.log.error({ err: error, key }, "the store refused"))
      .finally(() => {
        map.delete(key);
        this.#wake.abort();
      });
    map.set(key, tracked);
  }

  async #busy(): Promise<void> {
    await Promise.all([...this.#routing.values(), ...this.#running.values()]);
  }

  async #route(delivery: Delivery): Promise<void> {
    const { inbox, log } = this.#parts;
    const facts = { delivery: delivery.id, source: delivery.source };
    try {
      const routed = await this.#routed(delivery);
      if (routed.kind === "later") return await this.#routeLater(delivery, routed);
      await inbox.route(delivery.id, routed.routing);
      this.#tries.delete(delivery.id);
      for (const outcome of routed.routing.outcomes)
        log.info({ ...facts, outcome }, "delivery settled");
    } catch (error) {
      const known = error instanceof ForgeUnavailable || error instanceof ForgeDenied;
      if (!known) log.error({ ...facts, err: error }, "routing failed");
      const at = error instanceof ForgeUnavailable ? error.retryAt : null;
      await this.#deliveryLater(delivery, error instanceof Error ? error.message : "failed", at);
    }
  }

  async #routed(delivery: Delivery): ReturnType<typeof routeEvents> {
    if (delivery.source !== "github") return routeEvents(this.#parts, delivery);
    return { kind: "routed", routing: await routeGithub(this.#parts.indexes, delivery) };
  }

  async #routeLater(
    delivery: Delivery,
    later: Extract<Awaited<ReturnType<typeof routeEvents>>, { kind: "later" }>,
  ): Promise<void> {
    const tries = this.#tries.get(delivery.id) ?? 0;
    if (later.missing !== null && tries >= MISSING_TRIES) {
      this.#tries.delete(delivery.id);
      await this.#parts.inbox.route(delivery.id, { items: [], outcomes: later.missing });
      return;
    }
    await this.#deliveryLater(delivery, later.detail, later.retryAt);
  }

  async #deliveryLater(delivery: Delivery, detail: string, at: Date | null): Promise<void> {
    const { clock, inbox, log } = this.#parts;
    const tries = (this.#tries.get(delivery.id) ?? 0) + 1;
    this.#tries.set(delivery.id, tries);
    if (tries >= MAX_TRIES) {
      this.#tries.delete(delivery.id);
      log.error({ delivery: delivery.id, detail }, "delivery given up: dead letter");
      await inbox.bury([delivery.id], detail);
      return;
    }
    log.warn({ delivery: delivery.id, detail, tries }, "delivery put back");
    await inbox.postpone([delivery.id], at ?? retryAt(clock.now(), tries - 1), {
      failed: true,
      detail,
    });
  }

  async #runLane(lane: Lane): Promise<void> {
    const { inbox, log } = this.#parts;
    const items = await inbox.itemsOf(lane);
    try {
      const ran = await runLane(this.#parts, items, this.#stop.signal);
      await inbox.finish(ran.done);
      for (const { item, outcome } of ran.done) log.info({ item, lane, outcome }, "settled");
      for (const one of ran.later)
        await this.#itemLater(items.find((i) => i.id === one.item)?.tries ?? 0, one);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      log.error({ err: error, lane }, "lane failed");
      const detail = error instanceof Error ? error.message : "failed";
      for (const { id, tries } of items)
        await this.#itemLater(tries, { item: id, at: null, failed: true, detail });
    }
  }

  async #itemLater(
    tries: number,
    one: { item: string; at: Date | null; failed: boolean; detail: string },
  ): Promise<void> {
    const { clock, inbox, log } = this.#parts;
    if (one.failed && tries + 1 >= MAX_TRIES) {
      log.error({ item: one.item, detail: one.detail }, "given up: dead letter");
      await inbox.bury([one.item], one.detail);
      return;
    }
    const at = one.at ?? retryAt(clock.now(), tries);
    log.info({ item: one.item, detail: one.detail, until: at.toISOString() }, "put back");
    await inbox.postpone([one.item], at, { failed: one.failed, detail: one.detail });
  }
}
