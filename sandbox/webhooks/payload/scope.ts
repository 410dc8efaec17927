import type { Account, Pull, Repo } from "../../world/entities.ts";
import type { World } from "../../world/world.ts";

/** What every builder needs: where things are looked up, and where their links lead. */
export interface Scope {
  readonly world: World;
  /** Of the pages, without a slash at the end: `http://127.0.0.1:4100`. */
  readonly html: string;
  /** Of the API, without a slash at the end: `http://127.0.0.1:4100/api/v3`. */
  readonly api: string;
}

export type Payload = Readonly<Record<string, unknown>>;

/** The account of a login that the world wrote itself. */
export function accountNamed(scope: Scope, login: string): Account {
  const account = scope.world.accounts.get(login.toLowerCase());
  if (account === undefined) throw new Error(`The world has no account "${login}"`);
  return account;
}

/** Where the head of a pull request of `repo` is; a repo that is gone by now is told as `repo` itself. */
export function headRepoOf(scope: Scope, repo: Repo, pull: Pull): Repo {
  return scope.world.repos.get(pull.headRepo) ?? repo;
}

export function apiOf(scope: Scope, repo: Repo): string {
  return `${scope.api}/repos/${repo.owner}/${repo.name}`;
}

export function htmlOf(scope: Scope, repo: Repo): string {
  return `${scope.html}/${repo.owner}/${repo.name}`;
}
