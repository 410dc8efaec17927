import type { MergeMethod, Repo } from "../../world/entities.ts";
import type { World } from "../../world/world.ts";
import { type Context, type Fields, isVisible, repoNotFound, requireAccess } from "../context.ts";
import { NotServed } from "../errors.ts";
import { gitId } from "../git-ids.ts";
import { nodeOfType } from "../nodes.ts";
import { queueOf } from "../queue.ts";
import { actorOf, type PullSource, pullSource } from "../sources.ts";

interface Input<T> {
  readonly input: T;
}
interface OnPull {
  readonly pullRequestId: string;
}

/** The pull request of an input, if the caller may write to pull requests there. */
export async function pullToWrite(context: Context, id: string): Promise<PullSource> {
  const source = await nodeOfType(context, id, "PullRequest");
  requireAccess(context, source.repo, "pull_requests", "write");
  return source;
}

export const pullMutations: Fields<unknown> = {
  createPullRequest: async (_source, { input }: Input<CreatePull>, context) => {
    const { repo } = await nodeOfType(context, input.repositoryId, "Repository");
    requireAccess(context, repo, "pull_requests", "write");
    const pull = await context.world.openPull(repo, context.login, {
      title: input.title,
      body: input.body ?? "",
      head: await headOf(context, repo, input),
      base: input.baseRefName,
      draft: input.draft ?? false,
    });
    return { pullRequest: pullSource(repo, pull) };
  },
  updatePullRequest: async (_source, { input }: Input<UpdatePull>, context) => {
    const source = await pullToWrite(context, input.pullRequestId);
    await updatePull(context, source, input);
    return { pullRequest: source, actor: actorOf(context.world, context.login) };
  },
  closePullRequest: async (_source, { input }: Input<OnPull>, context) => {
    const source = await pullToWrite(context, input.pullRequestId);
    await context.world.closePull(source.repo, context.login, source.pull);
    return { pullRequest: source };
  },
  reopenPullRequest: async (_source, { input }: Input<OnPull>, context) => {
    const source = await pullToWrite(context, input.pullRequestId);
    await context.world.reopenPull(source.repo, context.login, source.pull);
    return { pullRequest: source };
  },
  markPullRequestReadyForReview: async (_source, { input }: Input<OnPull>, context) => {
    const source = await pullToWrite(context, input.pullRequestId);
    await context.world.editPull(source.repo, context.login, source.pull, { draft: false });
    return { pullRequest: source };
  },
  mergePullRequest: async (_source, { input }: Input<Merge>, context) => {
    const source = await nodeOfType(context, input.pullRequestId, "PullRequest");
    requireAccess(context, source.repo, "contents", "write");
    if (input.authorEmail != null) throw new NotServed("mergePullRequest(authorEmail:)");
    await context.world.mergePull(source.repo, context.login, source.pull, {
      method: methodOf(input),
      ...mergeTexts(input),
    });
    return { pullRequest: source, actor: actorOf(context.world, context.login) };
  },
  enablePullRequestAutoMerge: async (_source, { input }: Input<Merge>, context) => {
    const source = await pullToWrite(context, input.pullRequestId);
    requireAccess(context, source.repo, "contents", "write");
    if (input.authorEmail != null) throw new NotServed("enablePullRequestAutoMerge(authorEmail:)");
    await context.world.setAutoMerge(source.repo, context.login, source.pull, methodOf(input), {
      ...mergeTexts(input),
    });
    return { pullRequest: source, actor: actorOf(context.world, context.login) };
  },
  disablePullRequestAutoMerge: async (_source, { input }: Input<OnPull>, context) => {
    const source = await pullToWrite(context, input.pullRequestId);
    await context.world.setAutoMerge(source.repo, context.login, source.pull, null);
    return { pullRequest: source, actor: actorOf(context.world, context.login) };
  },
  enqueuePullRequest: async (_source, { input }: Input<Enqueue>, context) => {
    const { repo, pull } = await pullToWrite(context, input.pullRequestId);
    requireAccess(context, repo, "contents", "write");
    if (input.jump === true) throw new NotServed("enqueuePullRequest(jump:)");
    const { world, login } = context;
    await world.enqueue(repo, login, pull, input.expectedHeadOid ?? undefined);
    return {
      mergeQueueEntry: {
        __typename: "MergeQueueEntry",
        id: gitId("MQE", repo.id, String(pull.number)),
        enqueuedAt: world.now().toISOString(),
        enqueuer: actorOf(world, login),
        mergeQueue: queueOf(repo, pull.baseBranch),
        pullRequest: pullSource(repo, pull),
      },
    };
  },
  dequeuePullRequest: async (_source, { input }: Input<{ id: string }>, context) => {
    const { repo, pull } = await pullToWrite(context, input.id);
    requireAccess(context, repo, "contents", "write");
    await context.world.dequeue(repo, context.login, pull);
    return {};
  },
};

interface CreatePull {
  readonly repositoryId: string;
  readonly baseRefName: string;
  readonly headRefName: string;
  readonly headRepositoryId?: string | null;
  readonly title: string;
  readonly body?: string | null;
  readonly draft?: boolean | null;
}

type Head = Parameters<World["openPull"]>[2]["head"];

/** `branch`, or `owner:branch` for one of a fork. */
async function headOf(context: Context, repo: Repo, input: CreatePull): Promise<Head> {
  if (input.headRepositoryId != null) {
    const head = await nodeOfType(context, input.headRepositoryId, "Repository");
    return { repo: head.repo, branch: input.headRefName };
  }
  const [owner, ...rest] = input.headRefName.split(":");
  if (owner === undefined || rest.length === 0) return { repo, branch: input.headRefName };
  for (const fork of context.world.repos.values()) {
    const related = fork.id === repo.id || fork.parent === repo.id;
    if (related && fork.owner === owner && isVisible(context, fork)) {
      return { repo: fork, branch: rest.join(":") };
    }
  }
  throw repoNotFound(owner, repo.name);
}

interface UpdatePull extends OnPull {
  readonly title?: string | null;
  readonly body?: string | null;
  readonly baseRefName?: string | null;
  readonly state?: "OPEN" | "CLOSED" | null;
  readonly labelIds?: readonly string[] | null;
  readonly assigneeIds?: unknown;
  readonly milestoneId?: unknown;
  readonly projectIds?: unknown;
  readonly maintainerCanModify?: unknown;
}

async function updatePull(
  context: Context,
  { repo, pull }: PullSource,
  input: UpdatePull,
): Promise<void> {
  for (const unserved of [
    "assigneeIds",
    "milestoneId",
    "projectIds",
    "maintainerCanModify",
  ] as const) {
    if (input[unserved] != null) throw new NotServed(`updatePullRequest(${unserved}:)`);
  }
  const { world, login } = context;
  await world.editPull(repo, login, pull, {
    ...(input.title == null ? {} : { title: input.title }),
    ...(input.body == null ? {} : { body: input.body }),
    ...(input.baseRefName == null ? {} : { base: input.baseRefName }),
  });
  if (input.labelIds != null) await replaceLabels(context, { repo, pull }, input.labelIds);
  if (input.state === "CLOSED" && pull.state === "open") await world.closePull(repo, login, pull);
  if (input.state === "OPEN" && pull.state === "closed") await world.reopenPull(repo, login, pull);
}

async function replaceLabels(
  context: Context,
  { repo, pull }: Pick<PullSource, "repo" | "pull">,
  ids: readonly string[],
): Promise<void> {
  const wanted = await labelNames(context, ids);
  for (const name of [...pull.labels]) {
    if (!wanted.includes(name)) await context.world.unlabel(repo, context.login, pull, name);
  }
  await context.world.label(repo, context.login, pull, wanted);
}

export async function labelNames(context: Context, ids: readonly string[]): Promise<string[]> {
  const labels = await Promise.all(ids.map((id) => nodeOfType(context, id, "Label")));
  return labels.map(({ label }) => label.name);
}

interface Merge extends OnPull {
  readonly expectedHeadOid?: string | null;
  readonly mergeMethod?: "MERGE" | "SQUASH" | "REBASE" | null;
  readonly commitHeadline?: string | null;
  readonly commitBody?: string | null;
  readonly authorEmail?: string | null;
}

interface Enqueue extends OnPull {
  readonly expectedHeadOid?: string | null;
  readonly jump?: boolean | null;
}

const methods = { MERGE: "merge", SQUASH: "squash", REBASE: "rebase" } as const;

function methodOf({ mergeMethod }: Merge): MergeMethod {
  return methods[mergeMethod ?? "MERGE"];
}

function mergeTexts(input: Merge): { expectedHead?: string; title?: string; message?: string } {
  return {
    ...(input.expectedHeadOid == null ? {} : { expectedHead: input.expectedHeadOid }),
    ...(input.commitHeadline == null ? {} : { title: input.commitHeadline }),
    ...(input.commitBody == null ? {} : { message: input.commitBody }),
  };
}
