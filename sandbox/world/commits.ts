import type { Oid } from "../git/object-store.ts";
import { TreeEditError, treeWith } from "../git/tree-edit.ts";
import { writeHostCommit } from "./authorship.ts";
import type { Repo } from "./entities.ts";
import { assertRules, moveRefs, staleData } from "./refs.ts";
import { assertWritable, type State, unprocessable } from "./state.ts";
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
  const tree = await editedTree(repo, parent?.tree ?? null, commit);
  const content = { tree, parents: [head], message: commit.message };
  const oid = await writeHostCommit(state, repo, actor, content);
  assertRules(state, repo, commit.branch, head, oid);
  await moveRefs(state, repo, actor, [{ name, before: head, after: oid }]);
  return oid;
}

async function editedTree(repo: Repo, tree: Oid | null, commit: BranchCommit): Promise<Oid> {
  const paths = [...commit.additions.map(({ path }) => path), ...commit.deletions];
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) throw unprocessable(`A path was specified more than once: ${twice}`);
  try {
    return await treeWith(repo.store, tree, commit.additions, commit.deletions);
  } catch (error) {
    if (!(error instanceof TreeEditError)) throw error;
    throw unprocessable(
      error.reason === "absent"
        ? `A path was requested for deletion which does not exist as of commit oid \`${commit.expectedHead}\`: ${error.path}`
        : `A path contains a malformed path component: ${error.path}`,
    );
  }
}
