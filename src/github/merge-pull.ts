import { z } from "zod";
import { type CdRepo, ForgeDenied, type WriteResult } from "../model/forge.ts";
import type { PullFacts, Pulls } from "../model/pulls.ts";
import {
  type BranchDemands,
  branchDemands,
  leniently,
  RULES_FRAGMENT,
  Rules,
  requiresGate,
} from "./branch-rules.ts";
import { type Document, type Host, inRepo } from "./host.ts";
import { isViewer } from "./pull-state.ts";
import { readAnswer } from "./target.ts";
import { Actor } from "./target-answer.ts";

type Wanted = Parameters<Pulls["merge"]>[0];
type Merged = Awaited<ReturnType<Pulls["merge"]>>;
type Method = "merge" | "squash" | "rebase";

/** How often a base that moves in between is tried again. */
const TRIES = 3;
const AGAIN_MS = 1_000;

export const MERGE_STATE: Document = {
  what: "repository",
  text: `query MergeState($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    databaseId
    autoMergeAllowed
    mergeCommitAllowed
    squashMergeAllowed
    rebaseMergeAllowed
    pullRequest(number: $number) {
      state
      isDraft
      baseRefName
      headRefOid
      mergeStateStatus
      autoMergeRequest { enabledAt }
      isMergeQueueEnabled
      isInMergeQueue
      baseRef { ...Rules }
      head: commits(last: 1) { nodes { commit { committedDate } } }
      stopped: timelineItems(
        last: 1
        itemTypes: [REMOVED_FROM_MERGE_QUEUE_EVENT, AUTO_MERGE_DISABLED_EVENT]
      ) {
        nodes {
          ... on RemovedFromMergeQueueEvent { createdAt actor { __typename login } }
          ... on AutoMergeDisabledEvent { createdAt actor { __typename login } }
        }
      }
    }
  }
}
${RULES_FRAGMENT}`,
};

const State = z.object({
  databaseId: z.number(),
  autoMergeAllowed: z.boolean(),
  mergeCommitAllowed: z.boolean(),
  squashMergeAllowed: z.boolean(),
  rebaseMergeAllowed: z.boolean(),
  pullRequest: z
    .object({
      state: z.enum(["OPEN", "CLOSED", "MERGED"]),
      isDraft: z.boolean(),
      baseRefName: z.string(),
      headRefOid: z.string(),
      mergeStateStatus: z.string(),
      autoMergeRequest: z.looseObject({}).nullable(),
      isMergeQueueEnabled: z.boolean(),
      isInMergeQueue: z.boolean(),
      baseRef: Rules.nullable(),
      head: z.object({
        nodes: z.array(z.object({ commit: z.object({ committedDate: z.string() }) }).nullable()),
      }),
      stopped: z.object({
        nodes: z.array(z.object({ createdAt: z.string(), actor: Actor }).nullable()),
      }),
    })
    .nullable(),
});
type State = z.infer<typeof State>;
type FreshPull = NonNullable<State["pullRequest"]>;

const Answer = z.object({ repository: State.nullable() });

export const ENQUEUE: Document = {
  what: "enqueuePullRequest",
  text: `mutation Enqueue($input: EnqueuePullRequestInput!) {
  done: enqueuePullRequest(input: $input) { mergeQueueEntry { id } }
}`,
};

export const ENABLE_AUTO_MERGE: Document = {
  what: "enablePullRequestAutoMerge",
  text: `mutation EnableAutoMerge($input: EnablePullRequestAutoMergeInput!) {
  done: enablePullRequestAutoMerge(input: $input) { pullRequest { id } }
}`,
};

/**
 * Merges exactly the head that was looked at: one query that tells how the base wants it now, one request that does it. Native
 * auto-merge and the queue's "when ready" wait on rules alone, so they are used only where the rules require our gate. Asked
 * again after a merge, it says that it is merged.
 */
export async function mergePull(host: Host, appId: number, wanted: Wanted): Promise<Merged> {
  const { repo, pull } = wanted;
  const where = { owner: repo.owner, name: repo.name, number: pull.number };
  const answer = await host.query(MERGE_STATE, where);
  const { repository: state } = readAnswer(leniently(answer), Answer);
  const now = state?.pullRequest ?? null;
  if (state === null || state.databaseId !== repo.id || now === null) {
    return refused("the pull request is gone");
  }
  const settled = settledAlready(now, pull);
  if (settled !== null) return settled;
  const demands = branchDemands(now.baseRef);
  const method = methodFor(state, demands);
  if (method === null) return refused("the repo's settings leave no way to merge into this branch");
  const guarded = state.autoMergeAllowed && requiresGate(demands, appId);
  const awaited =
    guarded && now.mergeStateStatus === "BLOCKED" ? await enable(host, wanted, method) : null;
  if (awaited !== null && !hasNothingToAwait(awaited)) return awaited;
  return now.isMergeQueueEnabled
    ? await enqueue(host, pull)
    : await mergeNow(host, wanted, method, TRIES);
}

// GitHub's refusal of auto-merge for a pull request that could be merged by now.
const NOTHING_AWAITED = /in (clean|unstable) status/i;

function hasNothingToAwait(enabled: Merged): boolean {
  if (enabled.kind === "unsure" || enabled.value.kind !== "refused") return false;
  return NOTHING_AWAITED.test(enabled.value.detail);
}

function refused(detail: string): Merged {
  return { kind: "done", value: { kind: "refused", detail } };
}

function done(kind: "merged" | "queued" | "auto-merge"): Merged {
  return { kind: "done", value: { kind } };
}

function settledAlready(now: FreshPull, pull: PullFacts): Merged | null {
  const sameHead = now.headRefOid === pull.head.oid;
  if (now.state === "MERGED" && sameHead) return done("merged");
  if (now.state !== "OPEN") return refused("the pull request is not open any more");
  if (!sameHead) return refused("its branch has got other commits meanwhile");
  if (now.baseRefName !== pull.base.branch) return refused("it goes into another branch now");
  if (now.isDraft) return refused("it is a draft");
  if (now.isInMergeQueue) return done("queued");
  if (now.autoMergeRequest !== null) return done("auto-merge");
  return isStopped(now, pull) ? refused(STOPPED) : null;
}

const STOPPED =
  "it was taken out of the merge queue, or its auto-merge was turned off: whether it merges is for a person to say";

/** Since this head was made, somebody other than our App (the queue itself, after a failed check) had it merge no more. */
function isStopped({ head, stopped }: FreshPull, pull: PullFacts): boolean {
  const made = head.nodes.at(-1)?.commit.committedDate ?? "";
  const last = stopped.nodes.at(-1) ?? null;
  if (last === null || Date.parse(last.createdAt) < Date.parse(made)) return false;
  // The pull request is our App's own.
  return !isViewer(last.actor, { login: pull.author.login, databaseId: null });
}

/** A merge commit keeps the signed commit as it is, so it is preferred; a rebase loses the host's signature. */
function methodFor(state: State, { linear, methods }: BranchDemands): Method | null {
  const allowed: readonly [Method, boolean][] = [
    ["merge", state.mergeCommitAllowed && !linear],
    ["squash", state.squashMergeAllowed],
    ["rebase", state.rebaseMergeAllowed],
  ];
  const fits = ([method, isAllowed]: readonly [Method, boolean]): boolean =>
    isAllowed && (methods === null || methods.includes(method));
  return allowed.find(fits)?.[0] ?? null;
}

async function enable(
  host: Host,
  { pull, title, message }: Wanted,
  method: Method,
): Promise<Merged> {
  const texts = method === "rebase" ? {} : { commitHeadline: title, commitBody: message };
  const input = {
    pullRequestId: pull.nodeId,
    expectedHeadOid: pull.head.oid,
    mergeMethod: method.toUpperCase(),
    ...texts,
  };
  return await act(host, ENABLE_AUTO_MERGE, input, "auto-merge");
}

async function enqueue(host: Host, pull: PullFacts): Promise<Merged> {
  const input = { pullRequestId: pull.nodeId, expectedHeadOid: pull.head.oid };
  return await act(host, ENQUEUE, input, "queued");
}

const Done = z.object({ done: z.looseObject({}) });

async function act(
  host: Host,
  document: Document,
  input: Record<string, unknown>,
  kind: "queued" | "auto-merge",
): Promise<Merged> {
  const answer = await host.mutate(document, { input });
  if ("kind" in answer) return answer;
  const [error] = answer.errors;
  if (error?.type === "FORBIDDEN") {
    throw new ForgeDenied(
      `GitHub does not let the App merge: ${error.message}`,
      "permission-missing",
    );
  }
  if (error !== undefined) return refused(error.message);
  return Done.safeParse(answer.data).success
    ? done(kind)
    : { kind: "unsure", detail: `${document.what}: its answer has an unknown shape` };
}

// https://docs.github.com/rest/pulls/pulls#merge-a-pull-request: 405 where it cannot be merged, 409 where the head moved. A base
// that moved in the same instant is a 405 that asks to try again.
const BASE_MOVED = /base branch was modified/i;

async function mergeNow(host: Host, wanted: Wanted, method: Method, left: number): Promise<Merged> {
  const { repo, pull, title, message } = wanted;
  const texts = method === "rebase" ? {} : { commit_title: title, commit_message: message };
  const sent = await host.write("PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge", {
    ...inRepo(repo),
    pull_number: pull.number,
    sha: pull.head.oid,
    merge_method: method,
    ...texts,
  });
  if (sent.kind === "done") return done("merged");
  if (sent.kind === "unsure") return sent;
  if (!BASE_MOVED.test(sent.detail) || left <= 1) return refused(sent.detail);
  await host.clock.sleep(AGAIN_MS);
  return await mergeNow(host, wanted, method, left - 1);
}

export const STOP_MERGE: Document = {
  what: "dequeuePullRequest+disablePullRequestAutoMerge",
  text: `mutation StopMerge($pull: ID!, $queued: Boolean!, $auto: Boolean!) {
  queue: dequeuePullRequest(input: { id: $pull }) @include(if: $queued) { clientMutationId }
  auto: disablePullRequestAutoMerge(input: { pullRequestId: $pull }) @include(if: $auto) {
    clientMutationId
  }
}`,
};

// What was to be stopped was not there any more.
const NOT_THERE =
  /not (in|on) the (merge )?queue|not enabled|is not queued|can't disable auto-merge/i;

/** Takes a pull request out of the queue, and auto-merge back; one request. Nothing of the kind: no request. */
export async function stopMerge(
  host: Host,
  _repo: CdRepo,
  pull: PullFacts,
): Promise<WriteResult<null>> {
  const queued = pull.queue === "queued";
  const auto = pull.autoMerge === "on";
  if (!queued && !auto) return { kind: "done", value: null };
  const answer = await host.mutate(STOP_MERGE, { pull: pull.nodeId, queued, auto });
  if ("kind" in answer) return answer;
  const failed = answer.errors.find(({ message }) => !NOT_THERE.test(message));
  if (failed?.type === "FORBIDDEN") {
    throw new ForgeDenied(
      `GitHub does not let the App stop it: ${failed.message}`,
      "permission-missing",
    );
  }
  return failed === undefined
    ? { kind: "done", value: null }
    : { kind: "unsure", detail: failed.message };
}
