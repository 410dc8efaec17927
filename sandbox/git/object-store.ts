/** Objects and refs of one git repo. Two adapters with the same ids: a bare git repo, and one in this process. */

export type Oid = string;

export interface TreeEntry {
  readonly name: string;
  /** As git writes it: `100644`, `100755`, `120000`, `040000`, `160000`. */
  readonly mode: string;
  readonly oid: Oid;
}

export interface Signature {
  readonly name: string;
  readonly email: string;
  /** Seconds since 1970. */
  readonly time: number;
}

export interface Commit {
  readonly oid: Oid;
  readonly tree: Oid;
  readonly parents: readonly Oid[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

export interface RefUpdate {
  /** Full name: `refs/heads/main`. */
  readonly name: string;
  /** What the ref must point to now; `null`: must not exist; absent: anything. */
  readonly before?: Oid | null;
  /** `null`: delete. */
  readonly after: Oid | null;
}

export interface TreeChange {
  readonly path: string;
  readonly before: { readonly mode: string; readonly oid: Oid } | null;
  readonly after: { readonly mode: string; readonly oid: Oid } | null;
}

export interface ObjectStore {
  /** Full ref names → ids, sorted by name. */
  refs(prefix?: string): Promise<ReadonlyMap<string, Oid>>;
  readRef(name: string): Promise<Oid | null>;
  /** All or nothing; `conflict` names the first ref that was not as it had to be. */
  updateRefs(
    updates: readonly RefUpdate[],
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly conflict: string }>;
  typeOf(oid: Oid): Promise<"blob" | "tree" | "commit" | "tag" | null>;
  readBlob(oid: Oid): Promise<Buffer | null>;
  readTree(oid: Oid): Promise<readonly TreeEntry[] | null>;
  readCommit(oid: Oid): Promise<Commit | null>;
  writeBlob(bytes: Uint8Array): Promise<Oid>;
  writeTree(entries: readonly TreeEntry[]): Promise<Oid>;
  writeCommit(commit: Omit<Commit, "oid">): Promise<Oid>;
  /** Commits reachable from `from` and not from any of `not`, newest first, at most `limit`. */
  log(
    from: Oid,
    options?: { readonly not?: readonly Oid[]; readonly limit?: number },
  ): Promise<readonly Oid[]>;
  mergeBase(a: Oid, b: Oid): Promise<Oid | null>;
  isAncestor(ancestor: Oid, of: Oid): Promise<boolean>;
  /** Files that differ between two trees (`null`: the empty tree), by path, recursive. */
  diffTrees(a: Oid | null, b: Oid | null): Promise<readonly TreeChange[]>;
  /** Three-way merge of two commits: the merged tree, or the paths in conflict. */
  mergeTrees(
    ours: Oid,
    theirs: Oid,
  ): Promise<{ readonly tree: Oid } | { readonly conflicts: readonly string[] }>;
  close(): Promise<void>;
}
