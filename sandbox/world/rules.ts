import type { Oid } from "../git/object-store.ts";
import type { CheckRun, CommitStatus, Repo, Ruleset } from "./entities.ts";
import type { State } from "./state.ts";
import { latestOfEach } from "./statuses.ts";

/** What all rulesets of a branch demand together. */
export interface BranchRules {
  readonly pullRequest: boolean;
  readonly approvals: number;
  readonly dismissStale: boolean;
  readonly requiredChecks: Ruleset["requiredChecks"];
  readonly upToDate: boolean;
  readonly linearHistory: boolean;
  readonly mergeQueue: boolean;
}

function covers(written: string, repo: Repo, branch: string): boolean {
  const pattern = written.replace(/^refs\/heads\//, "");
  if (pattern === "~ALL") return true;
  if (pattern === "~DEFAULT_BRANCH") return branch === repo.defaultBranch;
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  // As in fnmatch with FNM_PATHNAME, which GitHub's rulesets use: `*` stops at a slash, `**` does not.
  const source = escaped.replace(/\*+/g, (stars) => (stars.length > 1 ? ".*" : "[^/]*"));
  return new RegExp(`^${source}$`).test(branch);
}

/** The rulesets of a branch. */
export function rulesetsOf(repo: Repo, branch: string): readonly Ruleset[] {
  return repo.rulesets.filter((set) => set.branches.some((p) => covers(p, repo, branch)));
}

export function rulesOf(repo: Repo, branch: string): BranchRules {
  const sets = rulesetsOf(repo, branch);
  return {
    pullRequest: sets.some((set) => set.pullRequest !== null),
    approvals: Math.max(0, ...sets.map((set) => set.pullRequest?.approvals ?? 0)),
    dismissStale: sets.some((set) => set.pullRequest?.dismissStale === true),
    requiredChecks: sets.flatMap((set) => set.requiredChecks),
    upToDate: sets.some((set) => set.upToDate),
    linearHistory: sets.some((set) => set.linearHistory),
    mergeQueue: sets.some((set) => set.mergeQueue),
  };
}

/** The newest run of every name and App on a commit. */
export function latestChecks(state: State, repo: Repo, oid: Oid): readonly CheckRun[] {
  const latest = new Map<string, CheckRun>();
  for (const check of state.checks.get(repo.id) ?? []) {
    if (check.headOid === oid) latest.set(`${check.appId}/${check.name}`, check);
  }
  return [...latest.values()];
}

/** The newest status of every context on a commit. */
export function latestStatuses(state: State, repo: Repo, oid: Oid): readonly CommitStatus[] {
  return latestOfEach((state.statuses.get(repo.id) ?? []).filter((one) => one.oid === oid));
}

export function verdictOfStatus({ state }: CommitStatus): CheckVerdict {
  if (state === "pending") return "pending";
  return state === "success" ? "passing" : "failing";
}

export type CheckVerdict = "passing" | "pending" | "failing";

export function verdictOf(check: CheckRun): CheckVerdict {
  if (check.status !== "completed") return "pending";
  return ["success", "neutral", "skipped"].includes(check.conclusion ?? "") ? "passing" : "failing";
}

/** How the required checks of a branch stand on a commit; a check that nobody reported is awaited. */
export function requiredChecksOn(
  state: State,
  repo: Repo,
  rules: BranchRules,
  oid: Oid,
): readonly { readonly context: string; readonly verdict: CheckVerdict }[] {
  const runs = latestChecks(state, repo, oid);
  const statuses = latestStatuses(state, repo, oid);
  return rules.requiredChecks.map(({ context, appId }) => {
    const fitting = runs.filter((c) => c.name === context && (appId === null || c.appId === appId));
    // A status has no App: it answers where none is named.
    const named = statuses.filter((status) => appId === null && status.context === context);
    const verdicts = [...fitting.map(verdictOf), ...named.map(verdictOfStatus)];
    if (verdicts.includes("failing")) return { context, verdict: "failing" };
    const pending = verdicts.length === 0 || verdicts.includes("pending");
    return { context, verdict: pending ? "pending" : "passing" };
  });
}
