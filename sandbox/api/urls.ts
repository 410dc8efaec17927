import type { Repo } from "../world/entities.ts";

/** Addresses of one sandbox, as a GitHub Enterprise Server has them: pages at the root, REST below `/api/v3`. */
export interface Urls {
  readonly web: string;
  readonly api: string;
}

/** `baseUrl`: `http://127.0.0.1:4100`, without a slash at the end. */
export function urlsOf(baseUrl: string): Urls {
  const web = baseUrl.replace(/\/+$/, "");
  return { web, api: `${web}/api/v3` };
}

export function repoApi(urls: Urls, repo: Repo): string {
  return `${urls.api}/repos/${repo.owner}/${repo.name}`;
}

export function repoWeb(urls: Urls, repo: Repo): string {
  return `${urls.web}/${repo.owner}/${repo.name}`;
}
