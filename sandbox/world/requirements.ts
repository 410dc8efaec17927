import type { Oid } from "../git/object-store.ts";
import { mayWrite } from "./accounts.ts";
import type { Pull, Repo, Review } from "./entities.ts";
import {
  type BranchRules,
  latestChecks,
  latestStatuses,
  requiredChecksOn,
  rulesOf,
  verdictOf,
  verdictOfStatus,
} from "./rules.ts";
import type { State } from "./state.ts";
import type { Mergeable, MergeState } from "./world.ts";

/** The last word of each reviewer who has write access, the author excepted; a comment is no word. */
export function standingReviews(state: State, repo: Repo, pull: Pull): readonly Review[] {
  const latest = new Map<string, Review>();
  for (const review of state.reviews.get(pull.id) ?? []) {
    if (review.state === "COMMENTED" || review.author === pull.author) continue;
    if (mayWrite(state, repo, review.author)) latest.set(review.author, review);
  }
  return [...latest.values()];
}

/** Why the branch's rules do not let the pull request in, in GitHub's words; empty: they do. */
export function unmetRequirements(state: State, repo: Repo, pull: Pull): readonly string[] {
  const rules = rulesOf(repo, pull.baseBranch);
  const unmet: string[] = [];
  if (rules.pullRequest) unmet.push(...unmetReviews(state, repo, pull, rules));
  for (const { context, verdict } of requiredChecksOn(state, repo, rules, pull.headOid)) {
    if (verdict === "pending") unmet.push(`Required status check "${context}" is expected.`);
    if (verdict === "failing") unmet.push(`Required status check "${context}" is failing.`);
  }
  return unmet;
}

function unmetReviews(state: State, repo: Repo, pull: Pull, rules: BranchRules): string[] {
  const reviews = standingReviews(state, repo, pull);
  if (reviews.some((review) => review.state === "CHANGES_REQUESTED")) {
    return ["Changes have been requested by a reviewer with write access."];
  }
  const approvals = reviews.filter((review) => review.state === "APPROVED").length;
  if (approvals >= rules.approvals) return [];
  const many = rules.approvals > 1 ? "reviews are" : "review is";
  return [`At least ${rules.approvals} approving ${many} required by reviewers with write access.`];
}

/** Tip of the base branch now; `null` when it is gone. */
export async function baseTip(repo: Repo, pull: Pull): Promise<Oid | null> {
  return await repo.store.readRef(`refs/heads/${pull.baseBranch}`);
}

/** Whether the pull request merges cleanly now, and what stands in its way: the first of the list in `MergeState`'s order. */
export async function mergeability(
  state: State,
  repo: Repo,
  pull: Pull,
): Promise<{ mergeable: Mergeable; state: MergeState }> {
  const tip = await baseTip(repo, pull);
  if (tip === null) return { mergeable: "CONFLICTING", state: "DIRTY" };
  const merged = await repo.store.mergeTrees(tip, pull.headOid);
  if ("conflicts" in merged) return { mergeable: "CONFLICTING", state: "DIRTY" };
  return { mergeable: "MERGEABLE", state: await stateOfClean(state, repo, pull, tip) };
}

async function stateOfClean(state: State, repo: Repo, pull: Pull, tip: Oid): Promise<MergeState> {
  if (pull.draft) return "DRAFT";
  if (unmetRequirements(state, repo, pull).length > 0) return "BLOCKED";
  const rules = rulesOf(repo, pull.baseBranch);
  if (rules.upToDate && !(await repo.store.isAncestor(tip, pull.headOid))) return "BEHIND";
  const verdicts = [
    ...latestChecks(state, repo, pull.headOid).map(verdictOf),
    ...latestStatuses(state, repo, pull.headOid).map(verdictOfStatus),
  ];
  return verdicts.every((verdict) => verdict === "passing") ? "CLEAN" : "UNSTABLE";
}
