import type { Oid } from "../git/object-store.ts";
import { addAccount } from "./accounts.ts";
import type { Pull, Repo } from "./entities.ts";
import { assertHead, assertMergeable, writeMergeCommit, writeSquashCommit } from "./merging.ts";
import { followMoves, type Move, mergedNow } from "./ref-aftermath.ts";
import { requiredChecksOn, rulesOf } from "./rules.ts";
import {
  assertWritable,
  emit,
  listOf,
  pullsOf,
  type QueueEntry,
  type State,
  unprocessable,
} from "./state.ts";
import { Rejection } from "./world.ts";

/** GitHub's own account: it pushes the queue's branches and merges what passed. */
const QUEUE_BOT = "github-merge-queue[bot]";

function queueBot(state: State): string {
  if (!state.accounts.has(QUEUE_BOT)) addAccount(state, QUEUE_BOT, "Bot");
  return QUEUE_BOT;
}

/** What waits for a base, first to merge first. */
export function queueOf(state: State, repo: Repo, base: string): QueueEntry[] {
  return listOf(state.queues, `${repo.id}/${base}`);
}

export function isQueued(state: State, repo: Repo, pull: Pull): boolean {
  return queueOf(state, repo, pull.baseBranch).some((entry) => entry.pull === pull);
}

/** @throws Rejection when the branch has no queue, the head moved, or the pull request may not be merged yet. */
export async function enqueue(
  state: State,
  repo: Repo,
  actor: string,
  pull: Pull,
  expectedHead?: Oid,
): Promise<void> {
  assertWritable(repo);
  if (!rulesOf(repo, pull.baseBranch).mergeQueue) {
    throw unprocessable("The merge queue is not enabled for this branch");
  }
  if (pull.state === "closed") throw unprocessable("Pull request is not open");
  if (isQueued(state, repo, pull)) throw unprocessable("Pull request is already in the queue");
  assertHead(pull, expectedHead);
  await assertMergeable(state, repo, pull);
  const queue = queueOf(state, repo, pull.baseBranch);
  const entry = { pull, pullHead: pull.headOid, by: actor, headRef: "", headOid: "", baseOid: "" };
  queue.push(entry);
  emit(state, { kind: "pull_request", action: "enqueued", repo, pull, actor });
  await buildGroup(state, repo, pull.baseBranch, entry);
}

/** Takes a pull request out of its queue. @throws Rejection when it is in none. */
export async function dequeue(state: State, repo: Repo, actor: string, pull: Pull): Promise<void> {
  assertWritable(repo);
  const entry = queueOf(state, repo, pull.baseBranch).find((one) => one.pull === pull);
  if (entry === undefined) throw unprocessable("Pull request is not in the merge queue");
  await removeEntry(state, repo, pull.baseBranch, entry, "MANUAL", actor);
  await rebuild(state, repo, pull.baseBranch);
}

/** Makes the group's branch: the pull request merged onto the group before it, or onto the base. `false`: it conflicts. */
async function buildGroup(
  state: State,
  repo: Repo,
  base: string,
  entry: QueueEntry,
): Promise<boolean> {
  const queue = queueOf(state, repo, base);
  const ahead = queue[queue.indexOf(entry) - 1];
  const baseOid = ahead?.headOid ?? (await repo.store.readRef(`refs/heads/${base}`));
  if (baseOid === null) return false;
  let headOid: Oid;
  try {
    // A linear history leaves the queue no merge commits: its method is then squash, as its ruleset has to say on GitHub.
    const write = rulesOf(repo, base).linearHistory ? writeSquashCommit : writeMergeCommit;
    headOid = await write(state, repo, entry.by, entry.pull, baseOid);
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    await removeEntry(state, repo, base, entry, "MERGE_CONFLICT");
    return false;
  }
  const headRef = `refs/heads/gh-readonly-queue/${base}/pr-${entry.pull.number}-${baseOid}`;
  const moves: Move[] = [];
  if (entry.headRef !== "" && entry.headRef !== headRef) {
    moves.push({ name: entry.headRef, before: entry.headOid, after: null });
  }
  moves.push({ name: headRef, before: await repo.store.readRef(headRef), after: headOid });
  Object.assign(entry, { headRef, headOid, baseOid });
  await moveQueueRefs(state, repo, moves);
  const group = { headRef, headOid, baseBranch: base, baseOid };
  const told = { kind: "merge_group", action: "checks_requested" } as const;
  emit(state, { ...told, repo, ...group, actor: queueBot(state) });
  return true;
}

async function moveQueueRefs(state: State, repo: Repo, moves: readonly Move[]): Promise<void> {
  await repo.store.updateRefs(moves.map(({ name, after }) => ({ name, after })));
  await followMoves(state, repo, queueBot(state), moves);
}

async function removeEntry(
  state: State,
  repo: Repo,
  base: string,
  entry: QueueEntry,
  reason: "MERGE_CONFLICT" | "CI_FAILURE" | "MANUAL",
  actor = queueBot(state),
): Promise<void> {
  const queue = queueOf(state, repo, base);
  queue.splice(queue.indexOf(entry), 1);
  if (entry.headRef !== "") {
    await moveQueueRefs(state, repo, [{ name: entry.headRef, before: entry.headOid, after: null }]);
  }
  if (entry.pull.mergedAt !== null) return;
  const told = { kind: "pull_request", action: "dequeued", repo, pull: entry.pull } as const;
  emit(state, { ...told, actor, reason });
}

/** Whether the queue of some branch moved on: call again until it did not. */
export async function advanceQueues(state: State, repo: Repo): Promise<boolean> {
  for (const base of new Set(pullsOf(state, repo).map((pull) => pull.baseBranch))) {
    if (await advanceQueue(state, repo, base)) return true;
  }
  return false;
}

async function advanceQueue(state: State, repo: Repo, base: string): Promise<boolean> {
  const queue = queueOf(state, repo, base);
  const outdated = queue.find(
    (entry) => entry.pull.state === "closed" || entry.pull.headOid !== entry.pullHead,
  );
  if (outdated !== undefined) {
    await removeEntry(state, repo, base, outdated, "MANUAL");
    await rebuild(state, repo, base);
    return true;
  }
  const first = queue[0];
  if (first === undefined) return false;
  if ((await repo.store.readRef(`refs/heads/${base}`)) !== first.baseOid) {
    await rebuild(state, repo, base);
    return true;
  }
  return await judgeGroup(state, repo, base, first);
}

/** Groups that stand on something that changed are made again, in order. */
async function rebuild(state: State, repo: Repo, base: string): Promise<void> {
  for (const entry of [...queueOf(state, repo, base)]) {
    const queue = queueOf(state, repo, base);
    const ahead = queue[queue.indexOf(entry) - 1];
    const on = ahead?.headOid ?? (await repo.store.readRef(`refs/heads/${base}`));
    if (entry.baseOid !== on) await buildGroup(state, repo, base, entry);
  }
}

async function judgeGroup(
  state: State,
  repo: Repo,
  base: string,
  entry: QueueEntry,
): Promise<boolean> {
  const checks = requiredChecksOn(state, repo, rulesOf(repo, base), entry.headOid);
  const verdicts = checks.map((check) => check.verdict);
  if (verdicts.includes("failing")) {
    await removeEntry(state, repo, base, entry, "CI_FAILURE");
    await rebuild(state, repo, base);
    return true;
  }
  if (verdicts.includes("pending")) return false;
  const moves = [
    { name: `refs/heads/${base}`, before: entry.baseOid, after: entry.headOid },
    { name: entry.headRef, before: entry.headOid, after: null },
  ];
  const moved = await repo.store.updateRefs(moves);
  // Somebody pushed to the base meanwhile: the next round builds the group again.
  if (!moved.ok) return true;
  const queue = queueOf(state, repo, base);
  queue.splice(queue.indexOf(entry), 1);
  await followMoves(state, repo, queueBot(state), moves);
  // A squashed commit does not hold the head, so the aftermath has not marked it.
  const { headOid, pull } = entry;
  if (pull.mergedAt === null) mergedNow(state, repo, queueBot(state), pull, headOid);
  return true;
}
