import type { GraphQLResolveInfo } from "graphql";
import { connection, type PageArgs } from "../connection.ts";
import type { Context, Fields } from "../context.ts";
import { NotServed } from "../errors.ts";
import { gitId } from "../git-ids.ts";
import { commitOf, refOf } from "../git-objects.ts";
import type { PullMoment } from "../memory.ts";
import { actorOf, type MomentSource, type PullSource } from "../sources.ts";
import { commentSource, reviewSource } from "./conversation.ts";
import { pullPath } from "./paths.ts";

const typenames = {
  CLOSED_EVENT: "ClosedEvent",
  MERGED_EVENT: "MergedEvent",
  REOPENED_EVENT: "ReopenedEvent",
  HEAD_REF_FORCE_PUSHED_EVENT: "HeadRefForcePushedEvent",
  REMOVED_FROM_MERGE_QUEUE_EVENT: "RemovedFromMergeQueueEvent",
  AUTO_MERGE_DISABLED_EVENT: "AutoMergeDisabledEvent",
} as const satisfies Record<PullMoment["kind"], MomentSource["__typename"]>;

interface TimelineArgs extends PageArgs {
  readonly itemTypes?: readonly string[] | null;
  readonly since?: unknown;
  readonly skip?: number | null;
}

/** @throws NotServed without `itemTypes`: GitHub's timeline has kinds of which the sandbox knows nothing. */
export function timelineItems(
  source: PullSource,
  args: TimelineArgs,
  context: Context,
  info: GraphQLResolveInfo,
): unknown {
  const wanted = wantedTypes(args);
  const items = allItems(source, context)
    .filter(({ type }) => wanted.has(type))
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .map(({ item }) => item);
  const page = connection(info, args, items);
  return { ...page, filteredCount: items.length, pageCount: page.nodes.length };
}

function wantedTypes(args: TimelineArgs): ReadonlySet<string> {
  if (args.itemTypes == null) throw new NotServed("PullRequest.timelineItems without itemTypes");
  if (args.since != null || args.skip != null) {
    throw new NotServed("PullRequest.timelineItems(since:, skip:)");
  }
  const served = [...Object.keys(typenames), "ISSUE_COMMENT", "PULL_REQUEST_REVIEW"];
  const unserved = args.itemTypes.find((type) => !served.includes(type));
  if (unserved !== undefined) {
    throw new NotServed(`PullRequest.timelineItems(itemTypes: ${unserved})`);
  }
  return new Set(args.itemTypes);
}

interface TimelineItem {
  readonly type: string;
  readonly at: string;
  readonly item: unknown;
}

function allItems(source: PullSource, { world, memory }: Context): readonly TimelineItem[] {
  const moments = memory.timeline(source.pull).map((moment): TimelineItem => {
    const item: MomentSource = { __typename: typenames[moment.kind], of: source, moment };
    return { type: moment.kind, at: moment.at, item };
  });
  const comments = world.comments(source.pull).map((comment): TimelineItem => {
    const item = commentSource(source, comment);
    return { type: "ISSUE_COMMENT", at: comment.at, item };
  });
  const reviews = world.reviews(source.pull).map((review): TimelineItem => {
    const item = reviewSource(source, review);
    return { type: "PULL_REQUEST_REVIEW", at: review.at, item };
  });
  return [...moments, ...comments, ...reviews];
}

export const momentFields: Fields<MomentSource> = {
  id: ({ of, moment }) => gitId("EV", of.repo.id, `${of.pull.number}:${moment.kind}:${moment.at}`),
  actor: ({ moment }, _args, { world }) => actorOf(world, moment.actor),
  createdAt: ({ moment }) => moment.at,
  closable: ({ of }) => of,
  closer: () => null,
  stateReason: () => null,
  pullRequest: ({ of }) => of,
  url: ({ of }, _args, { baseUrl }) => `${baseUrl}${pullPath(of.repo, of.pull)}`,
  resourcePath: ({ of }) => pullPath(of.repo, of.pull),
  mergeRefName: ({ of }) => of.pull.baseBranch,
  commit: ({ of }, _args, context) =>
    of.pull.mergeOid === null ? null : commitOf(context, of.repo, of.pull.mergeOid),
  beforeCommit: ({ of, moment }, _args, context) =>
    "before" in moment ? commitOf(context, of.repo, moment.before) : null,
  afterCommit: ({ of, moment }, _args, context) =>
    "after" in moment ? commitOf(context, of.repo, moment.after) : null,
  reason: ({ moment }) => ("reason" in moment ? moment.reason : null),
  ref: ({ of }) => refOf(of.repo, `refs/heads/${of.pull.headBranch}`),
};
