import type { Account, App, Installation, Permission, Repo, Team } from "./entities.ts";
import { emit, instant, newIds, type State } from "./state.ts";
import { Rejection } from "./world.ts";

/** People, bots, organisations, teams, Apps and their installations. */

const ranks: readonly Permission[] = ["none", "read", "triage", "write", "maintain", "admin"];

/** The account of a login. @throws Rejection 404 when nobody has it. */
export function accountOf(state: State, login: string): Account {
  const account = state.accounts.get(login.toLowerCase());
  if (account === undefined) throw new Rejection(404, "NOT_FOUND", `No account "${login}"`);
  return account;
}

export function addAccount(
  state: State,
  login: string,
  type: Account["type"],
  name = login,
): Account {
  const key = login.toLowerCase();
  if (state.accounts.has(key)) throw new Error(`The account "${login}" is there already`);
  const account: Account = { ...newIds(state, type), login, type, name };
  state.accounts.set(key, account);
  return account;
}

function teamKey(org: string, slug: string): string {
  return `${org}/${slug}`.toLowerCase();
}

export function addTeam(
  state: State,
  org: string,
  slug: string,
  members: readonly string[],
  pending: readonly string[] = [],
  parent: string | null = null,
): Team {
  const owner = accountOf(state, org).login;
  const loginsOf = (logins: readonly string[]) =>
    new Set(logins.map((login) => accountOf(state, login).login));
  const team: Team = {
    ...newIds(state, "Team"),
    org: owner,
    slug,
    name: slug,
    parent,
    members: loginsOf(members),
    pending: loginsOf(pending),
  };
  state.teams.set(teamKey(org, slug), team);
  return team;
}

export function teamOf(state: State, org: string, slug: string): Team | null {
  return state.teams.get(teamKey(org, slug)) ?? null;
}

/** Teams that are nested in a team. */
export function childrenOf(state: State, team: Team): readonly Team[] {
  return [...state.teams.values()].filter(
    ({ org, parent }) => org === team.org && parent === team.slug,
  );
}

/** With those of the teams below it: https://docs.github.com/rest/teams/members */
export function membersOf(state: State, team: Team): ReadonlySet<string> {
  const members = new Set(team.members);
  for (const child of childrenOf(state, team))
    for (const member of membersOf(state, child)) members.add(member);
  return members;
}

export function addApp(state: State, app: Omit<App, "id" | "bot" | "clientId">): App {
  const bot = addAccount(state, `${app.slug}[bot]`, "Bot");
  state.lastId += 1;
  const id = state.lastId;
  const added: App = { ...app, id, clientId: `Iv23sandbox${id}`, bot };
  state.apps.set(id, added);
  return added;
}

function idsOfRepos(state: State, account: string, names: readonly string[]): number[] {
  return names.map((name) => {
    const repo = findRepo(state, account, name.replace(/^.*\//, ""));
    if (repo === null) throw new Rejection(404, "NOT_FOUND", `No repo "${account}/${name}"`);
    return repo.id;
  });
}

/** A repo by its owner and name, in any case. */
export function findRepo(state: State, owner: string, name: string): Repo | null {
  const wanted = `${owner}/${name}`.toLowerCase();
  for (const repo of state.repos.values()) {
    if (`${repo.owner}/${repo.name}`.toLowerCase() === wanted) return repo;
  }
  return null;
}

export function install(
  state: State,
  app: number,
  account: string,
  repos: "all" | readonly string[],
): Installation {
  const owner = accountOf(state, account).login;
  const installation: Installation = {
    ...newIds(state, "Installation"),
    app,
    account: owner,
    selection: repos === "all" ? "all" : "selected",
    repos: new Set(repos === "all" ? [] : idsOfRepos(state, owner, repos)),
    suspended: false,
    createdAt: instant(state),
  };
  state.installations.set(installation.id, installation);
  emit(state, { kind: "installation", action: "created", installation, actor: owner });
  return installation;
}

/** @throws Rejection 404 for an id that no installation has (any more). */
function installationOf(state: State, id: number): Installation {
  const installation = state.installations.get(id);
  if (installation === undefined) throw new Rejection(404, "NOT_FOUND", "Not Found");
  return installation;
}

function reposCovered(state: State, installation: Installation): Repo[] {
  return [...state.repos.values()].filter(
    (repo) =>
      repo.owner === installation.account &&
      (installation.selection === "all" || installation.repos.has(repo.id)),
  );
}

export function setInstallationRepos(
  state: State,
  id: number,
  repos: readonly string[],
  actor: string,
): void {
  const installation = installationOf(state, id);
  const before = reposCovered(state, installation);
  installation.selection = "selected";
  installation.repos.clear();
  for (const repo of idsOfRepos(state, installation.account, repos)) installation.repos.add(repo);
  const after = reposCovered(state, installation);
  const added = after.filter((repo) => !before.includes(repo));
  const removed = before.filter((repo) => !after.includes(repo));
  const change = { kind: "installation_repositories", installation, actor } as const;
  if (added.length > 0) emit(state, { ...change, action: "added", added, removed: [] });
  if (removed.length > 0) emit(state, { ...change, action: "removed", added: [], removed });
}

export function suspend(state: State, id: number, suspended: boolean): void {
  const installation = installationOf(state, id);
  if (installation.suspended === suspended) return;
  installation.suspended = suspended;
  const action = suspended ? "suspend" : "unsuspend";
  emit(state, { kind: "installation", action, installation, actor: installation.account });
}

export function uninstall(state: State, id: number): void {
  const installation = installationOf(state, id);
  state.installations.delete(id);
  emit(state, {
    kind: "installation",
    action: "deleted",
    installation,
    actor: installation.account,
  });
}

/** Whether an installation reaches a repo now. */
export function covers(installation: Installation, repo: Repo): boolean {
  return (
    !installation.suspended &&
    installation.account === repo.owner &&
    (installation.selection === "all" || installation.repos.has(repo.id))
  );
}

/** The strongest of: owner, collaborator, team; else what everybody may (read, when the repo is public). */
export function permissionOf(state: State, repo: Repo, login: string): Permission {
  if (repo.owner.toLowerCase() === login.toLowerCase()) return "admin";
  const account = state.accounts.get(login.toLowerCase());
  if (account === undefined) return "none";
  let best: Permission = repo.private ? "none" : "read";
  const consider = (permission: Permission | undefined): void => {
    if (permission !== undefined && ranks.indexOf(permission) > ranks.indexOf(best)) {
      best = permission;
    }
  };
  consider(repo.collaborators.get(account.login));
  for (const [slug, permission] of repo.teams) {
    const team = teamOf(state, repo.owner, slug);
    if (team !== null && membersOf(state, team).has(account.login)) consider(permission);
  }
  return best;
}

/** Whether reviews of this person count and the person may push. */
export function mayWrite(state: State, repo: Repo, login: string): boolean {
  return ranks.indexOf(permissionOf(state, repo, login)) >= ranks.indexOf("write");
}
