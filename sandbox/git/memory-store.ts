import { logOf, mergeBaseOf, reachable } from "./commit-graph.ts";
import { type FileEntry, filesInTheWay, mergeFiles } from "./merge-files.ts";
import { mergeText } from "./merge-text.ts";
import {
  compareBytes,
  decodeCommit,
  decodeTree,
  EMPTY_TREE,
  encodeCommit,
  encodeTree,
  type ObjectType,
  objectOid,
  sortedEntries,
  typeOfMode,
} from "./object-format.ts";
import type { Commit, ObjectStore, Oid, RefUpdate, TreeChange, TreeEntry } from "./object-store.ts";
import { findConflict } from "./ref-rules.ts";
import { treeWith } from "./tree-edit.ts";

/** A store in this process: the same ids as git, nothing on disk, no other process. Its merges do not follow renames: they conflict. */
export function createMemoryStore(): ObjectStore {
  return new MemoryStore();
}

class MemoryStore implements ObjectStore {
  readonly #blobs = new Map<Oid, Buffer>();
  readonly #trees = new Map<Oid, readonly TreeEntry[]>([[EMPTY_TREE, []]]);
  readonly #commits = new Map<Oid, Commit>();
  readonly #refs = new Map<string, Oid>();

  async refs(prefix = ""): Promise<ReadonlyMap<string, Oid>> {
    const found = [...this.#refs].filter(([name]) => name.startsWith(prefix));
    return new Map(found.sort(([a], [b]) => compareBytes(a, b)));
  }

  async readRef(name: string): Promise<Oid | null> {
    return this.#refs.get(name) ?? null;
  }

  async updateRefs(
    updates: readonly RefUpdate[],
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly conflict: string }> {
    const conflict = findConflict(this.#refs, updates);
    if (conflict !== null) return { ok: false, conflict };
    for (const { name, after } of updates) if (after !== null) this.#requireTarget(name, after);
    for (const { name, after } of updates) {
      if (after === null) this.#refs.delete(name);
      else this.#refs.set(name, after);
    }
    return { ok: true };
  }

  async typeOf(oid: Oid): Promise<ObjectType | null> {
    return this.#typeOf(oid);
  }

  async readBlob(oid: Oid): Promise<Buffer | null> {
    const bytes = this.#blobs.get(oid);
    return bytes === undefined ? null : Buffer.from(bytes);
  }

  async readTree(oid: Oid): Promise<readonly TreeEntry[] | null> {
    return this.#trees.get(oid) ?? null;
  }

  async readCommit(oid: Oid): Promise<Commit | null> {
    return this.#commits.get(oid) ?? null;
  }

  async writeBlob(bytes: Uint8Array): Promise<Oid> {
    return this.#writeBlob(bytes);
  }

  async writeTree(entries: readonly TreeEntry[]): Promise<Oid> {
    const sorted = sortedEntries(entries);
    for (const { mode, oid } of sorted) {
      // The commit of a submodule is in another repo.
      if (mode !== "160000") this.#require(typeOfMode(mode), oid);
    }
    const bytes = encodeTree(sorted);
    const oid = objectOid("tree", bytes);
    if (!this.#trees.has(oid)) this.#trees.set(oid, decodeTree(bytes));
    return oid;
  }

  async writeCommit(commit: Omit<Commit, "oid">): Promise<Oid> {
    const bytes = encodeCommit(commit);
    this.#require("tree", commit.tree);
    for (const parent of commit.parents) this.#require("commit", parent);
    const oid = objectOid("commit", bytes);
    if (!this.#commits.has(oid)) this.#commits.set(oid, decodeCommit(oid, bytes));
    return oid;
  }

  async log(
    from: Oid,
    options: { readonly not?: readonly Oid[]; readonly limit?: number } = {},
  ): Promise<readonly Oid[]> {
    return logOf(this.#commit, from, options.not ?? [], options.limit ?? Number.POSITIVE_INFINITY);
  }

  async mergeBase(a: Oid, b: Oid): Promise<Oid | null> {
    return mergeBaseOf(this.#commit, a, b);
  }

  async isAncestor(ancestor: Oid, of: Oid): Promise<boolean> {
    this.#require("commit", ancestor);
    return reachable(this.#commit, [of]).has(ancestor);
  }

  async diffTrees(a: Oid | null, b: Oid | null): Promise<readonly TreeChange[]> {
    return this.#diff(a, b);
  }

  async mergeTrees(
    ours: Oid,
    theirs: Oid,
  ): Promise<{ readonly tree: Oid } | { readonly conflicts: readonly string[] }> {
    const base = mergeBaseOf(this.#commit, ours, theirs);
    const baseTree = base === null ? null : this.#commit(base).tree;
    const ourTree = this.#commit(ours).tree;
    const { edits, conflicts } = mergeFiles(
      this.#diff(baseTree, ourTree),
      this.#diff(baseTree, this.#commit(theirs).tree),
      this.#mergeBlobs,
    );
    const blocked = filesInTheWay(this.#pathsAfter(ourTree, edits));
    const all = [...new Set([...conflicts, ...blocked])].sort(compareBytes);
    if (all.length > 0) return { conflicts: all };
    const puts = [...edits].flatMap(([path, to]) => (to === null ? [] : [{ path, ...to }]));
    const gone = [...edits].flatMap(([path, to]) => (to === null ? [path] : []));
    return { tree: await treeWith(this, ourTree, puts, gone) };
  }

  async close(): Promise<void> {
    // Nothing is held open.
  }

  readonly #commit = (oid: Oid): Commit => {
    const commit = this.#commits.get(oid);
    if (commit === undefined) throw new Error(`no commit ${oid}`);
    return commit;
  };

  readonly #mergeBlobs = (base: Oid, ours: Oid, theirs: Oid): Oid | null => {
    const merged = mergeText(this.#blob(base), this.#blob(ours), this.#blob(theirs));
    return merged === null ? null : this.#writeBlob(merged);
  };

  #typeOf(oid: Oid): ObjectType | null {
    if (this.#blobs.has(oid)) return "blob";
    if (this.#trees.has(oid)) return "tree";
    return this.#commits.has(oid) ? "commit" : null;
  }

  #require(type: ObjectType, oid: Oid): void {
    if (this.#typeOf(oid) !== type) throw new Error(`no ${type} ${oid}`);
  }

  #requireTarget(name: string, oid: Oid): void {
    const type = this.#typeOf(oid);
    if (type === null || (type !== "commit" && name.startsWith("refs/heads/"))) {
      throw new Error(`${name} cannot point to ${oid}: ${type ?? "no such object"}`);
    }
  }

  #blob(oid: Oid): Buffer {
    const bytes = this.#blobs.get(oid);
    if (bytes === undefined) throw new Error(`no blob ${oid}`);
    return bytes;
  }

  #tree(oid: Oid): readonly TreeEntry[] {
    const entries = this.#trees.get(oid);
    if (entries === undefined) throw new Error(`no tree ${oid}`);
    return entries;
  }

  #writeBlob(bytes: Uint8Array): Oid {
    const oid = objectOid("blob", bytes);
    if (!this.#blobs.has(oid)) this.#blobs.set(oid, Buffer.from(bytes));
    return oid;
  }

  #diff(a: Oid | null, b: Oid | null): readonly TreeChange[] {
    const changes: TreeChange[] = [];
    this.#collectChanges(a ?? EMPTY_TREE, b ?? EMPTY_TREE, "", changes);
    return changes.sort((x, y) => compareBytes(x.path, y.path));
  }

  /** Folders with the same id on both sides are not entered. */
  #collectChanges(a: Oid, b: Oid, folder: string, changes: TreeChange[]): void {
    const [left, right] = [a, b].map((oid) => new Map(this.#tree(oid).map((e) => [e.name, e])));
    for (const name of new Set([...(left?.keys() ?? []), ...(right?.keys() ?? [])])) {
      const [before, after] = [left?.get(name), right?.get(name)];
      if (before?.oid === after?.oid && before?.mode === after?.mode) continue;
      const path = `${folder}${name}`;
      const change = { path, before: fileOf(before), after: fileOf(after) };
      if (change.before !== null || change.after !== null) changes.push(change);
      const [from, to] = [folderOf(before), folderOf(after)];
      if (from !== to) this.#collectChanges(from, to, `${path}/`, changes);
    }
  }

  /** Paths of all files of a tree once the edits are made. */
  #pathsAfter(tree: Oid, edits: ReadonlyMap<string, FileEntry | null>): Set<string> {
    const paths = new Set(this.#diff(null, tree).map((change) => change.path));
    for (const [path, to] of edits) {
      if (to === null) paths.delete(path);
      else paths.add(path);
    }
    return paths;
  }
}

function fileOf(entry: TreeEntry | undefined): FileEntry | null {
  if (entry === undefined || entry.mode === "040000") return null;
  return { mode: entry.mode, oid: entry.oid };
}

function folderOf(entry: TreeEntry | undefined): Oid {
  return entry?.mode === "040000" ? entry.oid : EMPTY_TREE;
}
