/** A remote kustomize resource with the git revision that its URL names. */
export interface RemoteRef {
  /** Source repo, `owner/name` in lower case. */
  readonly repo: string;
  /** Host in lower case: `github.com`. */
  readonly host: string;
  readonly ref: string;
  /** The URL as it stands in the file. */
  readonly url: string;
}

/** Names of a repo as people write it in `source:` or a URL: host (`null`: not named), owner and name. */
export interface RepoName {
  readonly host: string | null;
  readonly repo: string;
}

/**
 * Reads a resource that kustomize fetches from a git repo at a revision (`?ref=`):
 * `https://host/o/r//path?ref=x`, `ssh://git@host/o/r`, `git@host:o/r.git`, `host/o/r`, with or without `git::` before it.
 * `null` when it is a local path, or names no revision.
 */
export function parseRemoteRef(url: string): RemoteRef | null {
  const question = url.indexOf("?");
  if (question < 0) return null;
  const ref = new URLSearchParams(url.slice(question + 1)).get("ref");
  const name = parseRepoName(url.slice(0, question));
  if (!ref || name?.host == null) return null;
  return { repo: name.repo, host: name.host, ref, url };
}

/** Reads `owner/name`, or a URL of a repo with what may follow it. `null` when it is neither. */
export function parseRepoName(text: string): RepoName | null {
  const bare = text
    .trim()
    .replace(/^git::/, "")
    .replace(/^(https?|ssh|git):\/\//i, "");
  const [place = "", ...rest] = bare.replace(/^[\w.-]+@/, "").split("/");
  const scp = /^([\w.-]+):([\w.-]+)$/.exec(place);
  const segments = scp && !/^\d+$/.test(scp[2] ?? "") ? [scp[2] ?? "", ...rest] : rest;
  const host = (scp?.[1] ?? place).replace(/:\d+$/, "").toLowerCase();
  if (rest.length === 1 && bare === text.trim() && !scp && !host.includes(".")) {
    return repoName(null, place, rest[0]);
  }
  return host.includes(".") || host === "localhost"
    ? repoName(host, segments[0], segments[1])
    : null;
}

function repoName(host: string | null, owner: string | undefined, name: string | undefined) {
  const bare = name?.replace(/\.git$/, "");
  if (!owner || !bare || !/^[\w.-]+$/.test(owner) || !/^[\w.-]+$/.test(bare)) return null;
  return { host, repo: `${owner}/${bare}`.toLowerCase() };
}

/** Whether a remote resource comes from the repo that a `source:` names. Without a host any host will do. */
export function isFrom(ref: RemoteRef, source: RepoName): boolean {
  return ref.repo === source.repo && (source.host === null || source.host === ref.host);
}
