import type { Label, Pull, Repo } from "../../world/entities.ts";
import { authorAssociation, teamPayload, userPayload } from "./account.ts";
import type { PullNumbers } from "./pull-numbers.ts";
import { repositoryPayload } from "./repository.ts";
import { accountNamed, apiOf, headRepoOf, htmlOf, type Payload, type Scope } from "./scope.ts";

export function labelPayload(scope: Scope, repo: Repo, label: Label): Payload {
  return {
    id: label.id,
    node_id: label.nodeId,
    url: `${apiOf(scope, repo)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: false,
    description: null,
  };
}

export function labelsPayload(scope: Scope, repo: Repo, pull: Pull): readonly Payload[] {
  const known = [...repo.labels.values()].filter((label) => pull.labels.has(label.name));
  return known.map((label) => labelPayload(scope, repo, label));
}

/** A pull request as it hangs on reviews: without what only its own webhooks tell (`pullRequestPayload`). */
export function plainPullPayload(scope: Scope, repo: Repo, pull: Pull): Payload {
  const head = headRepoOf(scope, repo, pull);
  return {
    ...linksOf(scope, repo, pull),
    id: pull.id,
    node_id: pull.nodeId,
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: userPayload(scope, accountNamed(scope, pull.author)),
    body: pull.body === "" ? null : pull.body,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeOid,
    assignee: null,
    assignees: [],
    requested_reviewers: [...pull.reviewers].map((login) =>
      userPayload(scope, accountNamed(scope, login)),
    ),
    requested_teams: teamsOf(scope, repo, pull),
    labels: labelsPayload(scope, repo, pull),
    milestone: null,
    draft: pull.draft,
    head: endPayload(scope, head, pull.headBranch, pull.headOid),
    base: endPayload(scope, repo, pull.baseBranch, pull.baseOid),
    author_association: authorAssociation(scope, repo, pull.author),
    auto_merge: autoMergePayload(scope, pull),
    active_lock_reason: null,
  };
}

/** A pull request as its own webhooks carry it. `mergeable` is not known yet when GitHub sends them. */
export function pullRequestPayload(
  scope: Scope,
  repo: Repo,
  pull: Pull,
  numbers: PullNumbers,
): Payload {
  const { mergedBy } = pull;
  return {
    ...plainPullPayload(scope, repo, pull),
    merged: pull.mergedAt !== null,
    mergeable: null,
    rebaseable: null,
    mergeable_state: "unknown",
    merged_by: mergedBy === null ? null : userPayload(scope, accountNamed(scope, mergedBy)),
    comments: scope.world.comments(pull).length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: numbers.commits,
    additions: numbers.additions,
    deletions: numbers.deletions,
    changed_files: numbers.changedFiles,
  };
}

function teamsOf(scope: Scope, repo: Repo, pull: Pull): readonly Payload[] {
  const teams = [...pull.teamReviewers].map((slug) => scope.world.team(repo.owner, slug));
  return teams.filter((team) => team !== null).map((team) => teamPayload(scope, team));
}

function autoMergePayload(scope: Scope, pull: Pull): Payload | null {
  if (pull.autoMerge === null) return null;
  return {
    enabled_by: userPayload(scope, accountNamed(scope, pull.autoMerge.by)),
    merge_method: pull.autoMerge.method,
    commit_title: null,
    commit_message: null,
  };
}

function endPayload(scope: Scope, repo: Repo, branch: string, sha: string): Payload {
  return {
    label: `${repo.owner}:${branch}`,
    ref: branch,
    sha,
    user: userPayload(scope, accountNamed(scope, repo.owner)),
    repo: {
      ...repositoryPayload(scope, repo),
      allow_squash_merge: true,
      allow_merge_commit: true,
      allow_rebase_merge: true,
      allow_auto_merge: repo.allowAutoMerge,
      delete_branch_on_merge: false,
      allow_update_branch: false,
      use_squash_pr_title_as_default: false,
      squash_merge_commit_message: "COMMIT_MESSAGES",
      squash_merge_commit_title: "COMMIT_OR_PR_TITLE",
      merge_commit_message: "PR_TITLE",
      merge_commit_title: "MERGE_MESSAGE",
    },
  };
}

function linksOf(scope: Scope, repo: Repo, pull: Pull): Payload {
  const api = apiOf(scope, repo);
  const html = `${htmlOf(scope, repo)}/pull/${pull.number}`;
  const url = `${api}/pulls/${pull.number}`;
  const urls = {
    issue: `${api}/issues/${pull.number}`,
    comments: `${api}/issues/${pull.number}/comments`,
    review_comments: `${url}/comments`,
    review_comment: `${api}/pulls/comments{/number}`,
    commits: `${url}/commits`,
    statuses: `${api}/statuses/${pull.headOid}`,
  };
  const asFields = Object.entries(urls).map(([name, link]) => [`${name}_url`, link]);
  const asLinks = Object.entries({ self: url, html, ...urls }).map(([name, href]) => [
    name,
    { href },
  ]);
  return {
    url,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    ...Object.fromEntries(asFields),
    _links: Object.fromEntries(asLinks),
  };
}
