import type { ArmedFault, Fault } from "../../sandbox/api/faults.ts";
import type { Repo } from "../../sandbox/world/entities.ts";
import type { Dice } from "./dice.ts";

const WRITES = [
  "createRef",
  "createCommitOnBranch",
  "createPullRequest",
  "updateRefs",
  "updatePullRequest",
];
const FAILURES = [
  { type: "UNPROCESSABLE", message: "Something went wrong while executing your query." },
  { type: "STALE_DATA", message: "Expected branch to point to another commit but it did not." },
];

/** A fault of GitHub's, as it happens on bad days. Limits are short, so that a run is. */
export function someFault(dice: Dice, push: (repo: Repo) => Promise<void>, repo: Repo): ArmedFault {
  const fault = kindOf(dice, () => push(repo));
  const anywhere = fault.kind.startsWith("webhook") || dice.chance(0.3);
  const at = dice.pick(["repository", ...WRITES]);
  return {
    fault,
    ...(anywhere ? {} : { at }),
    skip: dice.between(0, 2),
    times: dice.pick([1, 1, 1, 2, 3]),
  };
}

function kindOf(dice: Dice, move: () => Promise<void>): Fault {
  const retryAfter = dice.between(1, 2);
  const failed = dice.pick(FAILURES);
  return dice.pick<Fault>([
    { kind: "latency", ms: dice.between(5, 150) },
    { kind: "bad-gateway-before" },
    { kind: "bad-gateway-after" },
    { kind: "bad-gateway-after" },
    { kind: "reset-before" },
    { kind: "reset-after" },
    { kind: "secondary-limit", retryAfter },
    { kind: "too-many-requests", retryAfter },
    { kind: "moved-head", move },
    { kind: "field-fails", field: dice.pick([1, 2, 3]), ...failed },
    { kind: "field-fails", field: dice.pick([2, 3]), ...failed },
    { kind: "combined-refused", message: "Branch not found" },
    { kind: "webhook-lost" },
    { kind: "webhook-doubled" },
    { kind: "webhook-late", ms: dice.between(50, 1500) },
  ]);
}
