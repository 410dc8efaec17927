import type { Account, App, Repo, Team } from "../../world/entities.ts";
import type { Payload, Scope } from "./scope.ts";

/** A person, bot or organisation as GitHub shows it beside other things. */
export function userPayload(scope: Scope, account: Account): Payload {
  const url = `${scope.api}/users/${encodeURIComponent(account.login)}`;
  const app = account.type === "Bot" ? "apps/" : "";
  return {
    login: account.login,
    id: account.id,
    node_id: account.nodeId,
    avatar_url: `${scope.html}/avatars/u/${account.id}`,
    gravatar_id: "",
    url,
    html_url: `${scope.html}/${app}${account.login.replace(/\[bot\]$/, "")}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.type,
    site_admin: false,
  };
}

/** `organization` of a payload about an organisation's repo. */
export function organizationPayload(scope: Scope, account: Account): Payload {
  const url = `${scope.api}/orgs/${account.login}`;
  return {
    login: account.login,
    id: account.id,
    node_id: account.nodeId,
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${scope.html}/avatars/u/${account.id}`,
    description: "",
  };
}

export function teamPayload(scope: Scope, team: Team): Payload {
  const url = `${scope.api}/orgs/${team.org}/teams/${team.slug}`;
  return {
    id: team.id,
    node_id: team.nodeId,
    name: team.name,
    slug: team.slug,
    description: null,
    privacy: "closed",
    notification_setting: "notifications_enabled",
    permission: "pull",
    url,
    html_url: `${scope.html}/orgs/${team.org}/teams/${team.slug}`,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    parent: parentPayload(scope, team),
    type: "organization",
    organization_id: scope.world.accounts.get(team.org.toLowerCase())?.id ?? 0,
  };
}

/** The parent as it stands within its child: without a parent of its own. */
function parentPayload(scope: Scope, { org, parent }: Team): Payload | null {
  const above = parent === null ? null : scope.world.team(org, parent);
  if (above === null) return null;
  const { parent: _, ...payload } = teamPayload(scope, { ...above, parent: null });
  return payload;
}

/** An App as GitHub shows it beside a check run or comment ("integration"). Its owner is said to be its bot: the world knows no other. */
export function appPayload(scope: Scope, app: App): Payload {
  return {
    id: app.id,
    slug: app.slug,
    node_id: app.bot.nodeId,
    client_id: app.clientId,
    owner: userPayload(scope, app.bot),
    name: app.slug,
    description: "",
    external_url: scope.html,
    html_url: `${scope.html}/apps/${app.slug}`,
    created_at: "2026-01-01T00:00:00Z",
    updated_at: "2026-01-01T00:00:00Z",
    permissions: { ...app.permissions },
    events: [...app.events],
  };
}

/** What GitHub calls a person's relation to a repo. Not fit for deciding rights: real payloads show it as less than it is. */
export function authorAssociation(scope: Scope, repo: Repo, login: string): string {
  if (repo.owner === login) return "OWNER";
  if (repo.collaborators.has(login)) return "COLLABORATOR";
  const inTeam = [...repo.teams.keys()].some((slug) => {
    const team = scope.world.team(repo.owner, slug);
    return team !== null && scope.world.membersOf(team).has(login);
  });
  return inTeam ? "MEMBER" : "NONE";
}
