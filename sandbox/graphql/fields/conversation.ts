import type { Comment, Review } from "../../world/entities.ts";
import type { Context, Fields } from "../context.ts";
import { commitOf } from "../git-objects.ts";
import {
  actorOf,
  type CommentSource,
  type PullSource,
  type ReviewSource,
  repoSource,
} from "../sources.ts";
import { pullPath } from "./paths.ts";

export function reviewSource(of: PullSource, review: Review): ReviewSource {
  return { __typename: "PullRequestReview", of, review };
}

export function commentSource(of: PullSource, comment: Comment): CommentSource {
  return { __typename: "IssueComment", of, comment };
}

function reviewPath({ of, review }: ReviewSource): string {
  return `${pullPath(of.repo, of.pull)}#pullrequestreview-${review.id}`;
}

function commentPath({ of, comment }: CommentSource): string {
  return `${pullPath(of.repo, of.pull)}#issuecomment-${comment.id}`;
}

function minimizedReason(context: Context, thing: Comment | Review): string | null {
  return context.memory.minimized.get(thing) ?? null;
}

export const reviewFields: Fields<ReviewSource> = {
  id: ({ review }) => review.nodeId,
  databaseId: ({ review }) => review.id,
  fullDatabaseId: ({ review }) => String(review.id),
  author: ({ review }, _args, { world }) => actorOf(world, review.author),
  body: ({ review }) => review.body,
  state: ({ review }) => review.state,
  commit: ({ of, review }, _args, context) => commitOf(context, of.repo, review.commit),
  submittedAt: ({ review }) => review.at,
  createdAt: ({ review }) => review.at,
  publishedAt: ({ review }) => review.at,
  pullRequest: ({ of }) => of,
  repository: ({ of }) => repoSource(of.repo),
  url: (source, _args, { baseUrl }) => `${baseUrl}${reviewPath(source)}`,
  resourcePath: reviewPath,
  viewerDidAuthor: ({ review }, _args, { login }) => review.author === login,
  isMinimized: ({ review }, _args, context) => minimizedReason(context, review) !== null,
  minimizedReason: ({ review }, _args, context) => minimizedReason(context, review),
};

export const commentFields: Fields<CommentSource> = {
  id: ({ comment }) => comment.nodeId,
  databaseId: ({ comment }) => comment.id,
  fullDatabaseId: ({ comment }) => String(comment.id),
  author: ({ comment }, _args, { world }) => actorOf(world, comment.author),
  body: ({ comment }) => comment.body,
  createdAt: ({ comment }) => comment.at,
  publishedAt: ({ comment }) => comment.at,
  updatedAt: ({ comment }) => comment.updatedAt,
  lastEditedAt: ({ comment }) => (comment.editedBy === null ? null : comment.updatedAt),
  editor: ({ comment }, _args, { world }) => actorOf(world, comment.editedBy),
  pullRequest: ({ of }) => of,
  repository: ({ of }) => repoSource(of.repo),
  url: (source, _args, { baseUrl }) => `${baseUrl}${commentPath(source)}`,
  resourcePath: commentPath,
  viewerDidAuthor: ({ comment }, _args, { login }) => comment.author === login,
  isMinimized: ({ comment }, _args, context) => minimizedReason(context, comment) !== null,
  minimizedReason: ({ comment }, _args, context) => minimizedReason(context, comment),
};
