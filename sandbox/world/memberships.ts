import { accountOf, childrenOf, teamOf } from "./accounts.ts";
import type { Permission, Repo, Team } from "./entities.ts";
import { emit, type State } from "./state.ts";
import { Rejection } from "./world.ts";

/** Rights that come and go: collaborators, teams and their repos, members of an organisation. Whoever listens is told. */

/** The right of a collaborator; `none` takes it away. */
export function setPermission(
  state: State,
  repo: Repo,
  login: string,
  permission: Permission,
  actor = repo.owner,
): void {
  const member = accountOf(state, login).login;
  const from = repo.collaborators.get(member) ?? "none";
  repo.collaborators.set(member, permission);
  if (from === permission) return;
  const action = from === "none" ? "added" : permission === "none" ? "removed" : "edited";
  emit(state, { kind: "member", action, repo, member, from, to: permission, actor });
}

/** @throws Rejection 404 for a team that is not there. */
function teamNamed(state: State, org: string, slug: string): Team {
  const team = teamOf(state, org, slug);
  if (team === null) throw new Rejection(404, "NOT_FOUND", "Not Found");
  return team;
}

export function joinTeam(
  state: State,
  org: string,
  slug: string,
  login: string,
  actor = org,
): void {
  const team = teamNamed(state, org, slug);
  const member = accountOf(state, login).login;
  team.pending.delete(member);
  team.members.add(member);
  emit(state, { kind: "membership", action: "added", team, member, actor });
}

export function leaveTeam(
  state: State,
  org: string,
  slug: string,
  login: string,
  actor = org,
): void {
  const team = teamNamed(state, org, slug);
  const member = accountOf(state, login).login;
  if (team.members.delete(member))
    emit(state, { kind: "membership", action: "removed", team, member, actor });
}

/** What a team may do in a repo of its organisation; `none` takes the repo from it. */
export function setTeamPermission(
  state: State,
  repo: Repo,
  slug: string,
  permission: Permission,
  actor = repo.owner,
): void {
  const team = teamNamed(state, repo.owner, slug);
  const from = repo.teams.get(team.slug) ?? "none";
  if (permission === "none") repo.teams.delete(team.slug);
  else repo.teams.set(team.slug, permission);
  if (from === permission) return;
  const told = { kind: "team", team, repo, from, actor } as const;
  if (from === "none") emit(state, { ...told, action: "added_to_repository" });
  else if (permission === "none") emit(state, { ...told, action: "removed_from_repository" });
  else emit(state, { ...told, action: "edited" });
}

/** With it goes what its members had by it. Teams below it go too, as on GitHub. */
export function deleteTeam(state: State, org: string, slug: string, actor = org): void {
  const team = teamNamed(state, org, slug);
  for (const below of childrenOf(state, team)) deleteTeam(state, org, below.slug, actor);
  state.teams.delete(`${org}/${slug}`.toLowerCase());
  for (const repo of state.repos.values()) if (repo.owner === team.org) repo.teams.delete(slug);
  emit(state, { kind: "team", action: "deleted", team, repo: null, from: "none", actor });
}

/** Out of the organisation, its teams and its repos. Only that is told, not each team and repo. */
export function removeMember(state: State, org: string, login: string, actor = org): void {
  const owner = accountOf(state, org).login;
  const member = accountOf(state, login).login;
  for (const team of state.teams.values()) {
    if (team.org !== owner) continue;
    team.members.delete(member);
    team.pending.delete(member);
  }
  for (const repo of state.repos.values())
    if (repo.owner === owner) repo.collaborators.delete(member);
  emit(state, { kind: "organization", action: "member_removed", org: owner, member, actor });
}
