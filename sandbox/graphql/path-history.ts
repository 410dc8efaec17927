import type { Oid } from "../git/object-store.ts";
import type { Repo } from "../world/entities.ts";
import type { Context } from "./context.ts";

/**
 * Commits that changed a path, newest first, as `git log -- path` finds them: where a commit has the path as one of its parents
 * has it, only that parent is followed, so that a merge does not count beside what it merged.
 */
export async function pathHistory(
  context: Context,
  repo: Repo,
  tip: Oid,
  path: string,
): Promise<readonly Oid[]> {
  const at = async (oid: Oid) => {
    const commit = await context.reads.commit(repo.store, oid);
    const entry = commit && (await context.reads.entryAt(repo.store, commit.tree, path));
    return entry === null ? null : `${entry.mode} ${entry.oid}`;
  };
  const changed = new Set<Oid>();
  const followed = new Set<Oid>([tip]);
  for (const oid of followed) {
    const { parents = [] } = (await context.reads.commit(repo.store, oid)) ?? {};
    const here = await at(oid);
    const before = await Promise.all(parents.map(at));
    const same = parents[before.indexOf(here)];
    if (same === undefined && (here !== null || parents.length > 0)) changed.add(oid);
    for (const parent of same === undefined ? parents : [same]) followed.add(parent);
  }
  return (await repo.store.log(tip)).filter((oid) => changed.has(oid));
}
