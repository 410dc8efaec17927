import type { Label, Permission, Repo } from "../../world/entities.ts";
import type { World } from "../../world/world.ts";
import { repoApi, repoWeb, type Urls } from "../urls.ts";
import { type Schemas, userByLogin } from "./account.ts";

/** What an empty repo says its default branch will be called. */
const UNBORN = "main";

function links(urls: Urls, repo: Repo) {
  const api = repoApi(urls, repo);
  return {
    archive_url: `${api}/{archive_format}{/ref}`,
    assignees_url: `${api}/assignees{/user}`,
    blobs_url: `${api}/git/blobs{/sha}`,
    branches_url: `${api}/branches{/branch}`,
    collaborators_url: `${api}/collaborators{/collaborator}`,
    comments_url: `${api}/comments{/number}`,
    commits_url: `${api}/commits{/sha}`,
    compare_url: `${api}/compare/{base}...{head}`,
    contents_url: `${api}/contents/{+path}`,
    contributors_url: `${api}/contributors`,
    deployments_url: `${api}/deployments`,
    downloads_url: `${api}/downloads`,
    events_url: `${api}/events`,
    forks_url: `${api}/forks`,
    git_commits_url: `${api}/git/commits{/sha}`,
    git_refs_url: `${api}/git/refs{/sha}`,
    git_tags_url: `${api}/git/tags{/sha}`,
    hooks_url: `${api}/hooks`,
    issue_comment_url: `${api}/issues/comments{/number}`,
    issue_events_url: `${api}/issues/events{/number}`,
    issues_url: `${api}/issues{/number}`,
    keys_url: `${api}/keys{/key_id}`,
    labels_url: `${api}/labels{/name}`,
    languages_url: `${api}/languages`,
    merges_url: `${api}/merges`,
    milestones_url: `${api}/milestones{/number}`,
    notifications_url: `${api}/notifications{?since,all,participating}`,
    pulls_url: `${api}/pulls{/number}`,
    releases_url: `${api}/releases{/id}`,
    stargazers_url: `${api}/stargazers`,
    statuses_url: `${api}/statuses/{sha}`,
    subscribers_url: `${api}/subscribers`,
    subscription_url: `${api}/subscription`,
    tags_url: `${api}/tags`,
    teams_url: `${api}/teams`,
    trees_url: `${api}/git/trees{/sha}`,
    url: api,
  };
}

function counts(repo: Repo) {
  return {
    forks: 0,
    forks_count: 0,
    open_issues: 0,
    open_issues_count: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    size: 0,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: false,
    has_discussions: false,
    archived: repo.archived,
    disabled: false,
    visibility: repo.private ? "private" : "public",
  };
}

export function minimalRepository(world: World, urls: Urls, repo: Repo) {
  return {
    id: repo.id,
    node_id: repo.nodeId,
    name: repo.name,
    full_name: `${repo.owner}/${repo.name}`,
    private: repo.private,
    owner: userByLogin(world, urls, repo.owner),
    html_url: repoWeb(urls, repo),
    description: null,
    fork: repo.parent !== null,
    ...links(urls, repo),
  } satisfies Schemas["minimal-repository"];
}

export function repository(world: World, urls: Urls, repo: Repo) {
  const web = repoWeb(urls, repo);
  const git = {
    clone_url: `${web}.git`,
    git_url: `${web.replace(/^https?/, "git")}.git`,
    ssh_url: `git@${new URL(urls.web).hostname}:${repo.owner}/${repo.name}.git`,
    svn_url: web,
    mirror_url: null,
  };
  return {
    ...minimalRepository(world, urls, repo),
    ...links(urls, repo),
    ...counts(repo),
    ...git,
    default_branch: repo.defaultBranch ?? UNBORN,
    homepage: null,
    language: null,
    license: null,
    pushed_at: repo.pushedAt,
    created_at: repo.createdAt,
    updated_at: repo.pushedAt,
    allow_auto_merge: repo.allowAutoMerge,
    allow_merge_commit: repo.mergeMethods.has("merge"),
    allow_squash_merge: repo.mergeMethods.has("squash"),
    allow_rebase_merge: repo.mergeMethods.has("rebase"),
  } satisfies Schemas["repository"];
}

/** As `GET /repos/{owner}/{repo}` tells it to somebody with `permission`. */
export function fullRepository(
  world: World,
  urls: Urls,
  repo: Repo,
  permission: Permission,
): Schemas["full-repository"] {
  const parent = repo.parent === null ? undefined : world.repos.get(repo.parent);
  const origin = parent && repository(world, urls, parent);
  return {
    ...repository(world, urls, repo),
    network_count: 0,
    subscribers_count: 0,
    permissions: permissionFlags(permission),
    ...(origin === undefined ? {} : { parent: origin, source: origin }),
  };
}

export function permissionFlags(permission: Permission) {
  const rank = ["none", "read", "triage", "write", "maintain", "admin"].indexOf(permission);
  return {
    admin: rank >= 5,
    maintain: rank >= 4,
    push: rank >= 3,
    triage: rank >= 2,
    pull: rank >= 1,
  };
}

export function label(urls: Urls, repo: Repo, from: Label) {
  return {
    id: from.id,
    node_id: from.nodeId,
    url: `${repoApi(urls, repo)}/labels/${encodeURIComponent(from.name)}`,
    name: from.name,
    color: from.color,
    default: false,
    description: "",
  } satisfies Schemas["label"];
}

/** How an author stands to a repo, as GitHub names it. */
export function association(
  world: World,
  repo: Repo,
  login: string,
): Schemas["author-association"] {
  if (login.toLowerCase() === repo.owner.toLowerCase()) return "OWNER";
  const permission = world.permissionOf(repo, login);
  return permission === "none" || permission === "read" ? "NONE" : "COLLABORATOR";
}
