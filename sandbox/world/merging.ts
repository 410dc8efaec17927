import type { Oid } from "../git/object-store.ts";
import { hostSignature, writeHostCommit } from "./authorship.ts";
import type { MergeMethod, Pull, Repo } from "./entities.ts";
import { followMoves, mergedNow } from "./ref-aftermath.ts";
import { baseTip, mergeability, unmetRequirements } from "./requirements.ts";
import { rulesOf } from "./rules.ts";
import { assertWritable, type State } from "./state.ts";
import { Rejection } from "./world.ts";

export interface MergeOptions {
  method: MergeMethod;
  expectedHead?: Oid;
  title?: string;
  message?: string;
}

function notMergeable(message: string): Rejection {
  return new Rejection(405, "UNPROCESSABLE", message);
}

export function assertHead(pull: Pull, expected: Oid | undefined): void {
  if (expected === undefined || expected === pull.headOid) return;
  const message = "Head branch was modified. Review and try the merge again.";
  throw new Rejection(409, "UNPROCESSABLE", message);
}

const NOT_ALLOWED = {
  merge: "Merge commits are not allowed on this repository.",
  squash: "Squash merges are not allowed on this repository.",
  rebase: "Rebase merges are not allowed on this repository.",
} as const satisfies Record<MergeMethod, string>;

/** @throws Rejection 405 for a way to merge that the repo's settings do not have. */
export function assertMethod(repo: Repo, method: MergeMethod): void {
  if (!repo.mergeMethods.has(method)) throw notMergeable(NOT_ALLOWED[method]);
}

/** @throws Rejection 405 while rules, a draft or a conflict stand in the way; 409 when the head moved. */
export async function mergePull(
  state: State,
  repo: Repo,
  actor: string,
  pull: Pull,
  options: MergeOptions,
): Promise<Oid> {
  assertWritable(repo);
  if (pull.state === "closed") throw notMergeable("Pull Request is not mergeable");
  assertHead(pull, options.expectedHead);
  await assertMergeable(state, repo, pull);
  const rules = rulesOf(repo, pull.baseBranch);
  if (rules.mergeQueue) throw notMergeable("Changes must be made through the merge queue");
  assertMethod(repo, options.method);
  if (rules.linearHistory && options.method === "merge") throw notMergeable(NOT_ALLOWED.merge);
  return await mergeNow(state, repo, actor, pull, options);
}

/** @throws Rejection 405 with what stands in the way. */
export async function assertMergeable(state: State, repo: Repo, pull: Pull): Promise<void> {
  const { state: mergeState } = await mergeability(state, repo, pull);
  if (mergeState === "DIRTY") throw notMergeable("Pull Request is not mergeable");
  if (mergeState === "DRAFT") throw notMergeable("Pull Request is still a draft");
  if (mergeState === "BEHIND") {
    throw notMergeable("Head branch is out of date. Review and try the merge again.");
  }
  if (mergeState !== "BLOCKED") return;
  const unmet = unmetRequirements(state, repo, pull);
  throw notMergeable(`Repository rule violations found\n\n${unmet.join("\n\n")}`);
}

/** Merges what was found to be mergeable. */
async function mergeNow(
  state: State,
  repo: Repo,
  actor: string,
  pull: Pull,
  options: MergeOptions,
): Promise<Oid> {
  const tip = await baseTip(repo, pull);
  if (tip === null) throw notMergeable("Pull Request is not mergeable");
  const oid = await writeMerge(state, repo, actor, pull, tip, options);
  const name = `refs/heads/${pull.baseBranch}`;
  const moved = await repo.store.updateRefs([{ name, before: tip, after: oid }]);
  if (!moved.ok) {
    const message = "Base branch was modified. Review and try the merge again.";
    throw new Rejection(405, "UNPROCESSABLE", message);
  }
  await followMoves(state, repo, actor, [{ name, before: tip, after: oid }]);
  // A merge commit holds the head, so the aftermath has marked it; squashed and rebased commits do not.
  if (pull.mergedAt === null) mergedNow(state, repo, actor, pull, oid);
  return oid;
}

async function writeMerge(
  state: State,
  repo: Repo,
  actor: string,
  pull: Pull,
  tip: Oid,
  options: MergeOptions,
): Promise<Oid> {
  if (options.method === "rebase") return await rebase(state, repo, pull, tip);
  if (options.method === "merge") {
    return await writeMergeCommit(state, repo, actor, pull, tip, options);
  }
  return await writeSquashCommit(state, repo, actor, pull, tip, options);
}

/** All of a pull request as one commit onto `tip`; also what the merge queue tests where the history is to be linear. */
export async function writeSquashCommit(
  state: State,
  repo: Repo,
  _actor: string,
  pull: Pull,
  tip: Oid,
  options: { title?: string; message?: string } = {},
): Promise<Oid> {
  const tree = await mergedTree(repo, tip, pull.headOid);
  const title = options.title ?? `${pull.title} (#${pull.number})`;
  const message = joined(title, options.message ?? "");
  return await writeHostCommit(state, repo, pull.author, { tree, parents: [tip], message });
}

/** The merge commit of a pull request onto `tip`; also what the merge queue tests. */
export async function writeMergeCommit(
  state: State,
  repo: Repo,
  actor: string,
  pull: Pull,
  tip: Oid,
  options: { title?: string; message?: string } = {},
): Promise<Oid> {
  // What GitHub says of a fork that was deleted.
  const owner = state.repos.get(pull.headRepo)?.owner ?? "unknown repository";
  const title =
    options.title ?? `Merge pull request #${pull.number} from ${owner}/${pull.headBranch}`;
  const message = joined(title, options.message ?? pull.title);
  const tree = await mergedTree(repo, tip, pull.headOid);
  return await writeHostCommit(state, repo, actor, {
    tree,
    parents: [tip, pull.headOid],
    message,
  });
}

function joined(title: string, message: string): string {
  return message === "" ? title : `${title}\n\n${message}`;
}

async function mergedTree(repo: Repo, ours: Oid, theirs: Oid): Promise<Oid> {
  const merged = await repo.store.mergeTrees(ours, theirs);
  if ("conflicts" in merged) throw notMergeable("Pull Request is not mergeable");
  return merged.tree;
}

/** Each commit again on top of `tip`, its author kept. GitHub does not sign these. */
async function rebase(state: State, repo: Repo, pull: Pull, tip: Oid): Promise<Oid> {
  const { store } = repo;
  const commits = (await store.log(pull.headOid, { not: [tip] })).toReversed();
  let on = tip;
  for (const oid of commits) {
    const commit = await store.readCommit(oid);
    const [parent, second] = commit?.parents ?? [];
    if (commit === null || parent === undefined || second !== undefined) {
      throw notMergeable("This branch can't be rebased");
    }
    const onto = await store.readCommit(on);
    // A commit with our tree and the picked commit's parent makes the three-way merge a cherry-pick.
    const stand = await store.writeCommit({ ...commit, tree: onto?.tree ?? "", parents: [parent] });
    on = await store.writeCommit({
      tree: await mergedTree(repo, stand, oid),
      parents: [on],
      author: commit.author,
      committer: hostSignature(state),
      message: commit.message,
    });
  }
  return on;
}
