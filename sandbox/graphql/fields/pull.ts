import type { Oid, TreeChange } from "../../git/object-store.ts";
import type { Label, Repo } from "../../world/entities.ts";
import { type Connection, connection, type PageArgs } from "../connection.ts";
import { type Context, type Fields, isVisible } from "../context.ts";
import { NotServed } from "../errors.ts";
import { gitId } from "../git-ids.ts";
import { knownCommit, refOf } from "../git-objects.ts";
import { countLines, type LineCounts, sumLines } from "../line-counts.ts";
import { commitsOf, filesOf } from "../pull-commits.ts";
import { stateOf } from "../pull-search.ts";
import { queueOf } from "../queue.ts";
import { latestOpinions, latestReviews, mayWrite, reviewDecision } from "../reviews.ts";
import { actorOf, type PullCommitSource, type PullSource, repoSource } from "../sources.ts";
import { rollupOf } from "./checks.ts";
import { commentSource, reviewSource } from "./conversation.ts";
import { pullPath } from "./paths.ts";
import { timelineItems } from "./timeline.ts";

function headRepo({ pull }: PullSource, { world }: Context): Repo | null {
  return world.repos.get(pull.headRepo) ?? null;
}

const stateFields: Fields<PullSource> = {
  id: ({ pull }) => pull.nodeId,
  databaseId: ({ pull }) => pull.id,
  fullDatabaseId: ({ pull }) => String(pull.id),
  number: ({ pull }) => pull.number,
  title: ({ pull }) => pull.title,
  body: ({ pull }) => pull.body,
  url: ({ repo, pull }, _args, { baseUrl }) => `${baseUrl}${pullPath(repo, pull)}`,
  permalink: ({ repo, pull }, _args, { baseUrl }) => `${baseUrl}${pullPath(repo, pull)}`,
  resourcePath: ({ repo, pull }) => pullPath(repo, pull),
  repository: ({ repo }) => repoSource(repo),
  baseRepository: ({ repo }) => repoSource(repo),
  state: ({ pull }) => stateOf(pull),
  isDraft: ({ pull }) => pull.draft,
  merged: ({ pull }) => pull.mergedAt !== null,
  mergedAt: ({ pull }) => pull.mergedAt,
  mergedBy: ({ pull }, _args, { world }) => actorOf(world, pull.mergedBy),
  mergeCommit: ({ repo, pull }, _args, context) =>
    pull.mergeOid === null ? null : knownCommit(context, repo, pull.mergeOid),
  closed: ({ pull }) => pull.state === "closed",
  closedAt: ({ pull }) => pull.closedAt,
  createdAt: ({ pull }) => pull.createdAt,
  publishedAt: ({ pull }) => pull.createdAt,
  updatedAt: ({ pull }) => pull.updatedAt,
  author: ({ pull }, _args, { world }) => actorOf(world, pull.author),
  viewerDidAuthor: ({ pull }, _args, { login }) => pull.author === login,
  locked: () => false,
  // The box is offered for pull requests from forks only, and is ticked by default.
  maintainerCanModify: ({ pull }) => pull.headRepo !== pull.repo,
};

const gitFields: Fields<PullSource> = {
  isCrossRepository: ({ pull }) => pull.headRepo !== pull.repo,
  headRefName: ({ pull }) => pull.headBranch,
  headRefOid: ({ pull }) => pull.headOid,
  headRef: (source, _args, context) => {
    const repo = headRepo(source, context);
    if (repo === null || source.pull.headDeleted) return null;
    return refOf(repo, `refs/heads/${source.pull.headBranch}`);
  },
  headRepository: (source, _args, context) => {
    const repo = headRepo(source, context);
    return repo === null || !isVisible(context, repo) ? null : repoSource(repo);
  },
  headRepositoryOwner: (source, _args, context) =>
    actorOf(context.world, headRepo(source, context)?.owner ?? null),
  baseRefName: ({ pull }) => pull.baseBranch,
  baseRefOid: ({ pull }) => pull.baseOid,
  baseRef: ({ repo, pull }) => refOf(repo, `refs/heads/${pull.baseBranch}`),
  commits: async (source, args: PageArgs, _context, info) => {
    const commits = (await commitsOf(source)).map((oid) => pullCommit(source, oid));
    return connection(info, args, commits);
  },
  files: async (source, args: PageArgs, context, info) =>
    changedFilePage(context, source, connection(info, args, await filesOf(context, source))),
  changedFiles: async (source, _args, context) => (await filesOf(context, source)).length,
  additions: (source, _args, context) =>
    sumLines(context, source.repo, filesOf(context, source), "additions"),
  deletions: (source, _args, context) =>
    sumLines(context, source.repo, filesOf(context, source), "deletions"),
  statusCheckRollup: ({ repo, pull }, _args, context) => rollupOf(context, repo, pull.headOid),
};

const mergeFields: Fields<PullSource> = {
  mergeable: async ({ repo, pull }, _args, { world }) =>
    pull.state === "open" ? (await world.mergeability(repo, pull)).mergeable : "UNKNOWN",
  mergeStateStatus: async ({ repo, pull }, _args, { world }) =>
    pull.state === "open" ? (await world.mergeability(repo, pull)).state : "UNKNOWN",
  autoMergeRequest: (source, _args, { world }) => {
    const request = source.pull.autoMerge;
    if (request === null) return null;
    return {
      __typename: "AutoMergeRequest",
      enabledAt: request.at,
      enabledBy: actorOf(world, request.by),
      mergeMethod: request.method.toUpperCase(),
      pullRequest: source,
    };
  },
  isMergeQueueEnabled: ({ repo, pull }) => queueOf(repo, pull.baseBranch) !== null,
  isInMergeQueue: async ({ repo, pull }) => {
    const prefix = `refs/heads/gh-readonly-queue/${pull.baseBranch}/pr-${pull.number}-`;
    return (await repo.store.refs(prefix)).size > 0;
  },
  mergeQueue: ({ repo, pull }) => queueOf(repo, pull.baseBranch),
};

const conversationFields: Fields<PullSource> = {
  reviewDecision: ({ repo, pull }, _args, { world }) => reviewDecision(world, repo, pull),
  reviews: (source, args: ReviewArgs, { world }, info) => {
    const { author, states } = args;
    const reviews = world
      .reviews(source.pull)
      .filter((review) => author == null || review.author === author)
      .filter((review) => states == null || states.includes(review.state));
    return connection(
      info,
      args,
      reviews.map((review) => reviewSource(source, review)),
    );
  },
  latestReviews: (source, args: PageArgs, { world }, info) => {
    const reviews = latestReviews(world.reviews(source.pull));
    return connection(
      info,
      args,
      reviews.map((review) => reviewSource(source, review)),
    );
  },
  latestOpinionatedReviews: (
    source,
    args: PageArgs & { writersOnly?: boolean | null },
    { world },
    info,
  ) => {
    const reviews = latestOpinions(world.reviews(source.pull)).filter(
      (review) => args.writersOnly !== true || mayWrite(world, source.repo, review.author),
    );
    return connection(
      info,
      args,
      reviews.map((review) => reviewSource(source, review)),
    );
  },
  reviewRequests: (source, args: PageArgs, { world }, info) => {
    const { repo, pull } = source;
    const users = [...pull.reviewers].map((login) => actorOf(world, login));
    const teams = [...pull.teamReviewers].map((slug) => {
      const team = world.team(repo.owner, slug);
      return team === null ? null : { __typename: "Team", team };
    });
    const requests = [...users, ...teams].map((requestedReviewer, index) => ({
      __typename: "ReviewRequest",
      id: gitId("RR", repo.id, `${pull.number}:${index}`),
      asCodeOwner: false,
      pullRequest: source,
      requestedReviewer,
    }));
    return connection(info, args, requests);
  },
  comments: (source, args: PageArgs & { orderBy?: unknown }, { world }, info) => {
    if (args.orderBy != null) throw new NotServed("PullRequest.comments(orderBy:)");
    const comments = world.comments(source.pull).map((comment) => commentSource(source, comment));
    return connection(info, args, comments);
  },
  labels: ({ repo, pull }, args: PageArgs, _context, info) => {
    const labels = [...pull.labels]
      .map((name) => repo.labels.get(name))
      .filter((label): label is Label => label !== undefined)
      .map((label) => ({ __typename: "Label", repo, label }));
    return connection(info, args, labels);
  },
  timelineItems,
};

interface ReviewArgs extends PageArgs {
  readonly author?: string | null;
  readonly states?: readonly string[] | null;
}

export const pullFields: Fields<PullSource> = {
  ...stateFields,
  ...gitFields,
  ...mergeFields,
  ...conversationFields,
};

function pullCommit(of: PullSource, commitOid: Oid): PullCommitSource {
  return { __typename: "PullRequestCommit", of, commitOid };
}

export const pullCommitFields: Fields<PullCommitSource> = {
  id: ({ of, commitOid }) => gitId("PURC", of.repo.id, `${of.pull.number}:${commitOid}`),
  commit: ({ of, commitOid }, _args, context) => knownCommit(context, of.repo, commitOid),
  pullRequest: ({ of }) => of,
  url: ({ of, commitOid }, _args, { baseUrl }) =>
    `${baseUrl}${pullPath(of.repo, of.pull)}/commits/${commitOid}`,
  resourcePath: ({ of, commitOid }) => `${pullPath(of.repo, of.pull)}/commits/${commitOid}`,
};

/** Lines are counted for the files of the page only. */
async function changedFilePage(
  context: Context,
  { repo }: PullSource,
  page: Connection<TreeChange>,
): Promise<unknown> {
  const nodes = (await countLines(context, repo, page.nodes)).map(changedFile);
  const edges = page.edges.map(({ cursor }, index) => ({ cursor, node: nodes[index] }));
  return { ...page, nodes, edges };
}

function changedFile({ change, additions, deletions }: LineCounts): unknown {
  const added = change.before === null;
  const changeType = added ? "ADDED" : change.after === null ? "DELETED" : "MODIFIED";
  return {
    __typename: "PullRequestChangedFile",
    path: change.path,
    changeType,
    additions,
    deletions,
  };
}
