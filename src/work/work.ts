import { setMaxListeners } from "node:events";
import type { Clock } from "../model/clock.ts";
import type { Inbox, Lane, LaneItem, LaneRun, TakenDelivery } from "../model/inbox.ts";
import type { Log } from "../model/log.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Switches } from "../model/switches.ts";
import type { Tally } from "../model/tally.ts";
import type { Crowd } from "./crowd.ts";
import { failedRun, laneRunOf } from "./lane-run.ts";
import { OperatorHolds } from "./operator-holds.ts";
import type { RegistryGate } from "./registry-gate.ts";
import type { RouteParts } from "./route-events.ts";
import { laterFor, routeTaken } from "./route-taken.ts";
import { runLane } from "./run-lane.ts";
import type { RunParts } from "./run-place.ts";

export interface WorkParts
  extends Omit<RunParts, "registry" | "holds">,
    Omit<RouteParts, "gateReads" | "pulls" | "registry"> {
  readonly gate: RegistryGate;
  readonly switches: Switches;
  readonly inbox: Inbox;
  readonly crowd: Crowd;
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
/** How often the store is looked at although nothing was heard: another process may have gone. In milliseconds. */
const LOOK_EVERY = 10_000;
/** How long to wait for a store that does not answer, in milliseconds. */
const STORE_DELAY = 1000;

/** Takes deliveries from the inbox through the router into the lanes, and runs the lanes: serial within, parallel between. */
export class Work {
  readonly #parts: WorkParts;
  readonly #routeParts: RouteParts;
  readonly #runParts: RunParts;
  readonly #routing = new Map<string, Promise<void>>();
  readonly #running = new Map<Lane, Promise<void>>();
  readonly #stop = new AbortController();
  #wake = new AbortController();
  #loop: Promise<void> | null = null;
  #unlisten: (() => void) | null = null;

  constructor(parts: WorkParts) {
    const { clock, gate, switches } = parts;
    this.#parts = parts;
    this.#routeParts = { ...parts, registry: gate.as("routing") };
    const holds = new OperatorHolds(switches, clock);
    this.#runParts = { ...parts, holds, registry: gate.as("lane") };
    // Every lane that waits for its turn listens for the end; Node warns of a leak from the eleventh on.
    setMaxListeners(0, this.#stop.signal);
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
    const { clock, crowd, inbox } = this.#parts;
    const room = await crowd.pass(ROUTED_AT_ONCE - this.#routing.size, this.#stop.signal);
    if (this.#stop.signal.aborted) return;
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
    const { clock, inbox, log } = this.#parts;
    const { delivery } = taken;
    const facts = { delivery: delivery.id, source: delivery.source };
    const routed = await routeTaken(this.#routeParts, taken, clock.now.bind(clock)).catch(
      (error: unknown) => {
        log.error({ ...facts, err: error }, "routing failed");
        return laterFor(taken, clock.now(), error);
      },
    );
    if (routed.kind === "routed") {
      if (!(await this.#kept(() => inbox.route(delivery.id, routed.routing)))) return;
      for (const { outcome } of routed.routing.outcomes)
        this.#told(facts, outcome, "delivery settled");
    } else if (routed.kind === "later") {
      // That a registry is busy is no news, and comes by the thousand.
      const level = routed.delay.failed ? "warn" : "debug";
      log[level]({ ...facts, ...routed.delay }, "delivery put back");
      await this.#kept(() => inbox.putBack(delivery.id, routed.delay));
    } else {
      log.error({ ...facts, detail: routed.detail }, "delivery given up: dead letter");
      await this.#kept(() => inbox.bury(delivery.id, routed.detail));
    }
  }

  async #runLane(lane: Lane): Promise<void> {
    const { clock, inbox, log } = this.#parts;
    const items = await this.#kept(() => inbox.itemsOf(lane));
    if (items === null) return;
    const ran = await runLane(this.#runParts, items, this.#stop.signal).catch((error: unknown) => {
      if (!this.#stop.signal.aborted) log.error({ err: error, lane }, "lane failed");
      return failedRun(items, error, this.#stop.signal.aborted ? clock.now() : null);
    });
    const run = laneRunOf(items, ran, clock.now(), this.#parts.restAfterWrite);
    if (!(await this.#kept(() => inbox.settle(lane, run)))) return;
    this.#tellRun(lane, items, run);
  }

  #tellRun(lane: Lane, items: readonly LaneItem[], run: LaneRun): void {
    const { clock, log, tally } = this.#parts;
    const byId = new Map(items.map((item) => [item.id, item]));
    const factsOf = (item: string) => ({ delivery: byId.get(item)?.delivery, item, lane });
    for (const { item, outcomes } of run.done)
      for (const { outcome } of outcomes) {
        this.#told(factsOf(item), outcome, "settled");
        const receivedAt = byId.get(item)?.receivedAt;
        if (
          receivedAt !== undefined &&
          (outcome.kind === "proposed" || outcome.kind === "committed")
        )
          tally.proposedAfter(clock.now().getTime() - Date.parse(receivedAt));
      }
    for (const { item, until, detail } of run.later)
      log.info({ ...factsOf(item), detail, until }, "put back");
    for (const { item, detail } of run.parked)
      log.warn({ ...factsOf(item), detail }, "parked until the owner's access changes");
    for (const { item, detail } of run.dead)
      log.error({ ...factsOf(item), detail }, "given up: dead letter");
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
