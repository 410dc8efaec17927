import { z } from "zod";
import type { CdRepo } from "../model/forge.ts";
import type { Comment } from "../model/pulls.ts";
import { WHO_FRAGMENT } from "./accounts.ts";
import { commentOf, NOTE } from "./comment.ts";
import type { Document, Host } from "./host.ts";
import { COMMENT_FRAGMENT, CommentNode } from "./pull-facts-document.ts";
import { readAnswer } from "./target.ts";

export const LABELLED_NOTES: Document = {
  what: "repository",
  text: `query LabelledNotes($owner: String!, $name: String!, $label: String!) {
  repository(owner: $owner, name: $name) {
    databaseId
    pullRequests(labels: [$label], first: 50, orderBy: { field: UPDATED_AT, direction: DESC }) {
      nodes { number comments(last: 100) { nodes { ...CommentFacts } } }
    }
  }
}
${COMMENT_FRAGMENT}
${WHO_FRAGMENT}`,
};

const Answer = z.object({
  repository: z
    .object({
      databaseId: z.number(),
      pullRequests: z.object({
        nodes: z
          .array(
            z
              .object({
                number: z.number().int(),
                comments: z.object({ nodes: z.array(CommentNode.nullable()).nullish() }),
              })
              .nullable(),
          )
          .nullish(),
      }),
    })
    .nullable(),
});

/** Comments of our App with a marker on the pull requests that have a label; one request. */
export async function labelledNotes(
  host: Host,
  { owner, name, id }: CdRepo,
  label: string,
): Promise<readonly { readonly pull: number; readonly note: Comment }[]> {
  const { repository } = readAnswer(
    await host.query(LABELLED_NOTES, { owner, name, label }),
    Answer,
  );
  if (repository?.databaseId !== id) return [];
  return (repository.pullRequests.nodes ?? []).flatMap((pull) =>
    (pull?.comments.nodes ?? [])
      .filter((node) => node !== null)
      .filter(({ body, viewerDidAuthor }) => viewerDidAuthor && NOTE.test(body))
      .map((node) => ({ pull: pull?.number ?? 0, note: commentOf(node) })),
  );
}
