import picomatch from "picomatch";
import { normalPath } from "../../decide/environment-paths.ts";

const GLOB = /[*?[\]{}]/;

/** Whether a folder may fit both paths of a config. `true` where it cannot be ruled out. */
export function mayOverlap(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => normalPath(path).replaceAll("{component}", "*"));
  if (a === undefined || b === undefined || spansFolders(a) || spansFolders(b)) return true;
  return foldersMeet(a.split("/"), b.split("/"));
}

/** `{a/b,c}`: its parts are no folders by themselves. */
function spansFolders(path: string): boolean {
  return /\{[^}]*\//.test(path);
}

function foldersMeet(a: readonly string[], b: readonly string[]): boolean {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const [left, right] = [a[index], b[index]];
    // Two stars stand for any number of folders, in one part with other text too.
    if (left?.includes("**") || right?.includes("**")) return true;
    if (left === undefined || right === undefined || !namesMeet(left, right)) return false;
  }
  return true;
}

function namesMeet(a: string, b: string): boolean {
  const [left, right] = [GLOB.test(a), GLOB.test(b)];
  if (left && right) return true;
  if (!left && !right) return a === b;
  const [glob, name] = left ? [a, b] : [b, a];
  return picomatch.isMatch(name, glob, { dot: true, noextglob: true, nonegate: true });
}
