import type { Commit, Oid } from "./object-store.ts";

/** Reads a commit that must be there; throws otherwise. */
export type CommitReader = (oid: Oid) => Commit;

/** All commits reachable from `tips`, themselves included. */
export function reachable(read: CommitReader, tips: readonly Oid[]): Set<Oid> {
  const seen = new Set<Oid>();
  const open = [...tips];
  for (let oid = open.pop(); oid !== undefined; oid = open.pop()) {
    if (seen.has(oid)) continue;
    seen.add(oid);
    open.push(...read(oid).parents);
  }
  return seen;
}

/**
 * Commits reachable from `from` and not from `not`, as `git rev-list --date-order` lists them: the newest first,
 * no parent before all of its children, and of equal times the one that was met first.
 */
export function logOf(
  read: CommitReader,
  from: Oid,
  not: readonly Oid[],
  limit: number,
): readonly Oid[] {
  const excluded = reachable(read, not);
  if (excluded.has(from)) return [];
  const children = countChildren(read, from, excluded);
  const ready: Commit[] = [read(from)];
  const listed: Oid[] = [];
  while (listed.length < limit) {
    const next = takeNewest(ready);
    if (next === null) break;
    listed.push(next.oid);
    for (const parent of next.parents) {
      const left = (children.get(parent) ?? 0) - 1;
      children.set(parent, left);
      if (left === 0) ready.push(read(parent));
    }
  }
  return listed;
}

/**
 * The best common ancestor of two commits: one that is not an ancestor of another common one. `null`: unrelated.
 * In criss-cross histories there are several; the newest is taken.
 */
export function mergeBaseOf(read: CommitReader, a: Oid, b: Oid): Oid | null {
  const ofA = reachable(read, [a]);
  const common = [...reachable(read, [b])].filter((oid) => ofA.has(oid));
  const below = reachable(
    read,
    common.flatMap((oid) => read(oid).parents),
  );
  const best = common.filter((oid) => !below.has(oid)).map(read);
  return takeNewest(best)?.oid ?? null;
}

function countChildren(read: CommitReader, from: Oid, excluded: ReadonlySet<Oid>) {
  const children = new Map<Oid, number>();
  for (const oid of reachable(read, [from])) {
    if (excluded.has(oid)) continue;
    for (const parent of read(oid).parents) {
      if (!excluded.has(parent)) children.set(parent, (children.get(parent) ?? 0) + 1);
    }
  }
  return children;
}

/** Takes the commit with the latest committer time out of `commits`; of equal ones the first. */
function takeNewest(commits: Commit[]): Commit | null {
  let newest = 0;
  for (const [index, commit] of commits.entries()) {
    if (commit.committer.time > (commits[newest]?.committer.time ?? 0)) newest = index;
  }
  return commits.splice(newest, 1)[0] ?? null;
}
