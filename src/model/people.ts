import type { CdRepo } from "./forge.ts";

/** What somebody may do in a repo, as the host says now. */
export type RepoRight = "admin" | "maintain" | "write" | "triage" | "read" | "none";

/** PORT. Who may what. Asked when it matters, never remembered. Throws `ForgeUnavailable` when the host cannot be asked: nobody may then. */
export interface People {
  rightOf(repo: CdRepo, login: string): Promise<RepoRight>;
  /** `team`: slug of a team of the repo's owner. `false` also where the host does not tell. */
  isInTeam(repo: CdRepo, team: string, login: string): Promise<boolean>;
}
