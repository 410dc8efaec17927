import type { ObjectStore, Oid } from "../git/object-store.ts";

/** A commit, its history and all their files, from one store into another. What is there already is not read again. */
export async function copyCommit(from: ObjectStore, to: ObjectStore, commit: Oid): Promise<void> {
  const missing: Oid[] = [];
  const open: Oid[] = [commit];
  const seen = new Set<Oid>();
  for (let oid = open.pop(); oid !== undefined; oid = open.pop()) {
    if (seen.has(oid) || (await to.typeOf(oid)) !== null) continue;
    seen.add(oid);
    missing.push(oid);
    open.push(...((await from.readCommit(oid))?.parents ?? []));
  }
  // Git accepts a commit only when its parents are known: write in topological order.
  const wanted = new Set(missing);
  const ordered = (await from.log(commit)).filter((oid) => wanted.has(oid)).reverse();
  for (const oid of ordered) await copyOneCommit(from, to, oid);
}

async function copyOneCommit(from: ObjectStore, to: ObjectStore, oid: Oid): Promise<void> {
  const commit = await from.readCommit(oid);
  if (commit === null) throw new Error(`Commit ${oid} is not in the store to copy from`);
  await copyTree(from, to, commit.tree);
  const { oid: _, ...content } = commit;
  const copied = await to.writeCommit(content);
  if (copied !== oid) throw new Error(`Commit ${oid} became ${copied} when it was copied`);
}

async function copyTree(from: ObjectStore, to: ObjectStore, oid: Oid): Promise<void> {
  if ((await to.typeOf(oid)) !== null) return;
  const entries = (await from.readTree(oid)) ?? [];
  for (const entry of entries) {
    if (entry.mode === "040000") await copyTree(from, to, entry.oid);
    else if (entry.mode !== "160000") {
      const blob = await from.readBlob(entry.oid);
      if (blob !== null) await to.writeBlob(blob);
    }
  }
  await to.writeTree(entries);
}
