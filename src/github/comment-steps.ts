import { z } from "zod";
import type { CdRepo } from "../model/forge.ts";
import type { Reaction } from "../model/pulls.ts";
import { inRepo } from "./host.ts";
import { restStep, type WriteStep } from "./write-step.ts";

/** A comment among the last of its pull request. */
const Sibling = z.object({
  id: z.string(),
  fullDatabaseId: z.coerce.number(),
  viewerDidAuthor: z.boolean(),
  body: z.string(),
});
export type Sibling = z.infer<typeof Sibling>;

const Added = z.object({
  commentEdge: z.object({ node: z.object({ id: z.string() }) }),
  subject: z
    .object({ comments: z.object({ nodes: z.array(Sibling.nullable()).nullish() }) })
    .nullish(),
});

/** What `addComment` did: the comment's node id, and the last comments of the pull request with it. */
export interface AddedComment {
  readonly id: string;
  readonly last: readonly Sibling[];
}

/** Adds a comment and reads, in the same request, what was said there before. */
export function addComment(
  repo: CdRepo,
  pull: { readonly number: number; readonly nodeId: string },
  body: string,
): WriteStep<AddedComment> {
  return {
    alias: "comment",
    field: "addComment",
    inputType: "AddCommentInput",
    input: { subjectId: pull.nodeId, body },
    selection:
      "commentEdge { node { id } } subject { ... on PullRequest { comments(last: 100) { nodes { id fullDatabaseId viewerDidAuthor body } } } }",
    read: (payload) => {
      const added = Added.safeParse(payload);
      if (!added.success) return null;
      const nodes = added.data.subject?.comments.nodes ?? [];
      const last = nodes.filter((node) => node !== null);
      return { id: added.data.commentEdge.node.id, last };
    },
    rest: (host) =>
      restStep(
        host,
        "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
        { ...inRepo(repo), issue_number: pull.number, body },
        RestAdded,
      ),
  };
}

const RestAdded = z
  .object({ node_id: z.string() })
  .transform(({ node_id: id }) => ({ commentEdge: { node: { id } } }));

/** GraphQL's words for the reactions of the port. */
const CONTENTS: Readonly<Record<Reaction, string>> = {
  eyes: "EYES",
  rocket: "ROCKET",
  confused: "CONFUSED",
};

export function addReaction(
  repo: CdRepo,
  comment: { readonly id: number; readonly nodeId: string },
  reaction: Reaction,
): WriteStep<true> {
  return {
    alias: "reaction",
    field: "addReaction",
    inputType: "AddReactionInput",
    input: { subjectId: comment.nodeId, content: CONTENTS[reaction] },
    selection: "reaction { id }",
    read: (payload) =>
      z.object({ reaction: z.object({ id: z.string() }) }).safeParse(payload).success ? true : null,
    rest: (host) =>
      restStep(
        host,
        "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions",
        { ...inRepo(repo), comment_id: comment.id, content: reaction },
        RestReaction,
      ),
  };
}

const RestReaction = z
  .object({ node_id: z.string() })
  .transform(({ node_id: id }) => ({ reaction: { id } }));

export function replaceComment(repo: CdRepo, comment: Sibling, body: string): WriteStep<true> {
  return {
    alias: "replace",
    field: "updateIssueComment",
    inputType: "UpdateIssueCommentInput",
    input: { id: comment.id, body },
    selection: "issueComment { id }",
    read: (payload) =>
      z.object({ issueComment: z.object({ id: z.string() }) }).safeParse(payload).success
        ? true
        : null,
    rest: (host) =>
      restStep(
        host,
        "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}",
        { ...inRepo(repo), comment_id: comment.fullDatabaseId, body },
        z
          .object({ node_id: z.string() })
          .transform(({ node_id: id }) => ({ issueComment: { id } })),
      ),
  };
}

export function deleteComment(repo: CdRepo, comment: Sibling, at: number): WriteStep<true> {
  return {
    alias: `delete${at}`,
    field: "deleteIssueComment",
    inputType: "DeleteIssueCommentInput",
    input: { id: comment.id },
    // The payload has nothing of its own: that it is there says that the mutation ran.
    selection: "clientMutationId",
    read: (payload) => (payload === null ? null : true),
    rest: (host) =>
      restStep(
        host,
        "DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}",
        { ...inRepo(repo), comment_id: comment.fullDatabaseId },
        z.unknown().transform(() => ({ clientMutationId: null })),
      ),
  };
}
