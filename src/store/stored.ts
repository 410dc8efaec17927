import type { Delivery } from "../model/delivery.ts";
import type { Hold } from "../model/holds.ts";
import type { LaneTask } from "../model/inbox.ts";
import type { IndexedBranch } from "../model/index-cache.ts";
import type { LedgerEntry } from "../model/ledger.ts";
import type { Switch } from "../model/switches.ts";

// The one place where what this store wrote itself is believed to be what it was.

export function storedDelivery(text: string): Delivery {
  return JSON.parse(text) as Delivery;
}

export function storedTask(text: string): LaneTask {
  return JSON.parse(text) as LaneTask;
}

export function storedEntry(text: string): LedgerEntry {
  return JSON.parse(text) as LedgerEntry;
}

export function storedHold(text: string): Hold {
  return JSON.parse(text) as Hold;
}

export function storedSwitch(text: string): Switch {
  return JSON.parse(text) as Switch;
}

export function storedBranch(text: string): IndexedBranch {
  return JSON.parse(text) as IndexedBranch;
}
