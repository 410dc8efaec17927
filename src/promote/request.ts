import type { Command, Request } from "../model/command.ts";
import type { RepoRight } from "../model/people.ts";
import type { Comment } from "../model/pulls.ts";

/** How old a comment may be when it is acted on, in milliseconds: who waits longer has looked elsewhere. */
export const COMMENT_LIVES = 30 * 60_000;

/** A command with who wrote it, and what the host says that they may. */
export interface Asking {
  readonly command: Command;
  readonly request: Request;
  readonly right: RepoRight;
}

/** A comment as its webhook told of it. */
export interface ToldComment {
  readonly userId: number;
  /** RFC 3339. */
  readonly at: string;
}

/** Why a comment that was read again is not acted on; `null`: it may be. */
export function staleness(
  comment: Comment | null,
  told: ToldComment,
  receivedAt: Date,
): string | null {
  if (comment === null) return "the comment is gone";
  if (comment.edited) return "the comment was edited";
  if (comment.byOurApp || comment.author.isBot)
    return "the comment was not written by a person alone";
  if (comment.author.id !== told.userId) return "the comment has another author";
  const age = receivedAt.getTime() - Date.parse(comment.createdAt);
  return age > COMMENT_LIVES ? "the webhook came long after the comment" : null;
}

/** Whether a command waited so long for us (GitHub was out of reach, the operator paused) that it may not be wanted any more. */
export function isLate({ at }: Pick<ToldComment, "at">, now: Date): boolean {
  return now.getTime() - Date.parse(at) > COMMENT_LIVES;
}
