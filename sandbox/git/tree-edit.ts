import { EMPTY_TREE, isEntryName } from "./object-format.ts";
import type { ObjectStore, Oid, TreeEntry } from "./object-store.ts";

/** A file to put into a tree: its bytes, or an object that stands in the store. Without a mode an existing file keeps its own. */
export type TreeAddition =
  | { readonly path: string; readonly content: Uint8Array; readonly mode?: string }
  | { readonly path: string; readonly oid: Oid; readonly mode?: string };

/** A tree cannot be edited as asked, because of `path`. */
export class TreeEditError extends Error {
  override readonly name = "TreeEditError";
  readonly path: string;
  /** `absent`: nothing there to delete; `invalid`: no path of a git tree; `overlap`: a file is to be put below another one. */
  readonly reason: "absent" | "invalid" | "overlap";
  constructor(path: string, reason: TreeEditError["reason"]) {
    super(`cannot edit ${JSON.stringify(path)}: ${reason}`);
    this.path = path;
    this.reason = reason;
  }
}

interface Edit {
  readonly path: string;
  remove: boolean;
  put: TreeAddition | null;
  /** Something is put below. */
  putsBelow: boolean;
  readonly children: Map<string, Edit>;
}

/**
 * What stands at `path` in a commit: a file, a folder (`040000`), a symlink or a submodule. The empty path is the root.
 * `null`: nothing, or no such commit.
 */
export async function fileAt(
  store: ObjectStore,
  commit: Oid,
  path: string,
): Promise<{ readonly mode: string; readonly oid: Oid } | null> {
  const found = await store.readCommit(commit);
  return found === null ? null : entryAt(store, found.tree, path);
}

/** What stands at `path` below a tree, as `fileAt`. */
export async function entryAt(
  store: ObjectStore,
  tree: Oid,
  path: string,
): Promise<{ readonly mode: string; readonly oid: Oid } | null> {
  let here = { mode: "040000", oid: tree };
  for (const name of path === "" ? [] : path.split("/")) {
    if (here.mode !== "040000") return null;
    const entry = (await store.readTree(here.oid))?.find((e) => e.name === name);
    if (entry === undefined) return null;
    here = { mode: entry.mode, oid: entry.oid };
  }
  return here;
}

/** Entries of a tree, with `recursive` those of its folders too (the folder itself first), in git's order. `null`: no such tree. */
export async function listTree(
  store: ObjectStore,
  tree: Oid,
  recursive: boolean,
): Promise<readonly { path: string; mode: string; oid: Oid }[] | null> {
  const entries = await store.readTree(tree);
  if (entries === null) return null;
  const listed: { path: string; mode: string; oid: Oid }[] = [];
  for (const { name, mode, oid } of entries) {
    listed.push({ path: name, mode, oid });
    if (!recursive || mode !== "040000") continue;
    for (const below of (await listTree(store, oid, true)) ?? []) {
      listed.push({ ...below, path: `${name}/${below.path}` });
    }
  }
  return listed;
}

/**
 * Writes the tree that `base` becomes when `deletions` (files or folders) are gone and then `additions` stand there.
 * What stands in the way of an addition is replaced; folders without files vanish; an existing file keeps its mode,
 * a new one gets `100644`. `base: null`: the empty tree. Throws `TreeEditError`; nothing but unused objects is left then.
 */
export async function treeWith(
  store: ObjectStore,
  base: Oid | null,
  additions: readonly TreeAddition[],
  deletions: readonly string[] = [],
): Promise<Oid> {
  const root = newEdit("");
  for (const path of deletions) editAt(root, path, false).remove = true;
  for (const addition of additions) {
    const edit = editAt(root, addition.path, true);
    if (edit.put !== null || edit.putsBelow) throw new TreeEditError(edit.path, "overlap");
    edit.put = addition;
  }
  return (await applied(store, base, root)) ?? store.writeTree([]);
}

function newEdit(path: string): Edit {
  return { path, remove: false, put: null, putsBelow: false, children: new Map() };
}

function editAt(root: Edit, path: string, putting: boolean): Edit {
  let edit = root;
  for (const name of path.split("/")) {
    if (!isEntryName(name)) throw new TreeEditError(path, "invalid");
    if (putting && edit.put !== null) throw new TreeEditError(path, "overlap");
    edit.putsBelow ||= putting;
    const child = edit.children.get(name) ?? newEdit(edit === root ? name : `${edit.path}/${name}`);
    edit.children.set(name, child);
    edit = child;
  }
  return edit;
}

/** The edited folder; `null` when nothing is left in it. */
async function applied(store: ObjectStore, base: Oid | null, edit: Edit): Promise<Oid | null> {
  const before = base === null || base === EMPTY_TREE ? [] : await store.readTree(base);
  if (before === null) throw new Error(`no tree ${base}`);
  const entries = new Map(before.map((entry) => [entry.name, entry]));
  for (const [name, child] of edit.children) {
    const next = await edited(store, name, entries.get(name), child);
    if (next === null) entries.delete(name);
    else entries.set(name, next);
  }
  return entries.size === 0 ? null : store.writeTree([...entries.values()]);
}

async function edited(
  store: ObjectStore,
  name: string,
  old: TreeEntry | undefined,
  edit: Edit,
): Promise<TreeEntry | null> {
  if (edit.remove && old === undefined) throw new TreeEditError(edit.path, "absent");
  if (edit.put !== null) return putEntry(store, name, old, edit.put);
  const kept = edit.remove ? null : (old ?? null);
  // A folder that goes as a whole takes what else is to go from it along.
  if (edit.children.size === 0 || (edit.remove && !edit.putsBelow)) return kept;
  const oid = await applied(store, kept?.mode === "040000" ? kept.oid : null, edit);
  return oid === null ? null : { name, mode: "040000", oid };
}

async function putEntry(
  store: ObjectStore,
  name: string,
  old: TreeEntry | undefined,
  put: TreeAddition,
): Promise<TreeEntry> {
  const oid = "oid" in put ? put.oid : await store.writeBlob(put.content);
  return { name, mode: put.mode ?? keptMode(old), oid };
}

function keptMode(old: TreeEntry | undefined): string {
  return old?.mode === "100755" ? "100755" : "100644";
}
