import type { components } from "@octokit/openapi-types";
import type { Account, Team } from "../../world/entities.ts";
import type { World } from "../../world/world.ts";
import type { Urls } from "../urls.ts";

export type Schemas = components["schemas"];

/** Text that GitHub's description wants and the sandbox has no use for. */
const NEVER = "1970-01-01T00:00:00Z";

export function simpleUser(urls: Urls, account: Account) {
  const api = `${urls.api}/users/${encodeURIComponent(account.login)}`;
  return {
    login: account.login,
    id: account.id,
    node_id: account.nodeId,
    avatar_url: `${urls.web}/_avatars/${account.id}`,
    gravatar_id: "",
    url: api,
    html_url: `${urls.web}/${encodeURIComponent(account.login)}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type: account.type,
    site_admin: false,
  } satisfies Schemas["simple-user"];
}

/** The account with this login, or GitHub's stand-in for deleted ones. */
export function accountOf(world: World, login: string): Account {
  const known = world.accounts.get(login);
  if (known !== undefined) return known;
  const wanted = login.toLowerCase();
  const found = [...world.accounts.values()].find((a) => a.login.toLowerCase() === wanted);
  return found ?? { id: 10137, nodeId: "U_ghost", login: "ghost", type: "User", name: "Ghost" };
}

export function userByLogin(world: World, urls: Urls, login: string) {
  return simpleUser(urls, accountOf(world, login));
}

export function userOrNull(world: World, urls: Urls, login: string | null) {
  return login === null ? null : userByLogin(world, urls, login);
}

export function publicUser(urls: Urls, account: Account): Schemas["public-user"] {
  return {
    ...simpleUser(urls, account),
    name: account.name,
    company: null,
    blog: null,
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: NEVER,
    updated_at: NEVER,
  };
}

export function team(urls: Urls, from: Team): Schemas["team"] {
  const api = `${urls.api}/organizations/${encodeURIComponent(from.org)}/team/${from.id}`;
  return {
    id: from.id,
    node_id: from.nodeId,
    name: from.name,
    slug: from.slug,
    description: null,
    privacy: "closed",
    permission: "pull",
    type: "organization",
    url: api,
    html_url: `${urls.web}/orgs/${encodeURIComponent(from.org)}/teams/${from.slug}`,
    members_url: `${api}/members{/member}`,
    repositories_url: `${api}/repos`,
    parent: null,
  };
}
