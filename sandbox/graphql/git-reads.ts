import type { Commit, ObjectStore, Oid, TreeEntry } from "../git/object-store.ts";

/**
 * Objects read while one document is executed, each once: forty `file(path:)` on one commit read its folders once.
 * Objects never change under their id, so sharing them is safe; refs are read afresh.
 */
export class GitReads {
  readonly #commits = new Map<ObjectStore, Map<Oid, Promise<Commit | null>>>();
  readonly #trees = new Map<ObjectStore, Map<Oid, Promise<readonly TreeEntry[] | null>>>();
  readonly #blobs = new Map<ObjectStore, Map<Oid, Promise<Buffer | null>>>();

  commit(store: ObjectStore, oid: Oid): Promise<Commit | null> {
    return once(this.#commits, store, oid, () => store.readCommit(oid));
  }

  tree(store: ObjectStore, oid: Oid): Promise<readonly TreeEntry[] | null> {
    return once(this.#trees, store, oid, () => store.readTree(oid));
  }

  blob(store: ObjectStore, oid: Oid): Promise<Buffer | null> {
    return once(this.#blobs, store, oid, () => store.readBlob(oid));
  }

  /** The entry at `path` below a tree, of whatever kind; `null` when there is none. */
  async entryAt(store: ObjectStore, tree: Oid, path: string): Promise<TreeEntry | null> {
    const parts = path.split("/");
    const name = parts.pop();
    let folder = tree;
    for (const part of parts) {
      const entry = await this.#child(store, folder, part);
      if (entry?.mode !== "040000") return null;
      folder = entry.oid;
    }
    return name === undefined ? null : this.#child(store, folder, name);
  }

  async #child(store: ObjectStore, tree: Oid, name: string): Promise<TreeEntry | null> {
    const entries = await this.tree(store, tree);
    return entries?.find((entry) => entry.name === name) ?? null;
  }
}

function once<T>(
  known: Map<ObjectStore, Map<Oid, Promise<T>>>,
  store: ObjectStore,
  oid: Oid,
  read: () => Promise<T>,
): Promise<T> {
  const ofStore = known.get(store) ?? new Map<Oid, Promise<T>>();
  known.set(store, ofStore);
  const answer = ofStore.get(oid) ?? read();
  ofStore.set(oid, answer);
  return answer;
}
