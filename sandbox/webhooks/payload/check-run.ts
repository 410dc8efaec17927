import type { CheckRun, Repo } from "../../world/entities.ts";
import { appPayload } from "./account.ts";
import { apiOf, headRepoOf, htmlOf, type Payload, type Scope } from "./scope.ts";

export function checkRunPayload(scope: Scope, repo: Repo, check: CheckRun): Payload {
  const app = scope.world.apps.get(check.appId);
  if (app === undefined) throw new Error(`The world has no App ${check.appId}`);
  const url = `${apiOf(scope, repo)}/check-runs/${check.id}`;
  const html = `${htmlOf(scope, repo)}/runs/${check.id}`;
  const pulls = scope.world.pulls(repo).filter((pull) => pull.headOid === check.headOid);
  const pullRequests = pulls.map((pull) => ({
    id: pull.id,
    number: pull.number,
    url: `${apiOf(scope, repo)}/pulls/${pull.number}`,
    head: endPayload(scope, headRepoOf(scope, repo, pull), pull.headBranch, pull.headOid),
    base: endPayload(scope, repo, pull.baseBranch, pull.baseOid),
  }));
  return {
    id: check.id,
    name: check.name,
    node_id: check.nodeId,
    head_sha: check.headOid,
    external_id: check.externalId,
    url,
    html_url: html,
    details_url: check.detailsUrl ?? html,
    status: check.status,
    conclusion: check.conclusion,
    started_at: check.startedAt,
    completed_at: check.completedAt,
    output: {
      title: check.title,
      summary: check.summary,
      text: check.text,
      annotations_count: check.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: suitePayload(scope, repo, check, pullRequests),
    app: appPayload(scope, app),
    pull_requests: pullRequests,
  };
}

function endPayload(scope: Scope, repo: Repo, ref: string, sha: string): Payload {
  return { ref, sha, repo: { id: repo.id, url: apiOf(scope, repo), name: repo.name } };
}

/** The suite that GitHub keeps per App and commit; the world has none, so it carries the run's own state. */
function suitePayload(
  scope: Scope,
  repo: Repo,
  check: CheckRun,
  pullRequests: readonly Payload[],
): Payload {
  const pull = scope.world.pulls(repo).find((one) => one.headOid === check.headOid);
  return {
    id: check.id,
    node_id: check.nodeId,
    head_branch: pull?.headBranch ?? null,
    head_sha: check.headOid,
    status: check.status,
    conclusion: check.conclusion,
    url: `${apiOf(scope, repo)}/check-suites/${check.id}`,
    before: null,
    after: check.headOid,
    pull_requests: pullRequests,
    created_at: check.startedAt,
    updated_at: check.completedAt ?? check.startedAt,
  };
}
