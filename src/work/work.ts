import type { Clock } from "../model/clock.ts";
import type { Delivery } from "../model/delivery.ts";
import { ForgeDenied, ForgeUnavailable } from "../model/forge.ts";
import type { Inbox, Lane, TakenDelivery } from "../model/inbox.ts";
import type { Log } from "../model/log.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Tally } from "../model/tally.ts";
import { MAX_TRIES, retryAt } from "./backoff.ts";
import { failedRun, laneRunOf } from "./lane-run.ts";
import { type RouteParts, routeEvents } from "./route-events.ts";
import { routeGithub } from "./route-github.ts";
import { runLane } from "./run-lane.ts";
import type { RunParts } from "./run-place.ts";

export interface WorkParts extends RunParts, RouteParts {
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly log: Log;
  readonly tally: Tally;
  /** How long a pull request that was just written is left alone by further releases, in milliseconds: bursts cost one update. */
  readonly restAfterWrite: number;
}

/** Those of a slow registry hold their places while they wait: many, so that the others find one. */
const ROUTED_AT_ONCE = 512;
/** A lane that waits for its turn holds its place: many, so that one installation's queue does not stand in another's way. */
const LANES_AT_ONCE = 256;
/** How often a tag that the registry does not know yet is asked for again. */
const MISSING_TRIES = 4;
/** How often the store is looked at although nothing was heard: another process may have gone. In milliseconds. */
const LOOK_EVERY = 10_000;
/** How long to wait for a store that does not answer, in milliseconds. */
const STORE_DELAY = 1000;

/** Takes deliveries from the inbox through the router into the lanes, and runs the lanes: serial within, parallel between. */
export class Work {
  readonly #parts: WorkParts;
  readonly #routing = new Map<string, Promise<void>>();
  readonly #running = new Map<Lane, Promise<void>>();
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
    const { clock, log } = this.#parts;
    while (!this.#stop.signal.aborted) {
      this.#wake = new AbortController();
      try {
        await this.#startDue();
        await clock.sleep(await this.#untilNext(), this.#wake.signal);
      } catch (error) {
        log.error({ err: error }, "the store cannot be read");
        await clock.sleep(STORE_DELAY, this.#stop.signal);
      }
    }
  }

  /** Milliseconds until something is due. What is due already waits for a place among those that run, and their end wakes the loop. */
  async #untilNext(): Promise<number> {
    const { clock, inbox } = this.#parts;
    const due = await inbox.nextDue();
    const wait = due === null ? LOOK_EVERY : due.getTime() - clock.now().getTime();
    const busy = this.#routing.size + this.#running.size > 0;
    if (wait <= 0 && busy) return LOOK_EVERY;
    return Math.min(Math.max(wait, 1), LOOK_EVERY);
  }

  async #startDue(): Promise<void> {
    const { clock, inbox } = this.#parts;
    if (this.#stop.signal.aborted) return;
    const room = ROUTED_AT_ONCE - this.#routing.size;
    if (room > 0)
      for (const taken of await inbox.takeDeliveries(clock.now(), room))
        this.#track(this.#routing, taken.delivery.id, this.#route(taken));
    const places = LANES_AT_ONCE - this.#running.size;
    if (places > 0)
      for (const lane of await inbox.takeLanes(clock.now(), places))
        this.#track(this.#running, lane, this.#runLane(lane));
  }

  #track(map: Map<string, Promise<void>>, key: string, work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.#parts.log.error({ err: error, key }, "work broke off"))
      .finally(() => {
        map.delete(key);
        this.#wake.abort();
      });
    map.set(key, tracked);
  }

  async #busy(): Promise<void> {
    await Promise.all([...this.#routing.values(), ...this.#running.values()]);
  }

  async #route(taken: TakenDelivery): Promise<void> {
    const { inbox, log } = this.#parts;
    const { delivery } = taken;
    const facts = { delivery: delivery.id, source: delivery.source };
    let routed: Awaited<ReturnType<typeof routeEvents>>;
    try {
      routed = await this.#routed(delivery);
    } catch (error) {
      const known = error instanceof ForgeUnavailable || error instanceof ForgeDenied;
      if (!known) log.error({ ...facts, err: error }, "routing failed");
      const at = error instanceof ForgeUnavailable ? error.retryAt : null;
      return this.#deliveryLater(taken, error instanceof Error ? error.message : "failed", at);
    }
    if (routed.kind === "later") return this.#routeLater(taken, routed);
    const { routing } = routed;
    if (!(await this.#kept(() => inbox.route(delivery.id, routing)))) return;
    for (const { outcome } of routing.outcomes) this.#told(facts, outcome, "delivery settled");
  }

  async #routed(delivery: Delivery): ReturnType<typeof routeEvents> {
    if (delivery.source !== "github") return routeEvents(this.#parts, delivery);
    return { kind: "routed", routing: await routeGithub(this.#parts.indexes, delivery) };
  }

  async #routeLater(
    taken: TakenDelivery,
    later: Extract<Awaited<ReturnType<typeof routeEvents>>, { kind: "later" }>,
  ): Promise<void> {
    const { inbox } = this.#parts;
    const { missing } = later;
    if (missing === null || taken.tries < MISSING_TRIES)
      return this.#deliveryLater(taken, later.detail, later.retryAt);
    await this.#kept(() => inbox.route(taken.delivery.id, { items: [], outcomes: missing }));
  }

  async #deliveryLater(
    { delivery, tries }: TakenDelivery,
    detail: string,
    at: Date | null,
  ): Promise<void> {
    const { clock, inbox, log } = this.#parts;
    const facts = { delivery: delivery.id, detail, tries: tries + 1 };
    if (tries + 1 >= MAX_TRIES) {
      log.error(facts, "delivery given up: dead letter");
      await this.#kept(() => inbox.bury(delivery.id, detail));
      return;
    }
    log.warn(facts, "delivery put back");
    const until = at ?? retryAt(clock.now(), tries);
    await this.#kept(() => inbox.putBack(delivery.id, { until, failed: true, detail }));
  }

  async #runLane(lane: Lane): Promise<void> {
    const { clock, inbox, log } = this.#parts;
    const items = await this.#kept(() => inbox.itemsOf(lane));
    if (items === null) return;
    const ran = await runLane(this.#parts, items, this.#stop.signal).catch((error: unknown) => {
      if (!this.#stop.signal.aborted) log.error({ err: error, lane }, "lane failed");
      return failedRun(items, error, this.#stop.signal.aborted ? clock.now() : null);
    });
    const run = laneRunOf(items, ran, clock.now(), this.#parts.restAfterWrite);
    if (!(await this.#kept(() => inbox.settle(lane, run)))) return;
    const deliveryOf = new Map(items.map((item) => [item.id, item]));
    for (const { item, outcome } of ran.done) {
      const of = deliveryOf.get(item);
      this.#told({ delivery: of?.delivery, item, lane }, outcome, "settled");
      if (of !== undefined && (outcome.kind === "proposed" || outcome.kind === "committed"))
        this.#parts.tally.proposedAfter(clock.now().getTime() - Date.parse(of.receivedAt));
    }
    for (const { item, until, detail } of run.later)
      log.info({ delivery: deliveryOf.get(item)?.delivery, item, detail, until }, "put back");
    for (const { item, detail } of run.dead)
      log.error(
        { delivery: deliveryOf.get(item)?.delivery, item, detail },
        "given up: dead letter",
      );
  }

  #told(facts: Readonly<Record<string, unknown>>, outcome: Outcome, message: string): void {
    this.#parts.tally.settled(outcome);
    this.#parts.log.info({ ...facts, outcome }, message);
  }

  /** Asks the store until it answers: what was taken stays taken meanwhile. `null` when the process stops before. */
  async #kept<T>(ask: () => Promise<T>): Promise<T | null> {
    const { clock, log } = this.#parts;
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        log.error({ err: error }, "the store did not answer");
        if (this.#stop.signal.aborted) return null;
        await clock.sleep(STORE_DELAY, this.#stop.signal);
      }
    }
  }
}
