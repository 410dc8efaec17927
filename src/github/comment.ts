import type { Comment } from "../model/pulls.ts";
import { account, isSame } from "./accounts.ts";
import type { CommentNode } from "./pull-facts-document.ts";

/** How a comment of ours with a marker is told from others. */
export const NOTE = /<!-- tagboat:/;

/** Ends a comment that is said once. */
export function keyMarker(key: string): string {
  if (!/^[A-Za-z0-9:._/-]{1,200}$/.test(key)) throw new TypeError(`Not a key of a comment: ${key}`);
  return `<!-- tagboat:said ${key} -->`;
}

/** A comment of GraphQL in the words of the port. Only REST and the webhook tell of an App that spoke for a person. */
export function commentOf(node: CommentNode): Comment {
  const byOurApp = node.viewerDidAuthor;
  const edited = node.lastEditedAt !== null && !(byOurApp && isSame(node.author, node.editor));
  return {
    id: node.fullDatabaseId,
    author: account(node.author),
    byOurApp,
    body: node.body,
    createdAt: node.createdAt,
    edited,
    onFork: null,
  };
}
