import { accountOf } from "./accounts.ts";
import type { Pull, Repo } from "./entities.ts";
import { closeNow, fetchHead } from "./ref-aftermath.ts";
import {
  assertWritable,
  emit,
  instant,
  listOf,
  newIds,
  pullsOf,
  type State,
  unprocessable,
} from "./state.ts";

export interface NewPull {
  title: string;
  body: string;
  head: { repo: Repo; branch: string };
  base: string;
  draft: boolean;
}

export interface PullChange {
  title?: string;
  body?: string;
  base?: string;
  draft?: boolean;
}

/** GitHub's limit for the bodies of pull requests and comments, in characters. */
export const MAX_BODY = 65536;

export function assertBody(body: string): void {
  if (body.length > MAX_BODY) {
    throw unprocessable(`Body is too long (maximum is ${MAX_BODY} characters)`);
  }
}

function assertTitle(title: string): void {
  if (title.trim() === "") throw unprocessable("Title can't be blank");
  if (title.length > 256) throw unprocessable("Title is too long (maximum is 256 characters)");
}

function openPullBetween(
  state: State,
  repo: Repo,
  head: { repo: number; branch: string },
  base: string,
): Pull | undefined {
  return pullsOf(state, repo).find(
    (pull) =>
      pull.state === "open" &&
      pull.headRepo === head.repo &&
      pull.headBranch === head.branch &&
      pull.baseBranch === base,
  );
}

/** Both tips, or GitHub's refusal: a branch is missing, nothing lies between them, or they share no history. */
async function assertBetween(
  state: State,
  repo: Repo,
  head: NewPull["head"],
  base: string,
): Promise<{ headOid: string; baseOid: string }> {
  const headOid = await head.repo.store.readRef(`refs/heads/${head.branch}`);
  const baseOid = await repo.store.readRef(`refs/heads/${base}`);
  const own = head.repo.id === repo.id;
  const [from, to] = own
    ? [base, head.branch]
    : [`${repo.owner}:${base}`, `${head.repo.owner}:${head.branch}`];
  const between = `No commits between ${from} and ${to}`;
  if (headOid === null || baseOid === null) {
    const gone = [
      ...(headOid === null ? ["Head sha can't be blank"] : []),
      "Base sha can't be blank",
      between,
      ...(headOid === null ? ["Head ref must be a branch"] : []),
      ...(baseOid === null ? ["Base ref must be a branch"] : []),
    ];
    throw unprocessable(gone.join(", "));
  }
  const known = (await repo.store.typeOf(headOid)) !== null;
  if (known && (await repo.store.isAncestor(headOid, baseOid))) throw unprocessable(between);
  const duplicate = openPullBetween(state, repo, { repo: head.repo.id, branch: head.branch }, base);
  if (duplicate !== undefined) {
    const name = `${head.repo.owner}:${head.branch}`;
    throw unprocessable(`A pull request already exists for ${name}.`);
  }
  return { headOid, baseOid };
}

export async function openPull(
  state: State,
  repo: Repo,
  actor: string,
  wanted: NewPull,
): Promise<Pull> {
  assertWritable(repo);
  assertTitle(wanted.title);
  assertBody(wanted.body);
  const { headOid, baseOid } = await assertBetween(state, repo, wanted.head, wanted.base);
  const at = instant(state);
  const pull: Pull = {
    ...newIds(state, "PullRequest"),
    repo: repo.id,
    number: repo.nextNumber,
    title: wanted.title,
    body: wanted.body,
    draft: wanted.draft,
    state: "open",
    author: accountOf(state, actor).login,
    headRepo: wanted.head.repo.id,
    headBranch: wanted.head.branch,
    headOid,
    headDeleted: false,
    baseBranch: wanted.base,
    baseOid,
    createdAt: at,
    updatedAt: at,
    closedAt: null,
    closedBy: null,
    mergedAt: null,
    mergedBy: null,
    mergeOid: null,
    autoMerge: null,
    labels: new Set(),
    reviewers: new Set(),
    teamReviewers: new Set(),
    closedForGood: false,
  };
  await fetchHead(state, repo, pull, headOid);
  if ((await repo.store.mergeBase(baseOid, headOid)) === null) {
    await repo.store.updateRefs([{ name: `refs/pull/${pull.number}/head`, after: null }]);
    const [head, base] = [wanted.head.branch, wanted.base];
    throw unprocessable(`The ${head} branch has no history in common with ${base}`);
  }
  repo.nextNumber += 1;
  listOf(state.pulls, repo.id).push(pull);
  emit(state, { kind: "pull_request", action: "opened", repo, pull, actor: pull.author });
  return pull;
}

export async function editPull(
  state: State,
  repo: Repo,
  actor: string,
  pull: Pull,
  change: PullChange,
): Promise<void> {
  assertWritable(repo);
  if (change.title !== undefined) assertTitle(change.title);
  if (change.body !== undefined) assertBody(change.body);
  const changes: Record<string, { from: string }> = {};
  const base = change.base ?? pull.baseBranch;
  if (base !== pull.baseBranch) Object.assign(changes, await changeBase(state, repo, pull, base));
  if (change.title !== undefined && change.title !== pull.title) {
    changes.title = { from: pull.title };
    pull.title = change.title;
  }
  if (change.body !== undefined && change.body !== pull.body) {
    changes.body = { from: pull.body };
    pull.body = change.body;
  }
  if (Object.keys(changes).length > 0) {
    pull.updatedAt = instant(state);
    emit(state, { kind: "pull_request", action: "edited", repo, pull, actor, changes });
  }
  if (change.draft === undefined || change.draft === pull.draft) return;
  pull.draft = change.draft;
  pull.updatedAt = instant(state);
  const action = change.draft ? "converted_to_draft" : "ready_for_review";
  emit(state, { kind: "pull_request", action, repo, pull, actor });
}

async function changeBase(
  state: State,
  repo: Repo,
  pull: Pull,
  base: string,
): Promise<Record<string, { from: string }>> {
  if (pull.state === "closed") {
    throw unprocessable("Cannot change the base branch of a closed pull request.");
  }
  const tip = await repo.store.readRef(`refs/heads/${base}`);
  if (tip === null) throw unprocessable(`Proposed base branch '${base}' was not found`);
  const between = `base branch '${base}' and head branch '${pull.headBranch}'`;
  if (await repo.store.isAncestor(pull.headOid, tip)) {
    throw unprocessable(`There are no new commits between ${between}`);
  }
  const head = { repo: pull.headRepo, branch: pull.headBranch };
  if (openPullBetween(state, repo, head, base) !== undefined) {
    throw unprocessable(`A pull request already exists for ${between}`);
  }
  const changes = { base: { from: pull.baseBranch }, base_sha: { from: pull.baseOid } };
  pull.baseBranch = base;
  pull.baseOid = tip;
  pull.autoMerge = null;
  return changes;
}

/** Closing what is closed changes nothing, and is no error. */
export function closePull(state: State, repo: Repo, actor: string, pull: Pull): void {
  assertWritable(repo);
  if (pull.state === "open") closeNow(state, repo, actor, pull);
}

export async function reopenPull(
  state: State,
  repo: Repo,
  actor: string,
  pull: Pull,
): Promise<void> {
  assertWritable(repo);
  if (pull.state === "open") return;
  const head = state.repos.get(pull.headRepo);
  const tip = (await head?.store.readRef(`refs/heads/${pull.headBranch}`)) ?? null;
  const base = await repo.store.readRef(`refs/heads/${pull.baseBranch}`);
  const why = await barToReopening(state, repo, pull, { head, tip, base });
  if (why !== null) throw unprocessable(`state cannot be changed. ${why}`);
  if (tip !== null && tip !== pull.headOid) {
    pull.headOid = tip;
    await fetchHead(state, repo, pull, tip);
  }
  pull.state = "open";
  pull.closedAt = null;
  pull.closedBy = null;
  pull.headDeleted = false;
  pull.updatedAt = instant(state);
  emit(state, { kind: "pull_request", action: "reopened", repo, pull, actor });
}

async function barToReopening(
  state: State,
  repo: Repo,
  pull: Pull,
  now: { head: Repo | undefined; tip: string | null; base: string | null },
): Promise<string | null> {
  if (pull.mergedAt !== null) return "The pull request cannot be reopened.";
  if (now.head === undefined || now.tip === null) {
    return `The ${pull.headBranch} branch has been deleted.`;
  }
  if (now.base === null) return `The ${pull.baseBranch} branch has been deleted.`;
  const recreated = `The ${pull.headBranch} branch was force-pushed or recreated.`;
  if (pull.closedForGood) return recreated;
  const known = (await now.head.store.typeOf(pull.headOid)) !== null;
  if (!known || !(await now.head.store.isAncestor(pull.headOid, now.tip))) return recreated;
  const head = { repo: pull.headRepo, branch: pull.headBranch };
  if (openPullBetween(state, repo, head, pull.baseBranch) === undefined) return null;
  return `There is already an open pull request from ${pull.headBranch} to ${pull.baseBranch}.`;
}
