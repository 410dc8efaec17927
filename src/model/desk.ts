import type { Delivery, Source, Subject } from "./delivery.ts";
import type { Lane } from "./inbox.ts";
import type { LedgerEntry } from "./ledger.ts";

/** `waiting`: not routed; `working`: in lanes; `parked`: until access changes; `dead`: given up. */
export type DeliveryState = "waiting" | "working" | "done" | "parked" | "dead";

/** A delivery as an operator sees it. */
export interface DeliverySummary {
  readonly id: string;
  readonly source: Source;
  readonly owner: string;
  /** RFC 3339. */
  readonly receivedAt: string;
  readonly subjects: readonly Subject[];
  readonly state: DeliveryState;
  readonly tries: number;
  /** Why it waits or was given up; `null`: nothing to say. */
  readonly detail: string | null;
  /** RFC 3339: when it is looked at next; `null`: it is not. */
  readonly due: string | null;
  /** What of it is still in lanes. */
  readonly left: readonly {
    readonly lane: Lane;
    readonly state: "waiting" | "parked" | "dead";
    readonly tries: number;
    readonly detail: string | null;
    readonly due: string | null;
  }[];
}

/** How much waits. */
export interface Depth {
  readonly deliveries: number;
  readonly items: number;
  readonly parked: number;
  readonly dead: number;
  /** Notices to the operator's own webhook that were given up. */
  readonly deadNotices: number;
  /** RFC 3339: arrival of the oldest delivery that is not done, parked or dead; `null`: there is none. */
  readonly oldest: string | null;
}

/** PORT. What an operator asks of the store. */
export interface Desk {
  /** Newest first. `failed`: only dead and parked ones. */
  deliveries(query: {
    readonly failed: boolean;
    readonly limit: number;
  }): Promise<readonly DeliverySummary[]>;
  /** One delivery with its body and all that became of it; `null`: unknown. */
  delivery(id: string): Promise<{
    readonly summary: DeliverySummary;
    readonly delivery: Delivery;
    readonly history: readonly LedgerEntry[];
  } | null>;
  /** Works a delivery again from its start, whatever became of it. `false`: unknown. */
  replay(id: string): Promise<boolean>;
  /** Deliveries that spoke of an image (and tag), newest first, each with its history about it. */
  explain(
    image: string,
    tag: string | null,
    limit: number,
  ): Promise<
    readonly { readonly summary: DeliverySummary; readonly history: readonly LedgerEntry[] }[]
  >;
  depth(): Promise<Depth>;
  /** Deletes deliveries that are done and arrived before `before`, with their history. Returns how many. */
  forget(before: Date): Promise<number>;
}
