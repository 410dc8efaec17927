import { trackedImage } from "../decide/image-pattern.ts";
import type { Environment } from "../model/config.ts";
import type { GateReport } from "../model/gate.ts";
import type { LaneTask, NewItem } from "../model/inbox.ts";
import type { PullFacts } from "../model/pulls.ts";
import { latestReviews } from "../promote/gates/approvals.ts";
import type { GateFacts } from "../promote/gates/facts.ts";
import { isEntitled } from "../promote/gates/rights.ts";
import type { KnownRepo } from "./known-repo.ts";
import { laneOf } from "./lane.ts";

/** Label of a proposal whose order nobody could tell: a person merges it. */
const ORDER_UNKNOWN = "order unknown";

/** The work of merging a pull request, where its gates are open and its environments let us; `null`: people merge it, or nothing is to be done. */
export function mergeItem(
  known: KnownRepo,
  pull: PullFacts,
  judged: { readonly report: GateReport; readonly facts: GateFacts | null },
): NewItem | null {
  if (judged.facts === null || !wantsMerge(known, pull, judged.facts, judged.report)) return null;
  const task: LaneTask = {
    kind: "merge",
    repo: known.fullName,
    base: pull.base.branch,
    pull: pull.number,
    headOid: pull.head.oid,
  };
  return { lane: laneOf(task, true), task };
}

/** Whether we are to merge it: a proposal proven ours, its gates open, and every environment that it changes says so. */
export function wantsMerge(
  known: KnownRepo,
  pull: PullFacts,
  facts: GateFacts,
  report: GateReport,
): boolean {
  const { kind } = facts.origin;
  const own = kind === "tracking" || kind === "promotion" || kind === "rollback";
  if (!own || facts.places.length === 0 || facts.config !== null) return false;
  if (known.config?.mode !== "act") return false;
  if (report.verdict !== "open" || pull.draft || pull.state !== "open") return false;
  // The label is for people, who may take it away; the commit says it too, signed.
  if ("orderUnknown" in facts.origin) return false;
  if (pull.labels.includes(ORDER_UNKNOWN) || !isVerified(known, facts)) return false;
  if (pull.queue === "queued" || pull.autoMerge === "on") return false;
  return facts.places.every(({ environment }) => mayMerge(facts, environment));
}

function mayMerge(facts: GateFacts, environment: Environment): boolean {
  if (environment.merge === "manual") return false;
  if (environment.merge === "auto") return true;
  return latestReviews(facts.pull.reviews).some(
    ({ author, commitOid, state }) =>
      state === "approved" &&
      !author.isBot &&
      commitOid === facts.pull.head.oid &&
      isEntitled(facts.people.get(author.id), environment.approvals.teams),
  );
}

/** What no registry was asked about is merged by people alone. */
function isVerified({ config }: KnownRepo, { places }: GateFacts): boolean {
  const images = places.flatMap(({ artifacts }) =>
    artifacts.filter(({ registry }) => registry !== null).map(({ name }) => name),
  );
  return images.every(
    (name) => config !== null && trackedImage(config, name)?.rule.verify !== "none",
  );
}
