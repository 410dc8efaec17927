import type { Pull, Repo } from "../world/entities.ts";
import type { World } from "../world/world.ts";
import type { PageArgs } from "./connection.ts";
import { NotServed } from "./errors.ts";
import { type PullSource, pullSource } from "./sources.ts";

export type PullState = "OPEN" | "CLOSED" | "MERGED";

export interface PullArgs extends PageArgs {
  readonly headRefName?: string | null;
  readonly baseRefName?: string | null;
  readonly states?: readonly PullState[] | null;
  readonly labels?: readonly string[] | null;
  readonly orderBy?: {
    readonly field: "CREATED_AT" | "UPDATED_AT" | "COMMENTS" | (string & {});
    readonly direction: "ASC" | "DESC";
  } | null;
}

/** GitHub's word for a pull request's state: merged is not closed. */
export function stateOf(pull: Pull): PullState {
  if (pull.mergedAt !== null) return "MERGED";
  return pull.state === "open" ? "OPEN" : "CLOSED";
}

/** Pull requests of a repo as the arguments of its connections choose and order them. */
export function findPulls(world: World, repo: Repo, args: PullArgs): readonly PullSource[] {
  const found = world.pulls(repo).filter((pull) => isWanted(pull, args));
  return ordered(found, args).map((pull) => pullSource(repo, pull));
}

function isWanted(pull: Pull, args: PullArgs): boolean {
  if (args.headRefName != null && pull.headBranch !== args.headRefName) return false;
  if (args.baseRefName != null && pull.baseBranch !== args.baseRefName) return false;
  if (args.states != null && !args.states.includes(stateOf(pull))) return false;
  return args.labels == null || args.labels.some((name) => pull.labels.has(name));
}

function ordered(pulls: readonly Pull[], { orderBy }: PullArgs): readonly Pull[] {
  const byNumber = [...pulls].sort((a, b) => a.number - b.number);
  if (orderBy == null) return byNumber;
  const { field, direction } = orderBy;
  if (field !== "CREATED_AT" && field !== "UPDATED_AT") {
    throw new NotServed(`pull requests ordered by ${field}`);
  }
  const time = (pull: Pull) => Date.parse(field === "CREATED_AT" ? pull.createdAt : pull.updatedAt);
  byNumber.sort((a, b) => time(a) - time(b) || a.number - b.number);
  return direction === "DESC" ? byNumber.reverse() : byNumber;
}
