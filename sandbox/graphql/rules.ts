import type { Repo, Ruleset } from "../world/entities.ts";
import type { QueueSource } from "./sources.ts";

/** The rulesets that a branch falls under. */
export function rulesOf(repo: Repo, branch: string): readonly Ruleset[] {
  return repo.rulesets.filter((ruleset) =>
    ruleset.branches.some((pattern) =>
      pattern === "~DEFAULT_BRANCH" ? branch === repo.defaultBranch : matches(pattern, branch),
    ),
  );
}

function matches(pattern: string, branch: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(branch);
}

/** The merge queue of a branch, `null` where the rules have none. */
export function queueOf(repo: Repo, branch: string | null): QueueSource | null {
  const name = branch ?? repo.defaultBranch;
  if (name === null || !rulesOf(repo, name).some((ruleset) => ruleset.mergeQueue)) return null;
  return { __typename: "MergeQueue", repo, branch: name };
}
