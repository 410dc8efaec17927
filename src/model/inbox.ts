import type { Delivery, HookScope, Subject } from "./delivery.ts";
import type { ImageEvent } from "./event.ts";
import type { Outcome, Place } from "./outcome.ts";
import type { Release } from "./release.ts";

/** Where work is serial; written and read by `work/lane.ts`. */
export type Lane = string;

/** What a lane is asked to do. Plain JSON: it is stored. */
export type LaneTask =
  | { readonly kind: "release"; readonly place: Place; readonly release: Release }
  /** Look again at what stands there: the base moved, a pull request was closed, a check failed. */
  | { readonly kind: "recheck"; readonly place: Place; readonly why: string }
  /** Route an event to a repo that could not be read when the event came; `owner/*`: to all of an owner whose list could not be had. */
  | {
      readonly kind: "event";
      readonly repo: string;
      readonly event: ImageEvent;
      readonly scope: HookScope;
    }
  /** Tell on a pull request what its change of the config would do. */
  | { readonly kind: "preview"; readonly repo: string; readonly pull: number }
  /** Offer a first config to a repo that carries this image and has none; `image: null`: look at what became of the offer. */
  | { readonly kind: "onboard"; readonly repo: string; readonly image: string | null }
  /** Somebody wrote a command. What the comment says is read again: only its author and time are believed. */
  | {
      readonly kind: "command";
      readonly repo: string;
      readonly pull: { readonly number: number; readonly nodeId: string };
      readonly comment: {
        readonly id: number;
        readonly nodeId: string;
        readonly login: string;
        readonly userId: number;
        /** RFC 3339. */
        readonly at: string;
      };
    }
  /** What we keep of people's words was taken away on a pull request: by the label, or with a reply of ours that had this marker. */
  | {
      readonly kind: "words";
      readonly repo: string;
      readonly pull: { readonly number: number; readonly nodeId: string };
      readonly marker: string | null;
    }
  /** Bring to a place by itself what was merged before it (`on: merge`). */
  | { readonly kind: "promote"; readonly place: Place; readonly why: string }
  /** Look at the gates of a pull request, and tell in its check how they stand. */
  | {
      readonly kind: "gate";
      readonly repo: string;
      readonly pull: number;
      readonly why: string;
      /** A person asked for it by "Re-run": the host waits for a report, be it the same. */
      readonly asked?: true;
    }
  /** The same for a group of the merge queue: its commit and branch. */
  | {
      readonly kind: "gate-group";
      readonly repo: string;
      readonly oid: string;
      readonly branch: string;
    }
  /** People's rights in a repo changed: see which open pull requests are to be judged again. */
  | { readonly kind: "rights"; readonly repo: string; readonly why: string }
  /** Merge a proposal whose gates are open, if they still are. */
  | {
      readonly kind: "merge";
      readonly repo: string;
      readonly base: string;
      readonly pull: number;
      readonly headOid: string;
    };

/** One piece of a delivery in a lane. */
export interface LaneItem {
  readonly id: string;
  readonly lane: Lane;
  readonly delivery: string;
  /** GitHub owner in lower case whom the delivery speaks for. */
  readonly owner: string;
  /** RFC 3339: when the delivery arrived. */
  readonly receivedAt: string;
  readonly task: LaneTask;
  /** How many runs with it failed. */
  readonly tries: number;
}

/** `again`: the same delivery was here and is not done; it is due now, its tries begin anew. */
export type Acceptance = "new" | "duplicate" | "again";

/** A delivery that this process has taken: nobody else routes it meanwhile. */
export interface TakenDelivery {
  readonly delivery: Delivery;
  /** How many attempts to route it failed. */
  readonly tries: number;
}

/** A piece of work for a lane. */
export interface NewItem {
  readonly lane: Lane;
  readonly task: LaneTask;
}

/** An outcome with what it is about; `subject: null`: no single version. */
export interface Settled {
  readonly subject: Subject | null;
  readonly outcome: Outcome;
}

/** What the router made of a delivery: work for lanes, outcomes that are final already. */
export interface Routing {
  readonly items: readonly NewItem[];
  readonly outcomes: readonly Settled[];
  /** Owner (lower case) whose access changed: parked work of theirs is due again. */
  readonly unpark?: string;
}

/** When to come back to something, and why not now. */
export interface Delay {
  readonly until: Date;
  /** Whether it counts as a try. */
  readonly failed: boolean;
  readonly detail: string;
}

/** What became of the items of a lane in one run. Items that are not named stay as they were. */
export interface LaneRun {
  readonly done: readonly {
    readonly item: string;
    readonly outcomes: readonly Settled[];
    /** Work that it led to, of the same delivery. */
    readonly items: readonly NewItem[];
  }[];
  readonly later: readonly ({ readonly item: string } & Delay)[];
  /** After the last try: kept as dead letters, visible, no longer due. */
  readonly dead: readonly { readonly item: string; readonly detail: string }[];
  /** Cannot be done before the owner's access changes: kept, visible, due again then. */
  readonly parked: readonly { readonly item: string; readonly detail: string }[];
  /** Something was written: releases of this lane, here or still to come, are not due before. `null`: nothing was. */
  readonly restUntil: Date | null;
}

/**
 * PORT. Deliveries from arrival until everything they led to is done, and the lanes' work. Whatever it answered for is kept.
 * A delivery is done when it was routed and none of its items is left.
 *
 * What a process takes is its own until it says what became of it, or is gone. A process that was taken for gone (it stood still
 * for too long) is told so by `false`, and nothing of what it says is kept.
 */
export interface Inbox {
  /** Stores the batch and ONE wake job in one transaction. Throws when the store is down: nothing is kept then. */
  accept(batch: readonly Delivery[]): Promise<readonly Acceptance[]>;
  /** Calls `listener` after every accept, routing or delay, of any process as far as can be heard. Returns the way to stop it. */
  onWake(listener: () => void): () => void;
  /** Takes deliveries that are not routed, due and taken by nobody, in order of arrival. */
  takeDeliveries(now: Date, limit: number): Promise<readonly TakenDelivery[]>;
  /** In one transaction: the taken delivery is routed, its items stand in their lanes, its outcomes are in the history. */
  route(delivery: string, routing: Routing): Promise<boolean>;
  /** Gives a taken delivery back until later. */
  putBack(delivery: string, delay: Delay): Promise<boolean>;
  /** After the last try: the taken delivery is kept as a dead letter, visible, no longer due. */
  bury(delivery: string, detail: string): Promise<boolean>;
  /** Takes lanes that have an item due and are taken by nobody, longest waiting first. */
  takeLanes(now: Date, limit: number): Promise<readonly Lane[]>;
  /** All items of a lane, due or not, in order of arrival: one run works on all. */
  itemsOf(lane: Lane): Promise<readonly LaneItem[]>;
  /** In one transaction: what became of the items of a taken lane, and the lane is free again. */
  settle(lane: Lane, run: LaneRun): Promise<boolean>;
  /** The earliest instant at which something that nobody has taken becomes due; `null`: nothing waits. */
  nextDue(): Promise<Date | null>;
}

/** What a task is about, for the history. */
export function subjectOf(task: LaneTask): Subject | null {
  if (task.kind === "event") {
    const { image, tag, digest } = task.event;
    return { image, tag, digest };
  }
  if (task.kind === "onboard" && task.image !== null)
    return { image: task.image, tag: null, digest: null };
  if (task.kind !== "release") return null;
  const image = task.release.artifacts.find((one) => one.kind === "image");
  return image === undefined ? null : { image: image.image, tag: image.tag, digest: image.digest };
}
