import type { Config, Environment } from "../model/config.ts";
import type { OpenChange } from "../model/gate-reads.ts";
import type { LaneItem, LaneTask } from "../model/inbox.ts";
import { gateItem } from "./gate-item.ts";
import { touchedBy } from "./gate-places.ts";
import { isGated } from "./judge.ts";
import type { KnownRepo } from "./known-repo.ts";
import { delayAll, leadingTo, type Ran, settleAll } from "./ran.ts";
import { gated, NO_CONFIG } from "./run-gate.ts";
import type { RunParts } from "./run-place.ts";

/** What is told within so long of the first change is looked at together, in milliseconds: who is sorted into teams by a program comes by the hundred. */
const GATHER = 10_000;

/** People's rights changed: every open pull request for which they may matter is to be judged again. */
export async function runRights(
  { clock, gateReads, indexes }: RunParts,
  task: Extract<LaneTask, { kind: "rights" }>,
  group: readonly LaneItem[],
): Promise<Ran> {
  const first = Math.min(...group.map(({ receivedAt }) => Date.parse(receivedAt)));
  const at = new Date(first + GATHER);
  const why = task.why;
  if (at > clock.now()) return delayAll(group, { at, failed: false, detail: why });
  const known = await indexes.get(task.repo);
  const config = known?.config ?? null;
  if (known === null || config === null) return settleAll(group, gated(task, NO_CONFIG));
  const open = await gateReads.openChanges(known.repo);
  const concerned = open.filter((change) => isConcerned(known, config, change));
  const items = concerned.map(({ number }) => gateItem(known, number, why));
  const detail = `${why}: ${items.length} of ${open.length} open pull requests are judged again`;
  return leadingTo(items, settleAll(group, gated(task, detail)));
}

function isConcerned(
  known: KnownRepo,
  config: Config,
  { base: branch, files }: OpenChange,
): boolean {
  if (files === null) return true;
  const touched = touchedBy(known, config, { base: { branch }, files, filesComplete: true });
  return touched.config || touched.places.some(({ environment }) => asksForPeople(environment));
}

/** Whose gates, or whose merging, ask what somebody may. */
function asksForPeople(environment: Environment): boolean {
  return isGated(environment) || environment.merge === "approved";
}
