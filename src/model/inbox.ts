import type { Delivery } from "./delivery.ts";
import type { Outcome, Place } from "./outcome.ts";
import type { Release } from "./release.ts";

/** Where work is serial; written and read by `work/lane.ts`. */
export type Lane = string;

/** What a lane is asked to do. Plain JSON: it is stored. */
export type LaneTask =
  | { readonly kind: "release"; readonly place: Place; readonly release: Release }
  /** Look again at what stands there: the base moved, a pull request was closed, a check failed. */
  | { readonly kind: "recheck"; readonly place: Place; readonly why: string }
  /** Tell on a pull request what its change of the config would do. */
  | { readonly kind: "preview"; readonly repo: string; readonly pull: number }
  /** Offer a first config to a repo that carries this image and has none; `image: null`: look at what became of the offer. */
  | { readonly kind: "onboard"; readonly repo: string; readonly image: string | null };

/** One piece of a delivery in a lane. */
export interface LaneItem {
  readonly id: string;
  readonly lane: Lane;
  readonly delivery: string;
  readonly task: LaneTask;
  /** How many runs with it failed. */
  readonly tries: number;
}

export type Acceptance = "new" | "duplicate";

/** What the router made of a delivery: work for lanes, outcomes that are final already. */
export interface Routing {
  readonly items: readonly { readonly lane: Lane; readonly task: LaneTask }[];
  readonly outcomes: readonly Outcome[];
}

/**
 * PORT. Deliveries from arrival until everything they led to is done, and the lanes' work. Whatever it answered for is kept.
 * A delivery is done when it was routed and none of its items is left.
 */
export interface Inbox {
  /** Stores the batch and ONE wake job in one transaction. Throws when the store is down: nothing is kept then. */
  accept(batch: readonly Delivery[]): Promise<readonly Acceptance[]>;
  /** Calls `listener` after every accept, routing or wake. Returns the way to stop it. */
  onWake(listener: () => void): () => void;
  /** Deliveries not routed yet and due, in order of arrival. */
  unrouted(now: Date, limit: number): Promise<readonly Delivery[]>;
  /** In one transaction: the delivery is routed, its items stand in their lanes, its outcomes are in the history. */
  route(delivery: string, routing: Routing): Promise<void>;
  /** Lanes that have an item due, longest waiting first. */
  dueLanes(now: Date): Promise<readonly Lane[]>;
  /** All items of a lane, due or not, in order of arrival: one run works on all. */
  itemsOf(lane: Lane): Promise<readonly LaneItem[]>;
  /** In one transaction: the items are done, with their outcomes. */
  finish(done: readonly { readonly item: string; readonly outcome: Outcome }[]): Promise<void>;
  /** Puts items (or an unrouted delivery, by its id) back until `until`; `failed` counts a try. Wakes at once when `until` is past. */
  postpone(
    ids: readonly string[],
    until: Date,
    why: { readonly failed: boolean; readonly detail: string },
  ): Promise<void>;
  /** After the last try: kept as a dead letter, visible, no longer due. */
  bury(ids: readonly string[], detail: string): Promise<void>;
  /** The earliest instant at which something becomes due; `null`: nothing waits. */
  nextDue(): Promise<Date | null>;
}
