import type { Oid } from "../git/object-store.ts";
import type { MergeMethod, Pull, Repo } from "./entities.ts";
import { advanceQueues, enqueue, isQueued } from "./merge-queue.ts";
import { assertHead, assertMethod, mergePull } from "./merging.ts";
import { mergeability } from "./requirements.ts";
import { rulesOf } from "./rules.ts";
import { assertWritable, emit, instant, pullsOf, type State, unprocessable } from "./state.ts";
import { Rejection } from "./world.ts";

/** Turns auto-merge on with a method, or off with `null`. @throws Rejection as GitHub does when there is nothing to wait for. */
export async function setAutoMerge(
  state: State,
  repo: Repo,
  actor: string,
  pull: Pull,
  method: MergeMethod | null,
  options: { expectedHead?: Oid; title?: string; message?: string } = {},
): Promise<void> {
  assertWritable(repo);
  if (method === null) {
    if (pull.autoMerge === null) throw unprocessable("Auto merge is not enabled");
    pull.autoMerge = null;
    tellDisabled(state, repo, actor, pull, "Auto-merge was disabled by a user.");
    return;
  }
  if (!repo.allowAutoMerge) throw unprocessable("Auto merge is not allowed for this repository");
  if (pull.state === "closed") throw unprocessable("Pull request is closed");
  const { expectedHead, ...texts } = options;
  assertHead(pull, expectedHead);
  assertMethod(repo, method);
  const { state: now } = await mergeability(state, repo, pull);
  if (now === "CLEAN" || now === "UNSTABLE" || now === "DRAFT") {
    throw unprocessable(`Pull request Pull request is in ${now.toLowerCase()} status`);
  }
  pull.autoMerge = { by: actor, method, at: instant(state), ...texts };
  emit(state, { kind: "pull_request", action: "auto_merge_enabled", repo, pull, actor });
}

/** Whatever became possible by the last change: auto-merges and the merge queue, until nothing moves. */
export async function settle(state: State, repo: Repo): Promise<void> {
  while ((await mergeOneReady(state, repo)) || (await advanceQueues(state, repo))) {
    // The condition does the work: one merge may make the next possible, or impossible.
  }
}

async function mergeOneReady(state: State, repo: Repo): Promise<boolean> {
  if (repo.archived) return false;
  for (const pull of pullsOf(state, repo)) {
    const auto = pull.autoMerge;
    if (pull.state === "closed" || auto === null || isQueued(state, repo, pull)) continue;
    const { state: now } = await mergeability(state, repo, pull);
    if (now !== "CLEAN" && now !== "UNSTABLE") continue;
    if (await mergeReady(state, repo, pull, auto)) return true;
  }
  return false;
}

async function mergeReady(
  state: State,
  repo: Repo,
  pull: Pull,
  auto: NonNullable<Pull["autoMerge"]>,
): Promise<boolean> {
  try {
    if (rulesOf(repo, pull.baseBranch).mergeQueue) {
      pull.autoMerge = null;
      await enqueue(state, repo, auto.by, pull);
    } else {
      const { by, at: _at, ...how } = auto;
      await mergePull(state, repo, by, pull, how);
    }
    return true;
  } catch (error) {
    // The chosen method does not fit (a linear history, commits that cannot be rebased): GitHub turns auto-merge off.
    if (!(error instanceof Rejection)) throw error;
    pull.autoMerge = null;
    tellDisabled(state, repo, auto.by, pull, error.message);
    return false;
  }
}

function tellDisabled(state: State, repo: Repo, actor: string, pull: Pull, reason: string): void {
  const told = { kind: "pull_request", action: "auto_merge_disabled" } as const;
  emit(state, { ...told, repo, pull, actor, reason });
}
