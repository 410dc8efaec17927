import type { Oid, RefUpdate } from "./object-store.ts";

// What git-check-ref-format(1) forbids anywhere in a name: control characters, space, ~^:?*[\, "..", "@{", "//".
const FORBIDDEN = /[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\//;

/** Whether `name` is a full ref name by git-check-ref-format(1). All refs of a store stand below `refs/`. */
export function isRefName(name: string): boolean {
  if (!name.startsWith("refs/") || FORBIDDEN.test(name)) return false;
  if (name.endsWith("/") || name.endsWith(".")) return false;
  return name.split("/").every((part) => !part.startsWith(".") && !part.endsWith(".lock"));
}

/**
 * The first update that cannot be made on `refs`, by name; `null`: all can. As git: names are checked, the values before
 * are compared, no ref is named twice, and none may be a folder of another (`a/b` and `a/b/c`), even of one that the same
 * transaction deletes.
 */
export function findConflict(
  refs: ReadonlyMap<string, Oid>,
  updates: readonly RefUpdate[],
): string | null {
  const names = new Set(refs.keys());
  for (const { name, after } of updates) if (after !== null) names.add(name);
  const folders = new Set([...names].flatMap(foldersOf));
  const isBlocked = (name: string) =>
    folders.has(name) || foldersOf(name).some((folder) => names.has(folder));
  const seen = new Set<string>();
  for (const update of updates) {
    const { name } = update;
    const now = refs.get(name) ?? null;
    if (seen.has(name) || !isRefName(name) || !isAsExpected(update, now)) return name;
    if (update.after !== null && now === null && isBlocked(name)) return name;
    seen.add(name);
  }
  return null;
}

function isAsExpected({ before }: RefUpdate, now: Oid | null): boolean {
  return before === undefined || before === now;
}

function foldersOf(name: string): string[] {
  const parts = name.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}
