import type { Oid } from "../../git/object-store.ts";
import type { CheckRun, CommitStatus, Repo } from "../../world/entities.ts";
import { rulesOf } from "../../world/rules.ts";
import { latestOfEach } from "../../world/statuses.ts";
import { connection, type PageArgs } from "../connection.ts";
import { type Context, type Fields, requireAccess } from "../context.ts";
import { NotServed } from "../errors.ts";
import { gitId } from "../git-ids.ts";
import { commitOf, knownCommit } from "../git-objects.ts";
import {
  type AppSource,
  actorOf,
  type CheckRunSource,
  type CheckSuiteSource,
  type RollupSource,
  repoSource,
  type StatusSource,
} from "../sources.ts";

/** The rollup of a commit's checks; `null` where GitHub shows none. */
export function rollupOf(context: Context, repo: Repo, headOid: Oid): RollupSource | null {
  requireAccess(context, repo, "checks", "read");
  const checks = latest(context.world.checks(repo, headOid));
  const statuses = latestOfEach(context.world.statuses(repo, headOid));
  if (checks.length + statuses.length === 0) return null;
  if (statuses.length > 0) requireAccess(context, repo, "statuses", "read");
  return { __typename: "StatusCheckRollup", repo, headOid, checks, statuses };
}

/** One run for each App and name: a newer run hides the one before. */
function latest(checks: readonly CheckRun[]): readonly CheckRun[] {
  const byName = new Map<string, CheckRun>();
  for (const check of [...checks].sort((a, b) => a.id - b.id)) {
    byName.set(`${check.appId} ${check.name}`, check);
  }
  return [...byName.values()];
}

const PASSING = new Set(["success", "neutral", "skipped"]);

function rollupState(checks: readonly CheckRun[]): "SUCCESS" | "FAILURE" | "PENDING" {
  const done = checks.filter((check) => check.status === "completed");
  if (done.some((check) => !PASSING.has(check.conclusion ?? ""))) return "FAILURE";
  return done.length < checks.length ? "PENDING" : "SUCCESS";
}

/** A rollup with a failed part is a failure even while others are pending. */
function worstOf(
  runs: "SUCCESS" | "FAILURE" | "PENDING",
  statuses: readonly CommitStatus[],
): "SUCCESS" | "FAILURE" | "PENDING" {
  const states = statuses.map(({ state }) => state);
  if (runs === "FAILURE" || states.includes("failure") || states.includes("error")) {
    return "FAILURE";
  }
  return runs === "PENDING" || states.includes("pending") ? "PENDING" : "SUCCESS";
}

export const statusFields: Fields<StatusSource> = {
  id: ({ status }) => status.nodeId,
  context: ({ status }) => status.context,
  state: ({ status }) => status.state.toUpperCase(),
  description: ({ status }) => status.description,
  targetUrl: ({ status }) => status.targetUrl,
  createdAt: ({ status }) => status.at,
  creator: ({ status }, _args, { world }) => actorOf(world, status.creator),
  commit: ({ repo, status }, _args, context) => knownCommit(context, repo, status.oid),
  isRequired: ({ repo, status }, args: { pullRequestNumber?: number | null }, { world }) => {
    const pull = args.pullRequestNumber == null ? null : world.pull(repo, args.pullRequestNumber);
    if (pull === null) throw new NotServed("StatusContext.isRequired without pullRequestNumber");
    const { requiredChecks } = rulesOf(repo, pull.baseBranch);
    return requiredChecks.some((rule) => rule.context === status.context && rule.appId === null);
  },
};

export const rollupFields: Fields<RollupSource> = {
  id: ({ repo, headOid }) => gitId("SCR", repo.id, headOid),
  commit: ({ repo, headOid }, _args, context) => commitOf(context, repo, headOid),
  state: ({ checks, statuses }) => worstOf(rollupState(checks), statuses),
  contexts: ({ repo, checks, statuses }, args: PageArgs, _context, info) => {
    const runs = checks.map((check): CheckRunSource => ({ __typename: "CheckRun", repo, check }));
    const contexts = statuses.map(
      (status): StatusSource => ({ __typename: "StatusContext", repo, status }),
    );
    const page = connection<CheckRunSource | StatusSource>(info, args, [...runs, ...contexts]);
    return { ...page, checkRunCount: runs.length, statusContextCount: contexts.length };
  },
};

/** GitHub groups the runs of one App on one commit. */
export function checkSuites(
  context: Context,
  repo: Repo,
  headOid: Oid,
): readonly CheckSuiteSource[] {
  requireAccess(context, repo, "checks", "read");
  const byApp = new Map<number, CheckRun[]>();
  for (const check of context.world.checks(repo, headOid)) {
    byApp.set(check.appId, [...(byApp.get(check.appId) ?? []), check]);
  }
  return [...byApp].map(([appId, checks]) => ({
    __typename: "CheckSuite",
    repo,
    headOid,
    appId,
    checks,
  }));
}

export const checkSuiteFields: Fields<CheckSuiteSource> = {
  id: ({ repo, headOid, appId }) => gitId("CS", repo.id, `${appId}:${headOid}`),
  app: ({ appId }, _args, { world }) => {
    const app = world.apps.get(appId);
    return app === undefined ? null : { __typename: "App", app };
  },
  commit: ({ repo, headOid }, _args, context) => knownCommit(context, repo, headOid),
  repository: ({ repo }) => repoSource(repo),
  status: ({ checks }) =>
    checks.every((check) => check.status === "completed") ? "COMPLETED" : "IN_PROGRESS",
  conclusion: ({ checks }) => {
    const state = rollupState(latest(checks));
    return state === "PENDING" ? null : state;
  },
  checkRuns: (
    { repo, checks },
    args: PageArgs & { filterBy?: { checkName?: string | null } | null },
    _context,
    info,
  ) => {
    const { checkName, ...others } = args.filterBy ?? {};
    if (Object.values(others).some((value) => value != null)) {
      throw new NotServed("CheckSuite.checkRuns(filterBy:) with more than checkName");
    }
    const runs = latest(checks)
      .filter((check) => checkName == null || check.name === checkName)
      .map((check): CheckRunSource => ({ __typename: "CheckRun", repo, check }));
    return connection(info, args, runs);
  },
};

export const checkRunFields: Fields<CheckRunSource> = {
  id: ({ check }) => check.nodeId,
  databaseId: ({ check }) => check.id,
  name: ({ check }) => check.name,
  status: ({ check }) => check.status.toUpperCase(),
  conclusion: ({ check }) => check.conclusion?.toUpperCase() ?? null,
  startedAt: ({ check }) => check.startedAt,
  completedAt: ({ check }) => check.completedAt,
  detailsUrl: ({ check }) => check.detailsUrl,
  externalId: ({ check }) => check.externalId,
  title: ({ check }) => check.title,
  summary: ({ check }) => check.summary,
  text: ({ check }) => check.text,
  repository: ({ repo }) => repoSource(repo),
  url: ({ repo, check }, _args, { baseUrl }) =>
    `${baseUrl}/${repo.owner}/${repo.name}/runs/${check.id}`,
  permalink: ({ repo, check }, _args, { baseUrl }) =>
    `${baseUrl}/${repo.owner}/${repo.name}/runs/${check.id}`,
  checkSuite: ({ repo, check }, _args, context) =>
    checkSuites(context, repo, check.headOid).find((suite) => suite.appId === check.appId),
  isRequired: ({ repo, check }, args: { pullRequestNumber?: number | null }, { world }) => {
    const pull = args.pullRequestNumber == null ? null : world.pull(repo, args.pullRequestNumber);
    if (pull === null) throw new NotServed("CheckRun.isRequired without pullRequestNumber");
    return rulesOf(repo, pull.baseBranch).requiredChecks.some(
      (rule) => rule.context === check.name && (rule.appId === null || rule.appId === check.appId),
    );
  },
};

export const appFields: Fields<AppSource> = {
  databaseId: ({ app }) => app.id,
  slug: ({ app }) => app.slug,
  name: ({ app }) => app.slug,
  clientId: ({ app }) => app.clientId,
};
