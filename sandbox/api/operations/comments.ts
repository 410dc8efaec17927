import type { Comment, Repo } from "../../world/entities.ts";
import { ApiError, notFound } from "../api-error.ts";
import type { Caller } from "../caller.ts";
import type { Handlers } from "../operation.ts";
import { mayChange } from "../permissions.ts";
import { commentOf, pullOf } from "../resolve.ts";
import type { Room } from "../room.ts";
import { commentShape, reactionShape } from "../shapes/issue.ts";

type CommentHandlers = Pick<
  Handlers,
  | "issues/list-comments"
  | "issues/create-comment"
  | "issues/get-comment"
  | "issues/update-comment"
  | "issues/delete-comment"
  | "reactions/list-for-issue-comment"
  | "reactions/create-for-issue-comment"
  | "reactions/delete-for-issue-comment"
>;

function refuseStranger(room: Room, repo: Repo, caller: Caller, author: string): void {
  if (!mayChange(room.world, caller, repo, author))
    throw new ApiError(403, "Must have write access to Repository.");
}

function reactionOf(comment: Comment, id: number | bigint): Comment["reactions"][number] {
  const found = comment.reactions.find((reaction) => reaction.id === Number(id));
  if (found === undefined) throw notFound();
  return found;
}

export const COMMENTS: CommentHandlers = {
  "issues/list-comments": ({ room, repo, params, query, page }) => {
    const pull = pullOf(room.world, repo, params.issue_number);
    const since = query.since === undefined ? 0 : Date.parse(query.since);
    const all = room.world.comments(pull).filter((c) => Date.parse(c.updatedAt) >= since);
    return { status: 200, body: page(all).map((c) => commentShape(room, repo, pull, c)) };
  },
  "issues/create-comment": async ({ room, repo, actor, params, body }) => {
    const pull = pullOf(room.world, repo, params.issue_number);
    const comment = await room.world.comment(repo, actor, pull, body.body);
    return { status: 201, body: commentShape(room, repo, pull, comment) };
  },
  "issues/get-comment": ({ room, repo, params }) => {
    const { pull, comment } = commentOf(room.world, repo, params.comment_id);
    return { status: 200, body: commentShape(room, repo, pull, comment) };
  },
  "issues/update-comment": async ({ room, repo, actor, caller, params, body }) => {
    const { pull, comment } = commentOf(room.world, repo, params.comment_id);
    refuseStranger(room, repo, caller, comment.author);
    await room.world.editComment(repo, actor, comment, body.body);
    return { status: 200, body: commentShape(room, repo, pull, comment) };
  },
  "issues/delete-comment": async ({ room, repo, actor, caller, params }) => {
    const { comment } = commentOf(room.world, repo, params.comment_id);
    refuseStranger(room, repo, caller, comment.author);
    await room.world.deleteComment(repo, actor, comment);
    return { status: 204, body: null };
  },
  "reactions/list-for-issue-comment": ({ room, repo, params, query, page }) => {
    const { comment } = commentOf(room.world, repo, params.comment_id);
    const all = comment.reactions.map((reaction) => reactionShape(room, comment, reaction));
    const wanted = all.filter((r) => query.content === undefined || r.content === query.content);
    return { status: 200, body: [...page(wanted)] };
  },
  "reactions/create-for-issue-comment": async ({ room, repo, actor, params, body }) => {
    const { comment } = commentOf(room.world, repo, params.comment_id);
    const before = comment.reactions.length;
    const { id } = await room.world.react(repo, actor, comment, body.content);
    const status = comment.reactions.length > before ? 201 : 200;
    return { status, body: reactionShape(room, comment, reactionOf(comment, id)) };
  },
  "reactions/delete-for-issue-comment": ({ room, repo, actor, params }) => {
    const { comment } = commentOf(room.world, repo, params.comment_id);
    const reaction = reactionOf(comment, params.reaction_id);
    if (reaction.by !== actor) throw notFound();
    comment.reactions.splice(comment.reactions.indexOf(reaction), 1);
    return { status: 204, body: null };
  },
};
