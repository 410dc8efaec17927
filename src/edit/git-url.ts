/** A git URL of a remote kustomize resource, taken apart as far as its ref is concerned. */
export interface GitUrl {
  /** Host in lower case, with a port if it has one. */
  readonly host: string;
  /** Path of the repo and what follows in it, in lower case, without the query. */
  readonly path: string;
  /** Value of `?ref=` (or of its older name `?version=`), decoded; `null`: it has none and follows the default branch. */
  readonly ref: string | null;
}

const WITH_SCHEME = /^(?:git::)?(?:https?|ssh|git):\/\/(?:[^/@]*@)?([^/]+)\/+(.*)$/i;
const GITHUB_SHORT = /^(?:git::)?(gh):\/*(.*)$/i;
const LIKE_SCP = /^(?:git::)?(?:[\w.-]+@)?([\w.-]+\.[\w-]+|localhost):\/*(?!\d+\/)(.*)$/i;
const BARE_HOST = /^(?:git::)?(?:[\w.-]+@)?([\w-]+(?:\.[\w-]+)+(?::\d+)?)\/+(.*)$/i;

/** Where the value of the ref stands in a URL. */
interface RefSpan {
  readonly start: number;
  readonly end: number;
}

/** Reads `https://host/o/r//path?ref=x`, `ssh://git@host/o/r`, `git@host:o/r`, `host.org/o/r/path?ref=x`, `gh:o/r?ref=x`. `null`: it is a path in this repo. */
export function readGitUrl(text: string): GitUrl | null {
  if (/^\.{0,2}\//.test(text)) return null;
  const [address = ""] = text.split(/[?#]/, 1);
  const parts =
    WITH_SCHEME.exec(address) ??
    GITHUB_SHORT.exec(address) ??
    LIKE_SCP.exec(address) ??
    BARE_HOST.exec(address);
  const [, host, path] = parts ?? [];
  if (host === undefined || path === undefined || host.startsWith(".")) return null;
  const span = refSpan(text);
  return {
    host: host.toLowerCase() === "gh" ? "github.com" : host.toLowerCase(),
    path: path.toLowerCase(),
    ref: span === null ? null : decode(text.slice(span.start, span.end)),
  };
}

/** The text of a URL with another ref; everything else as it was. Only for a URL that has a ref. */
export function withRef(text: string, ref: string): string {
  const span = refSpan(text);
  if (span === null) return text;
  // A slash needs no escape in a query; `+` would be read as a space.
  const written = encodeURIComponent(ref).replaceAll("%2F", "/");
  return text.slice(0, span.start) + written + text.slice(span.end);
}

/**
 * A test for "this URL comes from that repo". `repo`: `owner/name` at any host, a repo's URL at its host,
 * or a whole URL with its `ref`: that very text and no other.
 */
export function createRepoMatcher(repo: string): (text: string, url: GitUrl) => boolean {
  if (/[?#]/.test(repo)) return (text) => text === repo;
  const known = readGitUrl(repo);
  const path = (known?.path ?? repo.toLowerCase()).replace(/\/+$/, "").replace(/\.git$/, "");
  // The name of an owner alone would be the beginning of every repo of theirs.
  if (!path.includes("/") && !repo.endsWith(".git")) return () => false;
  return (_, url) => {
    if (known !== null && known.host !== url.host) return false;
    const rest = url.path.startsWith(path) ? url.path.slice(path.length) : null;
    return rest !== null && /^(\.git)?(\/|$)/.test(rest);
  };
}

/** kustomize takes the first `ref` of the query, and `version` where there is no `ref` or an empty one. */
function refSpan(text: string): RefSpan | null {
  const [address = ""] = text.split("#", 1);
  const question = address.indexOf("?");
  if (question < 0) return null;
  const spans: Partial<Record<string, RefSpan>> = {};
  for (const found of address.slice(question).matchAll(/[?&](ref|version)=([^&]*)/g)) {
    const [whole, name = "", value = ""] = found;
    const end = question + found.index + whole.length;
    spans[name] ??= { start: end - value.length, end };
  }
  const { ref = null, version = null } = spans;
  return ref !== null && (ref.end > ref.start || version === null) ? ref : version;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
