import type { Oid } from "../git/object-store.ts";
import { copyCommit } from "./copy-objects.ts";
import type { Pull, Repo } from "./entities.ts";
import { baseTip } from "./requirements.ts";
import { dismissStale } from "./reviews.ts";
import { emit, instant, repoById, type State } from "./state.ts";

/** What follows from refs that moved: push events, and pull requests that follow, merge or close. */

export interface Move {
  readonly name: string;
  readonly before: Oid | null;
  readonly after: Oid | null;
}

const BRANCH = "refs/heads/";

/** Call after the refs have moved. `actor` is named in whatever follows. */
export async function followMoves(
  state: State,
  repo: Repo,
  actor: string,
  moves: readonly Move[],
): Promise<void> {
  const moved = moves.filter((move) => move.before !== move.after);
  if (moved.length === 0) return;
  repo.pushedAt = instant(state);
  for (const move of moved) {
    if (move.name.startsWith(BRANCH) && move.after !== null && repo.defaultBranch === null) {
      repo.defaultBranch = move.name.slice(BRANCH.length);
    }
    await emitPush(state, repo, actor, move);
  }
  const branches = moved.filter((move) => move.name.startsWith(BRANCH));
  for (const move of branches) await followHead(state, repo, actor, move, branches);
  for (const move of branches) await followBase(state, repo, actor, move);
}

async function emitPush(state: State, repo: Repo, actor: string, move: Move): Promise<void> {
  if (!/^refs\/(heads|tags)\//.test(move.name)) return;
  const { name: ref, before, after } = move;
  const forced = before !== null && after !== null && !(await repo.store.isAncestor(before, after));
  emit(state, { kind: "push", repo, ref, before, after, forced, actor });
}

async function followHead(
  state: State,
  repo: Repo,
  actor: string,
  move: Move,
  moves: readonly Move[],
): Promise<void> {
  const branch = move.name.slice(BRANCH.length);
  const following = [...state.pulls.values()]
    .flat()
    .filter((pull) => pull.headRepo === repo.id && pull.headBranch === branch);
  for (const pull of following) {
    pull.headDeleted = move.after === null;
    if (pull.state === "closed") continue;
    if (move.after === null) closeNow(state, repoById(state, pull.repo), actor, pull);
    else await moveHead(state, pull, actor, move.after, moves);
  }
}

async function moveHead(
  state: State,
  pull: Pull,
  actor: string,
  after: Oid,
  moves: readonly Move[],
): Promise<void> {
  const before = pull.headOid;
  if (before === after) return;
  const repo = repoById(state, pull.repo);
  await fetchHead(state, repo, pull, after);
  pull.headOid = after;
  pull.updatedAt = instant(state);
  const tip = await baseTip(repo, pull);
  const baseMove = moves.find((move) => move.name === `${BRANCH}${pull.baseBranch}`);
  const tipBefore = pull.headRepo === repo.id && baseMove ? baseMove.before : tip;
  const empty = tipBefore !== null && (await repo.store.isAncestor(after, tipBefore));
  const priorBase = pull.baseOid;
  if (!empty && tip !== null) pull.baseOid = tip;
  emit(state, { kind: "pull_request", action: "synchronize", repo, pull, actor, before });
  if (empty) {
    // Observed on github.com: nothing left between base and head closes the pull request, and it stays closed.
    pull.closedForGood = true;
    closeNow(state, repo, actor, pull);
    return;
  }
  await dismissStale(state, repo, pull, actor, { head: before, base: priorBase });
}

/** Takes the head into the base repo, where `refs/pull/N/head` keeps it alive. */
export async function fetchHead(state: State, repo: Repo, pull: Pull, oid: Oid): Promise<void> {
  if (pull.headRepo !== repo.id) {
    await copyCommit(repoById(state, pull.headRepo).store, repo.store, oid);
  }
  await repo.store.updateRefs([{ name: `refs/pull/${pull.number}/head`, after: oid }]);
}

async function followBase(state: State, repo: Repo, actor: string, move: Move): Promise<void> {
  const branch = move.name.slice(BRANCH.length);
  for (const pull of [...(state.pulls.get(repo.id) ?? [])]) {
    if (pull.state === "closed" || pull.baseBranch !== branch) continue;
    if (move.after === null) closeNow(state, repo, actor, pull);
    else if (await repo.store.isAncestor(pull.headOid, move.after)) {
      mergedNow(state, repo, actor, pull, move.after);
    }
  }
}

/** Closes without merging, and tells it. */
export function closeNow(state: State, repo: Repo, actor: string, pull: Pull): void {
  pull.state = "closed";
  pull.closedAt = instant(state);
  pull.closedBy = actor;
  pull.updatedAt = pull.closedAt;
  pull.autoMerge = null;
  emit(state, { kind: "pull_request", action: "closed", repo, pull, actor });
}

/** Marks as merged by `oid`, and tells it. */
export function mergedNow(state: State, repo: Repo, actor: string, pull: Pull, oid: Oid): void {
  pull.mergedAt = instant(state);
  pull.mergedBy = actor;
  pull.mergeOid = oid;
  closeNow(state, repo, actor, pull);
}
