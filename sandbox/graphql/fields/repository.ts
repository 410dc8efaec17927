import type { Permission, Repo } from "../../world/entities.ts";
import { connection, type PageArgs } from "../connection.ts";
import { type Context, type Fields, requireAccess } from "../context.ts";
import { FieldFailure, NotServed, notFound } from "../errors.ts";
import { gitId } from "../git-ids.ts";
import { knownCommit, objectOf, objectOfExpression, refOf } from "../git-objects.ts";
import { findPulls, type PullArgs } from "../pull-search.ts";
import { queueOf } from "../queue.ts";
import {
  actorOf,
  type LabelSource,
  pullSource,
  type QueueSource,
  type RefSource,
  type RepoSource,
  repoSource,
} from "../sources.ts";

export function repoPath(repo: Repo): string {
  return `/${repo.owner}/${repo.name}`;
}

export const repositoryFields: Fields<RepoSource> = {
  id: ({ repo }) => repo.nodeId,
  databaseId: ({ repo }) => repo.id,
  name: ({ repo }) => repo.name,
  nameWithOwner: ({ repo }) => `${repo.owner}/${repo.name}`,
  owner: ({ repo }, _args, { world }) => actorOf(world, repo.owner),
  url: ({ repo }, _args, { baseUrl }) => `${baseUrl}${repoPath(repo)}`,
  resourcePath: ({ repo }) => repoPath(repo),
  createdAt: ({ repo }) => repo.createdAt,
  pushedAt: ({ repo }) => repo.pushedAt,
  isArchived: ({ repo }) => repo.archived,
  isPrivate: ({ repo }) => repo.private,
  visibility: ({ repo }) => (repo.private ? "PRIVATE" : "PUBLIC"),
  isEmpty: async ({ repo }) => (await repo.store.refs("refs/heads/")).size === 0,
  isFork: ({ repo }) => repo.parent !== null,
  isDisabled: () => false,
  parent: ({ repo }, _args, { world }) => {
    const parent = repo.parent === null ? undefined : world.repos.get(repo.parent);
    return parent === undefined ? null : repoSource(parent);
  },
  autoMergeAllowed: ({ repo }) => repo.allowAutoMerge,
  mergeCommitAllowed: ({ repo }) => repo.mergeMethods.has("merge"),
  squashMergeAllowed: ({ repo }) => repo.mergeMethods.has("squash"),
  rebaseMergeAllowed: ({ repo }) => repo.mergeMethods.has("rebase"),
  viewerPermission: ({ repo }, _args, context) => viewerPermission(context, repo),
  defaultBranchRef: ({ repo }, _args, context) => {
    requireAccess(context, repo, "contents", "read");
    return repo.defaultBranch === null ? null : refOf(repo, `refs/heads/${repo.defaultBranch}`);
  },
  ref: ({ repo }, args: { qualifiedName: string }, context) => {
    requireAccess(context, repo, "contents", "read");
    return refOf(repo, args.qualifiedName);
  },
  refs: async ({ repo }, args: RefsArgs, context, info) => {
    requireAccess(context, repo, "contents", "read");
    return connection(info, args, await findRefs(repo, args));
  },
  object: ({ repo }, args: { expression?: string | null; oid?: string | null }, context) => {
    requireAccess(context, repo, "contents", "read");
    if (args.oid != null) return objectOf(context, repo, args.oid);
    if (args.expression != null) return objectOfExpression(context, repo, args.expression);
    throw new FieldFailure(
      "UNPROCESSABLE",
      "Either `oid` or `expression` must be given to find an object.",
    );
  },
  pullRequest: ({ repo }, args: { number: number }, context) => {
    requireAccess(context, repo, "pull_requests", "read");
    const pull = context.world.pull(repo, args.number);
    if (pull !== null) return pullSource(repo, pull);
    throw notFound(`Could not resolve to a PullRequest with the number of ${args.number}.`);
  },
  pullRequests: ({ repo }, args: PullArgs, context, info) => {
    requireAccess(context, repo, "pull_requests", "read");
    return connection(info, args, findPulls(context.world, repo, args));
  },
  label: ({ repo }, args: { name: string }) => {
    const label = repo.labels.get(args.name);
    return label === undefined ? null : { __typename: "Label", repo, label };
  },
  labels: ({ repo }, args: PageArgs & { query?: string | null }, _context, info) => {
    if (args.query != null) throw new NotServed("Repository.labels(query:)");
    const labels = [...repo.labels.values()];
    return connection(
      info,
      args,
      labels.map((label) => ({ __typename: "Label", repo, label })),
    );
  },
  mergeQueue: ({ repo }, args: { branch?: string | null }) => queueOf(repo, args.branch ?? null),
};

interface RefsArgs extends PageArgs {
  readonly refPrefix: string;
  readonly query?: string | null;
  readonly direction?: "ASC" | "DESC" | null;
  readonly orderBy?: { readonly field: string; readonly direction: "ASC" | "DESC" } | null;
}

async function findRefs(repo: Repo, args: RefsArgs): Promise<readonly RefSource[]> {
  const refs = [...(await repo.store.refs(args.refPrefix))]
    .map(([full, at]): RefSource => ({ __typename: "Ref", repo, full, at }))
    .filter((ref) => args.query == null || ref.full.includes(args.query));
  if (args.orderBy?.field === "TAG_COMMIT_DATE") throw new NotServed("refs by TAG_COMMIT_DATE");
  const direction = args.orderBy?.direction ?? args.direction ?? "ASC";
  return direction === "DESC" ? refs.reverse() : refs;
}

/** GitHub knows a role for people only: an App acts by its own permissions. */
function viewerPermission({ world, caller, login }: Context, repo: Repo): string | null {
  if (caller.kind !== "user") return null;
  const permission: Permission = world.permissionOf(repo, login);
  return permission === "none" ? null : permission.toUpperCase();
}

export const labelFields: Fields<LabelSource> = {
  id: ({ label }) => label.nodeId,
  name: ({ label }) => label.name,
  color: ({ label }) => label.color,
  isDefault: () => false,
  repository: ({ repo }) => repoSource(repo),
  url: ({ repo, label }, _args, { baseUrl }) =>
    `${baseUrl}${repoPath(repo)}/labels/${encodeURIComponent(label.name)}`,
};

export const mergeQueueFields: Fields<QueueSource> = {
  id: ({ repo, branch }) => gitId("MQ", repo.id, branch),
  repository: ({ repo }) => repoSource(repo),
  url: ({ repo, branch }, _args, { baseUrl }) => `${baseUrl}${repoPath(repo)}/queue/${branch}`,
  resourcePath: ({ repo, branch }) => `${repoPath(repo)}/queue/${branch}`,
  entries: ({ repo, branch }, args: PageArgs, context, info) =>
    connection(
      info,
      args,
      context.world.queue(repo, branch).map((entry, index) => ({
        __typename: "MergeQueueEntry",
        id: gitId("MQE", repo.id, String(entry.pull.number)),
        position: index + 1,
        enqueuer: actorOf(context.world, entry.by),
        jump: false,
        solo: false,
        state: "AWAITING_CHECKS",
        headCommit: entry.headOid === "" ? null : knownCommit(context, repo, entry.headOid),
        baseCommit: entry.baseOid === "" ? null : knownCommit(context, repo, entry.baseOid),
        mergeQueue: queueOf(repo, branch),
        pullRequest: pullSource(repo, entry.pull),
      })),
    ),
};
