import { ApiError, notFound } from "../api-error.ts";
import type { Handlers } from "../operation.ts";
import { accountOf, publicUser, simpleUser, team } from "../shapes/account.ts";
import { permissionFlags, repository } from "../shapes/repo.ts";

/** What the sandbox says of limits: far away. Limits are faults, armed on demand. */
export const RATE_LIMIT = 5000;

type MetaHandlers = Pick<
  Handlers,
  | "meta/root"
  | "meta/get"
  | "rate-limit/get"
  | "users/get-authenticated"
  | "users/get-by-username"
  | "teams/get-membership-for-user-in-org"
  | "teams/list-members-in-org"
  | "teams/check-permissions-for-repo-in-org"
>;

function rateLimit(now: Date) {
  const reset = Math.floor(now.getTime() / 1000) + 3600;
  return { limit: RATE_LIMIT, remaining: RATE_LIMIT, reset, used: 0 };
}

/** Paths of the root document; GitHub's has more. */
const ROOT_LINKS = {
  current_user_url: "/user",
  current_user_authorizations_html_url: "/settings/connections/applications{/client_id}",
  authorizations_url: "/authorizations",
  code_search_url: "/search/code?q={query}{&page,per_page,sort,order}",
  commit_search_url: "/search/commits?q={query}{&page,per_page,sort,order}",
  emails_url: "/user/emails",
  emojis_url: "/emojis",
  events_url: "/events",
  feeds_url: "/feeds",
  followers_url: "/user/followers",
  following_url: "/user/following{/target}",
  gists_url: "/gists{/gist_id}",
  issue_search_url: "/search/issues?q={query}{&page,per_page,sort,order}",
  issues_url: "/issues",
  keys_url: "/user/keys",
  label_search_url: "/search/labels?q={query}&repository_id={repository_id}{&page,per_page}",
  notifications_url: "/notifications",
  organization_url: "/orgs/{org}",
  organization_repositories_url: "/orgs/{org}/repos{?type,page,per_page,sort}",
  organization_teams_url: "/orgs/{org}/teams",
  public_gists_url: "/gists/public",
  rate_limit_url: "/rate_limit",
  repository_url: "/repos/{owner}/{repo}",
  repository_search_url: "/search/repositories?q={query}{&page,per_page,sort,order}",
  current_user_repositories_url: "/user/repos{?type,page,per_page,sort}",
  starred_url: "/user/starred{/owner}{/repo}",
  starred_gists_url: "/gists/starred",
  user_url: "/users/{user}",
  user_organizations_url: "/user/orgs",
  user_repositories_url: "/users/{user}/repos{?type,page,per_page,sort}",
  user_search_url: "/search/users?q={query}{&page,per_page,sort,order}",
} as const;

function rootLinks(api: string): Record<keyof typeof ROOT_LINKS, string> {
  const links: Record<string, string> = { ...ROOT_LINKS };
  for (const [name, path] of Object.entries(ROOT_LINKS)) links[name] = api + path;
  return links as Record<keyof typeof ROOT_LINKS, string>;
}

export const META: MetaHandlers = {
  "meta/root": ({ room }) => ({ status: 200, body: rootLinks(room.urls.api) }),
  "meta/get": () => ({ status: 200, body: { verifiable_password_authentication: false } }),
  "rate-limit/get": ({ room }) => {
    const rate = rateLimit(room.now());
    return { status: 200, body: { rate, resources: { core: rate, search: rate, graphql: rate } } };
  },
  "users/get-authenticated": ({ room, actor }) => ({
    status: 200,
    body: { ...publicUser(room.urls, accountOf(room.world, actor)), user_view_type: "public" },
  }),
  "users/get-by-username": ({ room, params }) => {
    const account = accountOf(room.world, params.username);
    if (account.login === "ghost") throw notFound();
    return { status: 200, body: { ...publicUser(room.urls, account), user_view_type: "public" } };
  },
  "teams/get-membership-for-user-in-org": ({ room, params, caller }) => {
    const found = room.world.team(params.org, params.team_slug);
    if (found === null || !seesOrganization(caller, params.org)) throw notFound();
    const invited = hasMember(found.pending, params.username);
    if (!invited && !hasMember(room.world.membersOf(found), params.username)) throw notFound();
    const url = `${team(room.urls, found).url}/memberships/${params.username}`;
    return { status: 200, body: { role: "member", state: invited ? "pending" : "active", url } };
  },
  "teams/list-members-in-org": ({ room, params, caller, page }) => {
    const found = room.world.team(params.org, params.team_slug);
    if (found === null || !seesOrganization(caller, params.org)) throw notFound();
    const members = page([...room.world.membersOf(found)]);
    const body = members.map((m) => simpleUser(room.urls, accountOf(room.world, m)));
    return { status: 200, body };
  },
  "teams/check-permissions-for-repo-in-org": ({ room, params, caller }) => {
    const found = room.world.team(params.org, params.team_slug);
    const repo = room.world.repo(params.owner, params.repo);
    if (found === null || repo === null || !seesOrganization(caller, params.org)) throw notFound();
    const permission = repo.teams.get(found.slug) ?? repo.teams.get(`${found.org}/${found.slug}`);
    if (permission === undefined) throw notFound();
    const shape = repository(room.world, room.urls, repo);
    const owner = simpleUser(room.urls, accountOf(room.world, repo.owner));
    const flags = permissionFlags(permission);
    if (repo.defaultBranch === null) throw new ApiError(404, "Not Found");
    return {
      status: 200,
      body: {
        ...shape,
        owner,
        permissions: flags,
        role_name: permission,
        network_count: 0,
        subscribers_count: 0,
        master_branch: repo.defaultBranch,
      },
    };
  },
};

function seesOrganization(
  caller: Parameters<MetaHandlers["teams/list-members-in-org"]>[0]["caller"],
  org: string,
): boolean {
  if (caller.kind !== "installation") return true;
  return caller.installation.account.toLowerCase() === org.toLowerCase();
}

function hasMember(members: ReadonlySet<string>, login: string): boolean {
  return [...members].some((member) => member.toLowerCase() === login.toLowerCase());
}
