import { diffIndices } from "node-diff3";
import type { Oid, TreeChange } from "../git/object-store.ts";
import type { Repo } from "../world/entities.ts";
import type { Context } from "./context.ts";

/** What a change does to one file. */
export interface LineCounts {
  readonly change: TreeChange;
  readonly additions: number;
  readonly deletions: number;
}

/** Files that differ between two commits (`null`: nothing). */
export async function changesOf(
  context: Context,
  repo: Repo,
  before: Oid | null,
  after: Oid,
): Promise<readonly TreeChange[]> {
  const treeOf = async (oid: Oid | null) =>
    oid === null ? null : ((await context.reads.commit(repo.store, oid))?.tree ?? null);
  return repo.store.diffTrees(await treeOf(before), await treeOf(after));
}

/** Reads both sides of every file, so only for who asks for lines. */
export function countLines(
  context: Context,
  repo: Repo,
  changes: readonly TreeChange[],
): Promise<readonly LineCounts[]> {
  return Promise.all(changes.map((change) => counted(context, repo, change)));
}

/** The sum of one of the counts. */
export async function sumLines(
  context: Context,
  repo: Repo,
  changes: Promise<readonly TreeChange[]>,
  what: "additions" | "deletions",
): Promise<number> {
  const counts = await countLines(context, repo, await changes);
  return counts.reduce((total, file) => total + file[what], 0);
}

async function counted(context: Context, repo: Repo, change: TreeChange): Promise<LineCounts> {
  const before = await lines(context, repo, change.before);
  const after = await lines(context, repo, change.after);
  let additions = 0;
  let deletions = 0;
  for (const block of diffIndices(before, after)) {
    deletions += block.buffer1[1];
    additions += block.buffer2[1];
  }
  return { change, additions, deletions };
}

async function lines(context: Context, repo: Repo, side: TreeChange["before"]): Promise<string[]> {
  if (side === null || side.mode === "160000") return [];
  const bytes = await context.reads.blob(repo.store, side.oid);
  if (bytes === null || bytes.includes(0)) return [];
  return bytes.toString("utf8").match(/[^\n]*\n|[^\n]+/g) ?? [];
}
