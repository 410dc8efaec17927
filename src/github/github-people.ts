import { z } from "zod";
import { type CdRepo, ForgeDenied } from "../model/forge.ts";
import type { People, RepoRight } from "../model/people.ts";
import { Host, type HostOptions, inRepo } from "./host.ts";

/** The port `People` on GitHub: one request for each question, nothing remembered. */
export function createGithubPeople(options: HostOptions): People {
  const hostOf = (repo: CdRepo): Host => new Host(options, repo.installation);
  return {
    rightOf: (repo, login) => rightOf(hostOf(repo), repo, login),
    isInTeam: (repo, team, login) => isInTeam(hostOf(repo), repo, team, login),
  };
}

const RIGHTS = ["admin", "maintain", "write", "triage", "read", "none"] as const;
const Permission = z.object({ permission: z.string(), role_name: z.string().optional() });

// `permission` is GitHub's older word, which calls maintain "write" and triage "read"; `role_name` may be one that an
// organisation made up: https://docs.github.com/rest/collaborators/collaborators
async function rightOf(host: Host, repo: CdRepo, login: string): Promise<RepoRight> {
  const answer = await host.read("GET /repos/{owner}/{repo}/collaborators/{username}/permission", {
    ...inRepo(repo),
    username: login,
  });
  const said = Permission.safeParse(answer);
  if (!said.success) return "none";
  const { permission, role_name: role } = said.data;
  return known(role) ?? known(permission) ?? "none";
}

function known(word: string | undefined): RepoRight | undefined {
  return RIGHTS.find((right) => right === word);
}

const Membership = z.object({ state: z.string() });

/** A membership that is only offered (`pending`) is none. What the App may not see counts as no membership. */
async function isInTeam(host: Host, repo: CdRepo, team: string, login: string): Promise<boolean> {
  const route = "GET /orgs/{org}/teams/{team_slug}/memberships/{username}";
  try {
    const answer = await host.read(route, { org: repo.owner, team_slug: team, username: login });
    return Membership.safeParse(answer).data?.state === "active";
  } catch (error) {
    if (error instanceof ForgeDenied && error.reason === "permission-missing") return false;
    throw error;
  }
}
