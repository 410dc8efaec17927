import type { HostHistory } from "../model/host-history.ts";
import type { Chore } from "./chore.ts";
import { compareProposals } from "./compare-proposals.ts";
import type { RoundParts } from "./every-repo.ts";
import { readIndexAgain } from "./read-index-again.ts";
import type { RegistryGate } from "./registry-gate.ts";
import { requestHooksAgain } from "./request-hooks-again.ts";
import { rereadImages } from "./reread-images.ts";
import type { TagMemories } from "./tag-memories.ts";

export interface CatchUpParts extends RoundParts {
  readonly history: HostHistory;
  readonly gate: RegistryGate;
  readonly tagMemories: TagMemories;
  /** Milliseconds from one reading of the registries' tags to the next; `null`: they are not read. */
  readonly reread: number | null;
}

/** What finds again what was missed. What each finds goes through the inbox. */
export function catchUpChores(parts: CatchUpParts): readonly Chore[] {
  const { gate, reread } = parts;
  const chores = [requestHooksAgain(parts), readIndexAgain(parts), compareProposals(parts)];
  if (reread === null) return chores;
  return [...chores, rereadImages({ ...parts, registry: gate.as("sweep") }, reread)];
}
