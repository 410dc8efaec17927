import { z } from "zod";
import { WHO_FRAGMENT, Who } from "./accounts.ts";
import { RULES_FRAGMENT, Rules } from "./branch-rules.ts";
import { HEAD_COMMIT_FRAGMENT } from "./fragments.ts";
import type { Document } from "./host.ts";
import { HeadCommit, Oid, Viewer } from "./target-answer.ts";

/** A comment as the port tells it. Ids of comments have outgrown GraphQL's `Int`. */
export const COMMENT_FRAGMENT = `fragment CommentFacts on IssueComment {
  id
  fullDatabaseId
  body
  createdAt
  lastEditedAt
  viewerDidAuthor
  author { ...Who }
  editor { ...Who }
}`;

export const CommentNode = z.object({
  id: z.string(),
  fullDatabaseId: z.coerce.number(),
  body: z.string(),
  createdAt: z.string(),
  lastEditedAt: z.string().nullable(),
  viewerDidAuthor: z.boolean(),
  author: Who,
  editor: Who,
});
export type CommentNode = z.infer<typeof CommentNode>;

/** A pull request with all that decides about it. The cursors page through what may be more than a hundred. */
export const PULL_FACTS: Document = {
  what: "viewer+repository",
  text: `query PullFacts($owner: String!, $name: String!, $number: Int!, $reviews: String, $checks: String, $comments: String, $counted: [String!], $config: String!) {
  viewer { login databaseId }
  repository(owner: $owner, name: $name) {
    databaseId
    autoMergeAllowed
    defaultBranchRef { target { ... on Commit { file(path: $config) { oid } } } }
    said: pullRequests(labels: $counted, first: 1) { totalCount }
    open: pullRequests(states: OPEN, first: 100, orderBy: { field: UPDATED_AT, direction: DESC }) {
      nodes { number state headRefOid }
    }
    pullRequest(number: $number) {
      id
      number
      url
      state
      mergedAt
      isDraft
      title
      body
      changedFiles
      files(first: 100) { nodes { path changeType } }
      isCrossRepository
      baseRefName
      baseRefOid
      headRefName
      headRefOid
      mergeable
      mergeStateStatus
      autoMergeRequest { enabledAt }
      isMergeQueueEnabled
      isInMergeQueue
      author { ...Who }
      baseRef { target { oid } ...Rules }
      labels(first: 100) { nodes { name } }
      reviews(first: 100, after: $reviews) {
        pageInfo { hasNextPage endCursor }
        nodes { fullDatabaseId state submittedAt author { ...Who } commit { oid } }
      }
      comments(first: 100, after: $comments) {
        pageInfo { hasNextPage endCursor }
        nodes { ...CommentFacts }
      }
      commits(last: 100) {
        totalCount
        nodes {
          commit {
            ...HeadCommit
            authors(first: 20) { nodes { user { login databaseId } } }
            committer { user { login databaseId } }
          }
        }
      }
      head: commits(last: 1) {
        nodes {
          commit {
            oid
            statusCheckRollup { ...Checks }
            associatedPullRequests(first: 50) { nodes { number state headRefOid } }
          }
        }
      }
    }
  }
}
fragment Checks on StatusCheckRollup {
  contexts(first: 100, after: $checks) {
    pageInfo { hasNextPage endCursor }
    nodes {
      __typename
      ... on CheckRun {
        name
        status
        conclusion
        title
        isRequired(pullRequestNumber: $number)
        checkSuite { app { databaseId } }
      }
      ... on StatusContext { context state isRequired(pullRequestNumber: $number) }
    }
  }
}
${COMMENT_FRAGMENT}
${WHO_FRAGMENT}
${HEAD_COMMIT_FRAGMENT}
${RULES_FRAGMENT}`,
};

function page<T extends z.ZodType>(node: T) {
  return z.object({
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    nodes: z.array(node.nullable()).nullish(),
  });
}

const User = z.object({ login: z.string(), databaseId: z.number().nullable() }).nullable();

const ReviewNode = z.object({
  fullDatabaseId: z.coerce.number(),
  state: z.string(),
  submittedAt: z.string().nullable(),
  author: Who,
  commit: z.object({ oid: Oid }).nullable(),
});
export type ReviewNode = z.infer<typeof ReviewNode>;

const CheckNode = z.discriminatedUnion("__typename", [
  z.object({
    __typename: z.literal("CheckRun"),
    name: z.string(),
    status: z.string(),
    conclusion: z.string().nullable(),
    title: z.string().nullish(),
    isRequired: z.boolean(),
    checkSuite: z.object({ app: z.object({ databaseId: z.number().nullable() }).nullable() }),
  }),
  z.object({
    __typename: z.literal("StatusContext"),
    context: z.string(),
    state: z.string(),
    isRequired: z.boolean(),
  }),
]);
export type CheckNode = z.infer<typeof CheckNode>;

const CommitNode = HeadCommit.extend({
  authors: z.object({ nodes: z.array(z.object({ user: User }).nullable()).nullish() }),
  committer: z.object({ user: User }).nullable(),
});
export type CommitNode = z.infer<typeof CommitNode>;

const Others = z.object({
  nodes: z
    .array(z.object({ number: z.number().int(), state: z.string(), headRefOid: Oid }).nullable())
    .nullish(),
});
export type OtherPulls = z.infer<typeof Others>;

const Pull = z.object({
  id: z.string(),
  number: z.number().int(),
  url: z.string(),
  state: z.enum(["OPEN", "CLOSED", "MERGED"]),
  mergedAt: z.string().nullable(),
  isDraft: z.boolean(),
  title: z.string(),
  body: z.string(),
  changedFiles: z.number().int(),
  files: z
    .object({
      nodes: z.array(z.object({ path: z.string(), changeType: z.string() }).nullable()).nullish(),
    })
    .nullish(),
  isCrossRepository: z.boolean(),
  baseRefName: z.string(),
  baseRefOid: Oid,
  headRefName: z.string(),
  headRefOid: Oid,
  mergeable: z.string(),
  mergeStateStatus: z.string(),
  autoMergeRequest: z.looseObject({}).nullable(),
  isMergeQueueEnabled: z.boolean(),
  isInMergeQueue: z.boolean(),
  author: Who,
  baseRef: Rules.extend({ target: z.object({ oid: Oid }).nullable() }).nullable(),
  labels: z
    .object({ nodes: z.array(z.object({ name: z.string() }).nullable()).nullish() })
    .nullable(),
  reviews: page(ReviewNode).nullable(),
  comments: page(CommentNode),
  commits: z.object({
    totalCount: z.number().int(),
    nodes: z.array(z.object({ commit: CommitNode }).nullable()).nullish(),
  }),
  head: z.object({
    nodes: z
      .array(
        z
          .object({
            commit: z.object({
              oid: Oid,
              statusCheckRollup: z.object({ contexts: page(CheckNode) }).nullable(),
              associatedPullRequests: Others.nullable(),
            }),
          })
          .nullable(),
      )
      .nullish(),
  }),
});
export type FoundPull = z.infer<typeof Pull>;

/** Parse place of `PULL_FACTS`. */
export const PullFactsAnswer = z.object({
  viewer: Viewer,
  repository: z
    .object({
      databaseId: z.number(),
      autoMergeAllowed: z.boolean(),
      defaultBranchRef: z
        .object({
          target: z.object({ file: z.object({ oid: Oid }).nullish() }).nullable(),
        })
        .nullish(),
      said: z.object({ totalCount: z.number().int() }).nullish(),
      open: Others,
      pullRequest: Pull.nullable(),
    })
    .nullable(),
});
export type PullRepository = NonNullable<z.infer<typeof PullFactsAnswer>["repository"]>;
