import type { Repo } from "../world/entities.ts";
import { rulesOf } from "../world/rules.ts";
import type { QueueSource } from "./sources.ts";

/** The merge queue of a branch, `null` where the rules have none. */
export function queueOf(repo: Repo, branch: string | null): QueueSource | null {
  const name = branch ?? repo.defaultBranch;
  if (name === null || !rulesOf(repo, name).mergeQueue) return null;
  return { __typename: "MergeQueue", repo, branch: name };
}
