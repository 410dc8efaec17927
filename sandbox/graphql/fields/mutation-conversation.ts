import { type Context, type Fields, requireConversation } from "../context.ts";
import { FieldFailure, NotServed, notFound } from "../errors.ts";
import { gitId } from "../git-ids.ts";
import { nodeOf, nodeOfType } from "../nodes.ts";
import {
  type ActorSource,
  accountOf,
  type CommentSource,
  type PullSource,
  type ReviewSource,
  type TeamSource,
  userSource,
} from "../sources.ts";
import { commentSource, reviewSource } from "./conversation.ts";
import { labelNames, pullToWrite } from "./mutation-pulls.ts";

interface Input<T> {
  readonly input: T;
}

export const conversationMutations: Fields<unknown> = {
  addComment: async (_source, { input }: Input<{ subjectId: string; body: string }>, context) => {
    const subject = await nodeOfType(context, input.subjectId, "PullRequest");
    requireConversation(context, subject.repo);
    const { world, login } = context;
    const added = await world.comment(subject.repo, login, subject.pull, input.body);
    const node = commentSource(subject, added);
    return { subject, commentEdge: { cursor: added.nodeId, node } };
  },
  updateIssueComment: async (_source, { input }: Input<{ id: string; body: string }>, context) => {
    const issueComment = await nodeOfType(context, input.id, "IssueComment");
    const { of, comment } = issueComment;
    requireConversation(context, of.repo);
    await context.world.editComment(of.repo, context.login, comment, input.body);
    return { issueComment };
  },
  deleteIssueComment: async (_source, { input }: Input<{ id: string }>, context) => {
    const { of, comment } = await nodeOfType(context, input.id, "IssueComment");
    requireConversation(context, of.repo);
    await context.world.deleteComment(of.repo, context.login, comment);
    return {};
  },
  addReaction: async (_source, { input }: Input<AddReaction>, context) => {
    const subject = await nodeOfType(context, input.subjectId, "IssueComment");
    requireConversation(context, subject.of.repo);
    return { subject, reaction: await react(context, subject, input.content) };
  },
  minimizeComment: async (_source, { input }: Input<Minimize>, context) => {
    const subject = await commentOrReview(context, input.subjectId);
    requireConversation(context, subject.of.repo);
    const thing = subject.__typename === "IssueComment" ? subject.comment : subject.review;
    context.memory.minimized.set(thing, input.classifier.toLowerCase().replace("_", "-"));
    return { minimizedComment: subject };
  },
  addLabelsToLabelable: async (_source, { input }: Input<AddLabels>, context) => {
    const labelable = await nodeOfType(context, input.labelableId, "PullRequest");
    requireConversation(context, labelable.repo);
    const names = await labelNames(context, input.labelIds);
    await context.world.label(labelable.repo, context.login, labelable.pull, names);
    return { labelable };
  },
  requestReviews: async (_source, { input }: Input<RequestReviews>, context) => {
    const source = await pullToWrite(context, input.pullRequestId);
    if (input.union !== true && source.pull.reviewers.size + source.pull.teamReviewers.size > 0) {
      throw new NotServed("requestReviews that replaces earlier requests");
    }
    const users = await reviewers(context, input.userIds ?? [], isPerson);
    const teams = await reviewers(context, input.teamIds ?? [], isTeam);
    await context.world.requestReview(
      source.repo,
      context.login,
      source.pull,
      users.map(({ account }) => account.login),
      teams.map(({ team }) => team.slug),
    );
    const account = accountOf(context.world, context.login);
    return { pullRequest: source, actor: account === null ? null : userSource(account) };
  },
  addPullRequestReview: async (_source, { input }: Input<AddReview>, context) => {
    const source = await pullToWrite(context, input.pullRequestId);
    const review = await addReview(context, source, input);
    return {
      pullRequestReview: review,
      reviewEdge: { cursor: review.review.nodeId, node: review },
    };
  },
};

interface AddReaction {
  readonly subjectId: string;
  readonly content: keyof typeof reactions;
}

/** GraphQL's names of the reactions that REST writes as signs. */
const reactions = {
  THUMBS_UP: "+1",
  THUMBS_DOWN: "-1",
  LAUGH: "laugh",
  HOORAY: "hooray",
  CONFUSED: "confused",
  HEART: "heart",
  ROCKET: "rocket",
  EYES: "eyes",
} as const;

async function react(
  { world, login }: Context,
  subject: CommentSource,
  content: AddReaction["content"],
): Promise<unknown> {
  const { repo } = subject.of;
  const { id } = await world.react(repo, login, subject.comment, reactions[content]);
  const account = accountOf(world, login);
  return {
    __typename: "Reaction",
    id: gitId("REA", repo.id, String(id)),
    databaseId: id,
    content,
    reactable: subject,
    user: account === null ? null : userSource(account),
  };
}

interface Minimize {
  readonly subjectId: string;
  readonly classifier: string;
}

async function commentOrReview(
  context: Context,
  id: string,
): Promise<CommentSource | ReviewSource> {
  const source = await nodeOf(context, id);
  return source.__typename === "PullRequestReview"
    ? nodeOfType(context, id, "PullRequestReview")
    : nodeOfType(context, id, "IssueComment");
}

interface AddLabels {
  readonly labelableId: string;
  readonly labelIds: readonly string[];
}

interface RequestReviews {
  readonly pullRequestId: string;
  readonly userIds?: readonly string[] | null;
  readonly teamIds?: readonly string[] | null;
  readonly union?: boolean | null;
}

type NodeSource = Awaited<ReturnType<typeof nodeOf>>;

async function reviewers<T extends NodeSource>(
  context: Context,
  ids: readonly string[],
  accepts: (source: NodeSource) => source is T,
): Promise<readonly T[]> {
  const found: T[] = [];
  for (const id of ids) {
    const source = await nodeOf(context, id);
    if (!accepts(source)) throw notFound(`Could not resolve to a reviewer with the id '${id}'.`);
    found.push(source);
  }
  return found;
}

function isPerson(source: NodeSource): source is ActorSource {
  return source.__typename === "User";
}

function isTeam(source: NodeSource): source is TeamSource {
  return source.__typename === "Team";
}

interface AddReview {
  readonly pullRequestId: string;
  readonly event?: "APPROVE" | "COMMENT" | "REQUEST_CHANGES" | "DISMISS" | null;
  readonly body?: string | null;
  readonly commitOID?: string | null;
  readonly comments?: unknown;
  readonly threads?: unknown;
}

const verdicts = {
  APPROVE: "APPROVED",
  COMMENT: "COMMENTED",
  REQUEST_CHANGES: "CHANGES_REQUESTED",
} as const;

async function addReview(
  { world, login }: Context,
  source: PullSource,
  input: AddReview,
): Promise<ReviewSource> {
  if (input.comments != null || input.threads != null) {
    throw new NotServed("addPullRequestReview with comments on lines");
  }
  if (input.event == null) throw new NotServed("addPullRequestReview without an event (pending)");
  if (input.event === "DISMISS") {
    throw new FieldFailure("UNPROCESSABLE", "A review cannot be dismissed while it is made.");
  }
  const review = await world.review(source.repo, login, source.pull, {
    state: verdicts[input.event],
    body: input.body ?? "",
    ...(input.commitOID == null ? {} : { commit: input.commitOID }),
  });
  return reviewSource(source, review);
}
