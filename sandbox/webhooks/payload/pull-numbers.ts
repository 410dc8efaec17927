import { diffIndices } from "node-diff3";
import type { ObjectStore, Oid } from "../../git/object-store.ts";

/** How much a pull request changes. */
export interface PullNumbers {
  readonly commits: number;
  readonly additions: number;
  readonly deletions: number;
  readonly changedFiles: number;
}

/** Counts what lies between the merge base of `base` and `head`, and `head`. Lines of binary files do not count. */
export async function pullNumbers(store: ObjectStore, base: Oid, head: Oid): Promise<PullNumbers> {
  const commits = await store.log(head, { not: [base] });
  const fork = await store.mergeBase(base, head);
  const before = fork === null ? null : ((await store.readCommit(fork))?.tree ?? null);
  const changes = await store.diffTrees(before, (await store.readCommit(head))?.tree ?? null);
  let additions = 0;
  let deletions = 0;
  for (const change of changes) {
    const was = await linesOf(store, change.before);
    const is = await linesOf(store, change.after);
    if (was === null || is === null) continue;
    for (const hunk of diffIndices(was, is)) {
      deletions += hunk.buffer1[1];
      additions += hunk.buffer2[1];
    }
  }
  return { commits: commits.length, additions, deletions, changedFiles: changes.length };
}

/** `null`: not text. */
async function linesOf(
  store: ObjectStore,
  file: { readonly mode: string; readonly oid: Oid } | null,
): Promise<string[] | null> {
  if (file === null) return [];
  const bytes = file.mode === "160000" ? null : await store.readBlob(file.oid);
  if (bytes === null || bytes.includes(0)) return null;
  return bytes.toString("utf8").match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
