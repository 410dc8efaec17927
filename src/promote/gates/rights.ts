import type { Environment } from "../../model/config.ts";
import type { RepoRight } from "../../model/people.ts";
import type { Standing } from "./facts.ts";

const WRITERS: readonly RepoRight[] = ["write", "maintain", "admin"];

/** Whether somebody may write to the repo and is in one of the teams; no teams: whoever may write. */
export function isEntitled(standing: Standing | undefined, teams: readonly string[]): boolean {
  if (standing === undefined || !WRITERS.includes(standing.right)) return false;
  return teams.length === 0 || teams.some((team) => standing.teams.includes(team));
}

/** Whether somebody may leave a step of the ladder out: maintainers and admins, and people with write in the teams of `allow.skip`. */
export function maySkip(standing: Standing | undefined, { allow }: Environment): boolean {
  if (standing?.right === "maintain" || standing?.right === "admin") return true;
  return allow.skip.length > 0 && isEntitled(standing, allow.skip);
}
