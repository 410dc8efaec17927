import type { Permission, Repo } from "../world/entities.ts";
import type { World } from "../world/world.ts";
import { ApiError, FORBIDDEN_APP, notFound } from "./api-error.ts";
import type { AccessCheck, Caller, Level } from "./caller.ts";
import { loginOf } from "./caller.ts";
import type { Need, RepoNeed } from "./needs.ts";

const LADDER: readonly Permission[] = ["none", "read", "triage", "write", "maintain", "admin"];

function atLeast(has: Permission, needed: Permission): boolean {
  return LADDER.indexOf(has) >= LADDER.indexOf(needed);
}

/** What an App permission at a level means for a person: whoever may read may also open pull requests and comment. */
function personNeeds(permission: string, level: Level): Permission {
  if (permission === "administration") return "admin";
  if (level === "read" || permission === "pull_requests" || permission === "issues") return "read";
  return "write";
}

/** Whether granted App permissions hold one at a level. `metadata: read` comes with every installation. */
export function grants(
  permissions: Readonly<Record<string, string>>,
  permission: string,
  level: Level,
): boolean {
  const granted = permissions[permission] ?? (permission === "metadata" ? "read" : undefined);
  if (granted === undefined) return false;
  return level === "read" || granted === "write" || granted === "admin";
}

/** The check that REST, GraphQL and git over HTTP share. */
export function accessCheck(world: World): AccessCheck {
  return (caller, repo, permission, level) => {
    if (!isVisible(world, caller, repo)) return "not-found";
    return isAllowed(world, caller, repo, permission, level) ? "allowed" : "forbidden";
  };
}

function isAllowed(
  world: World,
  caller: Caller,
  repo: Repo,
  permission: string,
  level: Level,
): boolean {
  switch (caller.kind) {
    case "installation":
      if (caller.installation.suspended) return false;
      // Beyond its repos a token sees what everybody sees of public ones.
      if (!caller.repos.has(repo.id)) return level === "read";
      return grants(caller.permissions, permission, level);
    case "user":
      return personHas(world, repo, caller.login, personNeeds(permission, level));
    case "anonymous":
      return level === "read";
    case "app":
      return false;
  }
}

function isVisible(world: World, caller: Caller, repo: Repo): boolean {
  if (!repo.private) return true;
  if (caller.kind === "installation") return caller.repos.has(repo.id);
  return caller.kind === "user" && atLeast(world.permissionOf(repo, caller.login), "read");
}

/** Everybody may read a public repo, whatever the repo says about them. */
export function personHas(world: World, repo: Repo, login: string, needed: Permission): boolean {
  if (needed === "read" && !repo.private) return true;
  return atLeast(world.permissionOf(repo, login), needed);
}

/** Throws `ApiError` 401, 403 or 404 unless the caller may run an operation with this need. */
export function authorize(world: World, caller: Caller, need: Need, repo: Repo | null): void {
  if (caller.kind === "installation" && caller.installation.suspended)
    throw new ApiError(403, "This installation has been suspended");
  if (need.who === "anyone") return;
  if (need.who === "repo") authorizeRepo(world, caller, need, repo);
  else if (need.who === "organization") authorizeOrganization(caller, need);
  else authorizeKind(caller, need.who);
}

function authorizeKind(caller: Caller, who: "app" | "installation" | "user"): void {
  if (caller.kind === who) return;
  if (caller.kind === "anonymous") throw new ApiError(401, "Requires authentication");
  if (who === "app") throw new ApiError(401, "A JSON web token could not be decoded");
  throw new ApiError(403, FORBIDDEN_APP);
}

function authorizeOrganization(
  caller: Caller,
  need: { readonly permission: string; readonly level: Level },
): void {
  if (caller.kind === "user") return;
  if (caller.kind === "anonymous") throw new ApiError(401, "Requires authentication");
  if (caller.kind === "installation" && grants(caller.permissions, need.permission, need.level))
    return;
  throw new ApiError(403, FORBIDDEN_APP);
}

function authorizeRepo(world: World, caller: Caller, need: RepoNeed, repo: Repo | null): void {
  const check = accessCheck(world);
  if (repo === null) throw notFound();
  const answers = need.any.map((permission) => check(caller, repo, permission, need.level));
  if (answers.includes("not-found")) throw notFound();
  if (caller.kind === "anonymous" && need.level === "write")
    throw new ApiError(401, "Requires authentication");
  if (!answers.includes("allowed")) throw forbidden(caller);
  if (caller.kind !== "user") return;
  if (need.person === "none") throw new ApiError(403, "You must authenticate via a GitHub App.");
  if (!personHas(world, repo, caller.login, need.person)) throw forbidden(caller);
}

function forbidden(caller: Caller): ApiError {
  const message = caller.kind === "user" ? "Must have write access to Repository." : FORBIDDEN_APP;
  return new ApiError(403, message);
}

/** Whether the caller may change what `author` wrote: the author, or whoever may write to the repo. */
export function mayChange(world: World, caller: Caller, repo: Repo, author: string): boolean {
  if (caller.kind === "installation") return true;
  const login = loginOf(caller);
  if (login === null) return false;
  return login === author || personHas(world, repo, login, "write");
}

/** `x-accepted-github-permissions`: `contents=write; pull_requests=write`. */
export function acceptedPermissions(need: Need): string | null {
  if (need.who === "organization") return `${need.permission}=${need.level}`;
  if (need.who !== "repo") return null;
  return need.any.map((permission) => `${permission}=${need.level}`).join("; ");
}
