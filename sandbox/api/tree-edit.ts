import type { ObjectStore, Oid, TreeEntry } from "../git/object-store.ts";

/** What a path becomes: an entry, or nothing. */
export type TreeEdit = { readonly mode: string; readonly oid: Oid } | null;

const FOLDER = "040000";

/** The tree that `base` becomes with these edits; folders that lose their last file vanish, as in git. */
export async function editedTree(
  store: ObjectStore,
  base: Oid | null,
  edits: ReadonlyMap<string, TreeEdit>,
): Promise<Oid> {
  return store.writeTree(await edited(store, base, edits));
}

async function edited(
  store: ObjectStore,
  base: Oid | null,
  edits: ReadonlyMap<string, TreeEdit>,
): Promise<TreeEntry[]> {
  const before = base === null ? [] : ((await store.readTree(base)) ?? []);
  const entries = new Map(before.map((entry) => [entry.name, entry]));
  const { here, below } = split(edits);
  for (const [name, edit] of here) setEntry(entries, name, edit);
  for (const [name, inside] of below) {
    const known = entries.get(name);
    const left = await edited(store, known?.mode === FOLDER ? known.oid : null, inside);
    const folder = left.length === 0 ? null : await store.writeTree(left);
    setEntry(entries, name, folder === null ? null : { mode: FOLDER, oid: folder });
  }
  return [...entries.values()];
}

/** Edits of this folder's own entries, and those below each of its folders. */
function split(edits: ReadonlyMap<string, TreeEdit>) {
  const here = new Map<string, TreeEdit>();
  const below = new Map<string, Map<string, TreeEdit>>();
  for (const [path, edit] of edits) {
    const slash = path.indexOf("/");
    const folder = path.slice(0, slash);
    if (slash < 0) here.set(path, edit);
    else below.set(folder, (below.get(folder) ?? new Map()).set(path.slice(slash + 1), edit));
  }
  return { here, below };
}

function setEntry(entries: Map<string, TreeEntry>, name: string, edit: TreeEdit): void {
  if (edit === null) entries.delete(name);
  else entries.set(name, { name, ...edit });
}
