import { z } from "zod";
import { type CdRepo, ForgeUnavailable } from "../model/forge.ts";
import type { Comment } from "../model/pulls.ts";
import { WHO_FRAGMENT } from "./accounts.ts";
import { commentOf, NOTE } from "./comment.ts";
import type { Document, Host } from "./host.ts";
import { COMMENT_FRAGMENT, CommentNode } from "./pull-facts-document.ts";
import { readAnswer } from "./target.ts";

/** In order of their making: while pages are read, a comment moves none of them to another. */
export const LABELLED_NOTES: Document = {
  what: "repository",
  text: `query LabelledNotes($owner: String!, $name: String!, $label: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    databaseId
    pullRequests(labels: [$label], first: 50, after: $after, orderBy: { field: CREATED_AT, direction: DESC }) {
      pageInfo { hasNextPage endCursor }
      nodes {
        number
        comments(last: 100) {
          pageInfo { hasPreviousPage startCursor }
          nodes { ...CommentFacts }
        }
      }
    }
  }
}
${COMMENT_FRAGMENT}
${WHO_FRAGMENT}`,
};

/** Comments of one pull request before those that were read. */
export const EARLIER_COMMENTS: Document = {
  what: "repository",
  text: `query EarlierComments($owner: String!, $name: String!, $number: Int!, $before: String!) {
  repository(owner: $owner, name: $name) {
    databaseId
    pullRequest(number: $number) {
      comments(last: 100, before: $before) {
        pageInfo { hasPreviousPage startCursor }
        nodes { ...CommentFacts }
      }
    }
  }
}
${COMMENT_FRAGMENT}
${WHO_FRAGMENT}`,
};

/** So many requests are made at most. What lies beyond could be a hold that stands: then nothing is known, instead of half. */
const MOST_REQUESTS = 60;

const Comments = z.object({
  pageInfo: z.object({ hasPreviousPage: z.boolean(), startCursor: z.string().nullable() }),
  nodes: z.array(CommentNode.nullable()).nullish(),
});
type Comments = z.infer<typeof Comments>;

const Labelled = z.object({
  repository: z
    .object({
      databaseId: z.number(),
      pullRequests: z.object({
        pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
        nodes: z
          .array(z.object({ number: z.number().int(), comments: Comments }).nullable())
          .nullish(),
      }),
    })
    .nullable(),
});

const Earlier = z.object({
  repository: z
    .object({
      databaseId: z.number(),
      pullRequest: z.object({ comments: Comments }).nullable(),
    })
    .nullable(),
});

export interface LabelledNote {
  readonly pull: number;
  readonly note: Comment;
}

/**
 * Comments of our App with a marker on the pull requests that have a label. One request for each fifty of them, one more for each
 * further hundred comments of one. Throws `ForgeUnavailable` where that would be more than {@link MOST_REQUESTS}.
 */
export async function labelledNotes(
  host: Host,
  repo: CdRepo,
  label: string,
): Promise<readonly LabelledNote[]> {
  const { id, name, owner } = repo;
  const budget = { left: MOST_REQUESTS, label };
  const notes: LabelledNote[] = [];
  let after: string | null = null;
  do {
    spend(budget);
    const answer = await host.query(LABELLED_NOTES, { owner, name, label, after });
    const { repository } = readAnswer(answer, Labelled);
    if (repository?.databaseId !== id) return [];
    const { nodes, pageInfo } = repository.pullRequests;
    for (const pull of nodes ?? []) {
      if (pull === null) continue;
      notes.push(...notesIn(pull.number, pull.comments));
      notes.push(...(await earlierNotes(host, repo, budget, pull)));
    }
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return notes;
}

interface Budget {
  left: number;
  readonly label: string;
}

function spend(budget: Budget): void {
  if (budget.left === 0) {
    const detail = `More than can be read stands on the pull requests with the label "${budget.label}", so which holds and bans stand is not known. Take the label off those whose words were all taken back.`;
    throw new ForgeUnavailable(detail, "request", null);
  }
  budget.left -= 1;
}

async function earlierNotes(
  host: Host,
  { id, name, owner }: CdRepo,
  budget: Budget,
  pull: { readonly number: number; readonly comments: Comments },
): Promise<readonly LabelledNote[]> {
  const { number } = pull;
  const notes: LabelledNote[] = [];
  let before = cursorBefore(pull.comments);
  while (before !== null) {
    spend(budget);
    const answer = await host.query(EARLIER_COMMENTS, { owner, name, number, before });
    const { repository } = readAnswer(answer, Earlier);
    const comments = repository?.pullRequest?.comments;
    if (repository?.databaseId !== id || comments === undefined) return notes;
    notes.push(...notesIn(number, comments));
    before = cursorBefore(comments);
  }
  return notes;
}

function cursorBefore({ pageInfo }: Comments): string | null {
  return pageInfo.hasPreviousPage ? pageInfo.startCursor : null;
}

function notesIn(pull: number, { nodes }: Comments): readonly LabelledNote[] {
  return (nodes ?? [])
    .filter((node) => node !== null)
    .filter(({ body, viewerDidAuthor }) => viewerDidAuthor && NOTE.test(body))
    .map((node) => ({ pull, note: commentOf(node) }));
}
