import type { Pull, Repo } from "../../world/entities.ts";

/** Where the page of a pull request stands. */
export function pullPath(repo: Repo, pull: Pull): string {
  return `/${repo.owner}/${repo.name}/pull/${pull.number}`;
}
