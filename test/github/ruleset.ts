import type { Ruleset } from "../../sandbox/world/entities.ts";

/** Rules of the default branch that demand nothing but what `change` says. */
export function ruleset(change: Partial<Ruleset>): Ruleset {
  return {
    id: 1,
    name: "main",
    branches: ["~DEFAULT_BRANCH"],
    pullRequest: null,
    requiredChecks: [],
    upToDate: false,
    linearHistory: false,
    mergeQueue: false,
    ...change,
  };
}
