import type { Comment, Pull, Repo } from "../../world/entities.ts";
import type { Room } from "../room.ts";
import { repoApi, repoWeb } from "../urls.ts";
import { type Schemas, userByLogin, userOrNull } from "./account.ts";
import { appShape } from "./app.ts";
import { nodeIdOf } from "./commit.ts";
import { labelsOf } from "./pull.ts";
import { association, label } from "./repo.ts";

/** A pull request seen through `/issues`: the sandbox has no other issues. */
export function issueShape(room: Room, repo: Repo, pull: Pull): Schemas["issue"] {
  const { world, urls } = room;
  const api = repoApi(urls, repo);
  const self = `${api}/issues/${pull.number}`;
  const web = `${repoWeb(urls, repo)}/pull/${pull.number}`;
  return {
    id: pull.id,
    node_id: pull.nodeId,
    url: self,
    repository_url: api,
    labels_url: `${self}/labels{/name}`,
    comments_url: `${self}/comments`,
    events_url: `${self}/events`,
    html_url: web,
    number: pull.number,
    state: pull.state,
    title: pull.title,
    body: pull.body === "" ? null : pull.body,
    user: userByLogin(world, urls, pull.author),
    labels: labelsOf(repo, pull).map((l) => label(urls, repo, l)),
    assignee: null,
    assignees: [],
    milestone: null,
    locked: false,
    comments: world.comments(pull).length,
    pull_request: {
      url: `${api}/pulls/${pull.number}`,
      html_url: web,
      diff_url: `${web}.diff`,
      patch_url: `${web}.patch`,
      merged_at: pull.mergedAt,
    },
    closed_at: pull.closedAt,
    closed_by: userOrNull(world, urls, pull.closedBy),
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    draft: pull.draft,
    author_association: association(world, repo, pull.author),
  };
}

export function commentShape(
  room: Room,
  repo: Repo,
  pull: Pull,
  comment: Comment,
): Schemas["issue-comment"] {
  const api = repoApi(room.urls, repo);
  const app = comment.viaApp === null ? undefined : room.world.apps.get(comment.viaApp);
  return {
    id: comment.id,
    node_id: comment.nodeId,
    url: `${api}/issues/comments/${comment.id}`,
    html_url: `${repoWeb(room.urls, repo)}/pull/${pull.number}#issuecomment-${comment.id}`,
    issue_url: `${api}/issues/${pull.number}`,
    body: comment.body,
    user: userByLogin(room.world, room.urls, comment.author),
    created_at: comment.at,
    updated_at: comment.updatedAt,
    author_association: association(room.world, repo, comment.author),
    performed_via_github_app: app === undefined ? null : appShape(room, app),
  };
}

export type ReactionContent = Schemas["reaction"]["content"];

export function reactionShape(
  room: Room,
  comment: Comment,
  reaction: Comment["reactions"][number],
): Schemas["reaction"] {
  return {
    id: reaction.id,
    node_id: nodeIdOf("REA", reaction.id),
    user: userByLogin(room.world, room.urls, reaction.by),
    content: contentOf(reaction.content),
    created_at: comment.updatedAt,
  };
}

const CONTENTS: readonly ReactionContent[] = [
  "+1",
  "-1",
  "laugh",
  "confused",
  "heart",
  "hooray",
  "rocket",
  "eyes",
];

function contentOf(content: string): ReactionContent {
  const known = CONTENTS.find((word) => word === content);
  if (known === undefined) throw new Error(`The world keeps an unknown reaction: ${content}`);
  return known;
}
