import picomatch from "picomatch";
import type { Config, Environment } from "../model/config.ts";

const NEVER_WRITTEN = /^\.git(hub)?(\/|$)/;
const CAPTURE = "tagboat0component0capture";

/** The folders that one `path` of an environment names. */
export interface PathMatcher {
  /** The component of a folder (`null`: the pattern names none), or `no` when the folder does not fit. */
  match(folder: string): { readonly component: string | null } | null;
}

/** Whether a path is one folder, without any glob or capture. */
export function isLiteralPath(pattern: string): boolean {
  return !/[*?[\]{}]/.test(pattern);
}

/** A path as it is compared: without `./` before and `/` behind it; the root is `""`. */
export function normalPath(pattern: string): string {
  const bare = pattern.replace(/^(\.\/)+/, "").replace(/\/+$/, "");
  return bare === "." ? "" : bare;
}

/**
 * What is wrong with a path of an environment, as a sentence that says what to do; `null` when it is fine.
 */
export function pathFault(pattern: string): string | null {
  if (pattern.length > 300) return "is longer than 300 characters";
  if (pattern.startsWith("/"))
    return "starts with `/`: write it from the root of the repo, without it";
  if (pattern.startsWith("!")) return "starts with `!`: name the folders that belong to it instead";
  if (pattern.split("/").includes(".."))
    return "has `..` in it: write it from the root of the repo";
  if (pattern.includes("\\")) return "has a backslash in it: separate folders by `/`";
  if (NEVER_WRITTEN.test(normalPath(pattern))) return "is a folder that is never written to";
  return isLiteralPath(pattern) ? null : globFault(pattern);
}

function globFault(pattern: string): string | null {
  if (/[()]/.test(pattern)) return "has ( or ) beside a glob: use {a,b} for alternatives";
  // Each star may share out the same text in many ways.
  if ((pattern.match(/\*+/g) ?? []).length > 6) return "has more than 6 stars";
  for (const [, inner] of pattern.matchAll(/\{([^{}]*)\}/g)) {
    if (inner === "component" || inner?.includes(",") || inner?.includes("..")) continue;
    return `has {${inner}} in it: only {component} can be captured, use * for other parts`;
  }
  try {
    compilePath(pattern);
  } catch {
    return "is not a glob that can be read";
  }
  return null;
}

const compiled = new Map<string, PathMatcher>();

/** Compiles one path. A literal path is that folder alone; `**` includes the folders below. */
export function compilePath(pattern: string): PathMatcher {
  const known = compiled.get(pattern);
  if (known) return known;
  const matcher = newMatcher(normalPath(pattern));
  // Patterns come from people's files: the memory that remembers them is bounded.
  if (compiled.size > 1000) compiled.clear();
  compiled.set(pattern, matcher);
  return matcher;
}

function newMatcher(pattern: string): PathMatcher {
  if (isLiteralPath(pattern)) {
    return { match: (folder) => (folder === pattern ? { component: null } : null) };
  }
  const source = picomatch.makeRe(pattern.replaceAll("{component}", CAPTURE), {
    dot: true,
    noextglob: true,
    nonegate: true,
  }).source;
  let first = true;
  const withGroup = source.replaceAll(CAPTURE, () => {
    if (!first) return "\\k<component>";
    first = false;
    return "(?<component>[^/]+)";
  });
  const regexp = new RegExp(withGroup);
  return {
    match(folder) {
      const found = regexp.exec(folder);
      return found === null ? null : { component: found.groups?.component ?? null };
    },
  };
}

/** A folder's environment and component. */
export interface FolderPlace {
  readonly environment: Environment;
  readonly component: string | null;
}

/** Every environment that a folder belongs to. More than one is a fault of the config. */
export function placesAt(config: Config, folder: string): readonly FolderPlace[] {
  if (NEVER_WRITTEN.test(folder)) return [];
  const places: FolderPlace[] = [];
  for (const environment of config.environments) {
    const place = placeIn(environment, folder);
    if (place !== null) places.push(place);
  }
  return places;
}

/** The environment and component of a folder (`""` for the root), or `null`. The first environment of the list wins. */
export function placeOf(config: Config, folder: string): FolderPlace | null {
  return placesAt(config, folder)[0] ?? null;
}

function placeIn(environment: Environment, folder: string): FolderPlace | null {
  for (const pattern of environment.path) {
    const found = compilePath(pattern).match(folder);
    if (found !== null) return { environment, component: found.component };
  }
  return null;
}
