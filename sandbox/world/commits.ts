import type { Oid } from "../git/object-store.ts";
import { writeHostCommit } from "./authorship.ts";
import type { Repo } from "./entities.ts";
import { assertRules, moveRefs, staleData } from "./refs.ts";
import { assertWritable, type State, unprocessable } from "./state.ts";
import { editTree, type TreeEdit } from "./trees.ts";
import { Rejection } from "./world.ts";

export interface BranchCommit {
  branch: string;
  expectedHead: Oid;
  message: string;
  additions: readonly { path: string; content: Buffer }[];
  deletions: readonly string[];
}

/** One commit on top of a branch, by compare-and-swap. @throws Rejection when the branch is missing, moved or under rules. */
export async function commitOnBranch(
  state: State,
  repo: Repo,
  actor: string,
  commit: BranchCommit,
): Promise<Oid> {
  assertWritable(repo);
  const name = `refs/heads/${commit.branch}`;
  const head = await repo.store.readRef(name);
  if (head === null) throw new Rejection(404, "BRANCH_NOT_FOUND", "Branch not found");
  if (head !== commit.expectedHead) throw staleData(name, commit.expectedHead);
  if (commit.message.trim() === "") throw unprocessable("A commit message is required");
  const parent = await repo.store.readCommit(head);
  const edits: TreeEdit[] = commit.deletions.map((path) => ({ path, blob: null }));
  for (const { path, content } of commit.additions) {
    edits.push({ path, blob: await repo.store.writeBlob(content) });
  }
  const tree = await editTree(repo.store, parent?.tree ?? null, edits);
  const content = { tree, parents: [head], message: commit.message };
  const oid = await writeHostCommit(state, repo, actor, content);
  assertRules(state, repo, commit.branch, head, oid);
  await moveRefs(state, repo, actor, [{ name, before: head, after: oid }]);
  return oid;
}
