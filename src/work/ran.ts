import type { LaneItem, NewItem, Settled } from "../model/inbox.ts";
import type { Outcome } from "../model/outcome.ts";

/** What became of a lane's items after a run. */
export interface Ran {
  readonly done: readonly {
    readonly item: string;
    readonly outcomes: readonly Outcome[];
    /** The outcomes with what they are about; absent: what the task is about. */
    readonly settled?: readonly Settled[];
    /** Work that it led to, in other lanes. */
    readonly items: readonly NewItem[];
  }[];
  /** To be looked at again at `at` (`null`: after the usual back-off). `failed` counts as a try. */
  readonly later: readonly {
    readonly item: string;
    readonly at: Date | null;
    readonly failed: boolean;
    readonly detail: string;
  }[];
  /** Waits until the owner's access changes. */
  readonly parked: readonly { readonly item: string; readonly detail: string }[];
}

type Items = readonly Pick<LaneItem, "id">[];

export function doneItem(item: string, outcome: Outcome): Ran["done"][number] {
  return { item, outcomes: [outcome], items: [] };
}

/** All items come to the same. */
export function settleAll(items: Items, outcome: Outcome): Ran {
  return { done: items.map(({ id }) => doneItem(id, outcome)), later: [], parked: [] };
}

/** All items come to the same, which names what it is about. */
export function settleAbout(items: Items, settled: readonly Settled[]): Ran {
  const outcomes = settled.map(({ outcome }) => outcome);
  const done = items.map(({ id: item }) => ({ item, outcomes, settled, items: [] }));
  return { done, later: [], parked: [] };
}

/** Work that follows, once for the whole group. */
export function leadingTo(items: readonly NewItem[], ran: Ran): Ran {
  return { ...ran, done: ran.done.map((done, n) => (n === 0 ? { ...done, items } : done)) };
}

export function delayAll(
  items: Items,
  delay: { readonly at: Date | null; readonly failed: boolean; readonly detail: string },
): Ran {
  const { at, detail, failed } = delay;
  return {
    done: [],
    later: items.map(({ id: item }) => ({ item, at, failed, detail })),
    parked: [],
  };
}

export function parkAll(items: Items, detail: string): Ran {
  return { done: [], later: [], parked: items.map(({ id }) => ({ item: id, detail })) };
}

export function together(rans: readonly Ran[]): Ran {
  return {
    done: rans.flatMap(({ done }) => done),
    later: rans.flatMap(({ later }) => later),
    parked: rans.flatMap(({ parked }) => parked),
  };
}
