import { compareBytes } from "./object-format.ts";
import type { Oid, TreeChange } from "./object-store.ts";

export interface FileEntry {
  readonly mode: string;
  readonly oid: Oid;
}

/** What "theirs" brings into "ours": new states of files by path (`null`: deleted), and the paths in conflict. */
export interface FileMerge {
  readonly edits: ReadonlyMap<string, FileEntry | null>;
  readonly conflicts: readonly string[];
}

/** Merges the contents of three plain files; `null`: conflict. */
export type ContentMerge = (base: Oid, ours: Oid, theirs: Oid) => Oid | null;

/** Three-way merge of file lists, without looking for renames. Both change lists are against the merge base. */
export function mergeFiles(
  ours: readonly TreeChange[],
  theirs: readonly TreeChange[],
  mergeContent: ContentMerge,
): FileMerge {
  const changedByUs = new Map(ours.map((change) => [change.path, change]));
  const edits = new Map<string, FileEntry | null>();
  const conflicts: string[] = [];
  for (const change of theirs) {
    const our = changedByUs.get(change.path);
    if (our === undefined) {
      edits.set(change.path, change.after);
      continue;
    }
    if (isSame(our.after, change.after)) continue;
    const merged = mergeEntry(change.before, our.after, change.after, mergeContent);
    if (merged === null) conflicts.push(change.path);
    else edits.set(change.path, merged);
  }
  return { edits, conflicts };
}

/** Paths at which a file of `paths` stands where another path needs a folder, sorted. */
export function filesInTheWay(paths: Iterable<string>): readonly string[] {
  const all = new Set(paths);
  const blocked = new Set<string>();
  for (const path of all) {
    for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
      if (all.has(path.slice(0, at))) blocked.add(path.slice(0, at));
    }
  }
  return [...blocked].sort(compareBytes);
}

function mergeEntry(
  base: FileEntry | null,
  ours: FileEntry | null,
  theirs: FileEntry | null,
  mergeContent: ContentMerge,
): FileEntry | null {
  if (base === null || ours === null || theirs === null) return null;
  if (![base, ours, theirs].every(isPlainFile)) return null;
  const mode = ours.mode === base.mode ? theirs.mode : ours.mode;
  const oid = oneSided(base.oid, ours.oid, theirs.oid);
  const content = oid ?? mergeContent(base.oid, ours.oid, theirs.oid);
  return content === null ? null : { mode, oid: content };
}

/** The outcome when only one side changed the content, or both alike. */
function oneSided(base: Oid, ours: Oid, theirs: Oid): Oid | null {
  if (ours === base || ours === theirs) return theirs;
  return theirs === base ? ours : null;
}

function isPlainFile(entry: FileEntry): boolean {
  return entry.mode === "100644" || entry.mode === "100755";
}

function isSame(a: FileEntry | null, b: FileEntry | null): boolean {
  return a?.mode === b?.mode && a?.oid === b?.oid;
}
