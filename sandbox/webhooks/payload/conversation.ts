import type { Comment, Pull, Repo, Review } from "../../world/entities.ts";
import { appPayload, authorAssociation, userPayload } from "./account.ts";
import { labelsPayload } from "./pull-request.ts";
import { accountNamed, apiOf, htmlOf, type Payload, type Scope } from "./scope.ts";

const reactionKinds = ["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"];

export function reviewPayload(scope: Scope, repo: Repo, pull: Pull, review: Review): Payload {
  const html = `${htmlOf(scope, repo)}/pull/${pull.number}#pullrequestreview-${review.id}`;
  const pullUrl = `${apiOf(scope, repo)}/pulls/${pull.number}`;
  return {
    id: review.id,
    node_id: review.nodeId,
    user: userPayload(scope, accountNamed(scope, review.author)),
    body: review.body === "" ? null : review.body,
    commit_id: review.commit,
    submitted_at: review.at,
    updated_at: review.at,
    state: review.state.toLowerCase(),
    html_url: html,
    pull_request_url: pullUrl,
    author_association: authorAssociation(scope, repo, review.author),
    _links: { html: { href: html }, pull_request: { href: pullUrl } },
  };
}

function reactionsPayload(url: string, reactions: Comment["reactions"]): Payload {
  const counts = reactionKinds.map((kind) => [
    kind,
    reactions.filter((reaction) => reaction.content === kind).length,
  ]);
  return { url, total_count: reactions.length, ...Object.fromEntries(counts) };
}

export function commentPayload(scope: Scope, repo: Repo, pull: Pull, comment: Comment): Payload {
  const url = `${apiOf(scope, repo)}/issues/comments/${comment.id}`;
  const author = accountNamed(scope, comment.author);
  const app = comment.viaApp === null ? undefined : scope.world.apps.get(comment.viaApp);
  return {
    url,
    html_url: `${htmlOf(scope, repo)}/pull/${pull.number}#issuecomment-${comment.id}`,
    issue_url: `${apiOf(scope, repo)}/issues/${pull.number}`,
    id: comment.id,
    node_id: comment.nodeId,
    user: userPayload(scope, author),
    created_at: comment.at,
    updated_at: comment.updatedAt,
    author_association: authorAssociation(scope, repo, comment.author),
    body: comment.body,
    reactions: reactionsPayload(`${url}/reactions`, comment.reactions),
    performed_via_github_app: app === undefined ? null : appPayload(scope, app),
  };
}

/** The issue that every pull request also is, as it comes with a comment. */
export function issuePayload(scope: Scope, repo: Repo, pull: Pull): Payload {
  const api = apiOf(scope, repo);
  const url = `${api}/issues/${pull.number}`;
  const html = `${htmlOf(scope, repo)}/pull/${pull.number}`;
  return {
    url,
    repository_url: api,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: html,
    id: pull.id,
    node_id: pull.nodeId,
    number: pull.number,
    title: pull.title,
    user: userPayload(scope, accountNamed(scope, pull.author)),
    labels: labelsPayload(scope, repo, pull),
    state: pull.state,
    locked: false,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: scope.world.comments(pull).length,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    author_association: authorAssociation(scope, repo, pull.author),
    active_lock_reason: null,
    draft: pull.draft,
    pull_request: {
      url: `${api}/pulls/${pull.number}`,
      html_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      merged_at: pull.mergedAt,
    },
    body: pull.body === "" ? null : pull.body,
    reactions: reactionsPayload(`${url}/reactions`, []),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: null,
    state_reason: null,
  };
}
