import type { ObjectStore, Oid } from "../git/object-store.ts";
import { accountOf } from "./accounts.ts";
import type { Pull, Repo, Review } from "./entities.ts";
import { rulesOf } from "./rules.ts";
import {
  assertWritable,
  emit,
  instant,
  listOf,
  newIds,
  type State,
  unprocessable,
} from "./state.ts";

export interface NewReview {
  state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED";
  body: string;
  commit?: Oid;
}

/** A submitted review. @throws Rejection for the author's own word on the pull request, or a commit that is none of its. */
export async function review(
  state: State,
  repo: Repo,
  actor: string,
  pull: Pull,
  wanted: NewReview,
): Promise<Review> {
  assertWritable(repo);
  const author = accountOf(state, actor).login;
  if (author === pull.author && wanted.state === "APPROVED") {
    throw unprocessable("Can not approve your own pull request");
  }
  if (author === pull.author && wanted.state === "CHANGES_REQUESTED") {
    throw unprocessable("Can not request changes on your own pull request");
  }
  if (wanted.state !== "APPROVED" && wanted.body.trim() === "") {
    throw unprocessable("Body can't be blank");
  }
  const commit = wanted.commit ?? pull.headOid;
  if (!(await repo.store.isAncestor(commit, pull.headOid))) {
    throw unprocessable("The commit is not part of the pull request");
  }
  const added: Review = {
    ...newIds(state, "PullRequestReview"),
    pull: pull.id,
    author,
    state: wanted.state,
    body: wanted.body,
    commit,
    at: instant(state),
  };
  listOf(state.reviews, pull.id).push(added);
  pull.reviewers.delete(author);
  pull.updatedAt = added.at;
  const told = { kind: "pull_request_review", action: "submitted" } as const;
  emit(state, { ...told, repo, pull, review: added, actor: author });
  return added;
}

/** @throws Rejection for a review that is neither an approval nor a request for changes. */
export function dismissReview(
  state: State,
  repo: Repo,
  actor: string,
  pull: Pull,
  dismissed: Review,
): void {
  assertWritable(repo);
  if (dismissed.state !== "APPROVED" && dismissed.state !== "CHANGES_REQUESTED") {
    const what = dismissed.state === "DISMISSED" ? "dismissed" : "commented";
    throw unprocessable(`Can not dismiss a ${what} pull request review`);
  }
  dismissed.state = "DISMISSED";
  pull.updatedAt = instant(state);
  const told = { kind: "pull_request_review", action: "dismissed" } as const;
  emit(state, { ...told, repo, pull, review: dismissed, actor });
}

/** Where a rule says so, approvals fall when what the pull request changes is not what was approved. */
export async function dismissStale(
  state: State,
  repo: Repo,
  pull: Pull,
  actor: string,
  before: { readonly head: Oid; readonly base: Oid },
): Promise<void> {
  if (!rulesOf(repo, pull.baseBranch).dismissStale) return;
  const [was, is] = [
    await changesOf(repo.store, before.base, before.head),
    await changesOf(repo.store, pull.baseOid, pull.headOid),
  ];
  if (was === is) return;
  for (const stale of state.reviews.get(pull.id) ?? []) {
    if (stale.state === "APPROVED") dismissReview(state, repo, actor, pull, stale);
  }
}

async function changesOf(store: ObjectStore, base: Oid, head: Oid): Promise<string> {
  const fork = await store.mergeBase(base, head);
  const treeOf = async (oid: Oid | null) =>
    oid === null ? null : ((await store.readCommit(oid))?.tree ?? null);
  return JSON.stringify(await store.diffTrees(await treeOf(fork), await treeOf(head)));
}
