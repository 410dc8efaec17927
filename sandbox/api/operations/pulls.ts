import type { Pull, Repo } from "../../world/entities.ts";
import { ApiError, invalid, notFound } from "../api-error.ts";
import type { Caller } from "../caller.ts";
import type { BodyOf, Call, Handlers, QueryOf } from "../operation.ts";
import { mayChange, personHas } from "../permissions.ts";
import { inNetwork, pullOf } from "../resolve.ts";
import type { Room } from "../room.ts";
import { commitShapes } from "../shapes/commit.ts";
import { pullCommits, pullFiles, pullFull, pullSimple } from "../shapes/pull.ts";

type PullHandlers = Pick<
  Handlers,
  | "pulls/list"
  | "pulls/get"
  | "pulls/create"
  | "pulls/update"
  | "pulls/list-files"
  | "pulls/list-commits"
  | "pulls/check-if-merged"
  | "pulls/merge"
>;

function isFrom(room: Room, pull: Pull, head: string): boolean {
  const owner = room.world.repos.get(pull.headRepo)?.owner.toLowerCase() ?? "";
  const [wanted = "", ...branch] = head.split(":");
  // Without an owner GitHub ignores the filter.
  return (
    branch.length === 0 || (wanted.toLowerCase() === owner && branch.join(":") === pull.headBranch)
  );
}

function listed(room: Room, repo: Repo, query: QueryOf<"pulls/list">): Pull[] {
  const state = query.state ?? "open";
  const found = room.world
    .pulls(repo)
    .filter(
      (pull) =>
        (state === "all" || pull.state === state) &&
        (query.base === undefined || pull.baseBranch === query.base) &&
        (query.head === undefined || isFrom(room, pull, query.head)),
    );
  const key = (pull: Pull) => (query.sort === "updated" ? pull.updatedAt : pull.createdAt);
  const ascending = [...found].sort((a, b) => key(a).localeCompare(key(b)) || a.number - b.number);
  const order =
    query.direction ?? (query.sort === undefined || query.sort === "created" ? "desc" : "asc");
  return order === "desc" ? ascending.reverse() : ascending;
}

/** `branch`, or `owner:branch` of the same network of forks. */
function headOf(room: Room, repo: Repo, head: string): { repo: Repo; branch: string } {
  const [owner = "", ...rest] = head.split(":");
  if (rest.length === 0) return { repo, branch: head };
  const found = inNetwork(room.world, repo, owner);
  if (found === null) throw invalid("Validation Failed", "PullRequest", "head");
  return { repo: found, branch: rest.join(":") };
}

async function refuseMissingBranch(repo: Repo, branch: string, field: string): Promise<void> {
  const oid = await repo.store.readRef(`refs/heads/${branch}`);
  if (oid === null) throw invalid("Validation Failed", "PullRequest", field);
}

async function create(call: Call<"pulls/create">) {
  const { room, repo, actor, caller, body } = call;
  if (body.title === undefined)
    throw invalid("Validation Failed", "PullRequest", "title", "missing_field");
  const head = headOf(room, repo, body.head);
  await refuseMissingBranch(head.repo, head.branch, "head");
  await refuseMissingBranch(repo, body.base, "base");
  if (caller.kind === "user" && !personHas(room.world, head.repo, caller.login, "write"))
    throw new ApiError(403, "Must have write access to the head repository.");
  return room.world.openPull(repo, actor, {
    title: body.title,
    body: body.body ?? "",
    head,
    base: body.base,
    draft: body.draft ?? false,
  });
}

interface Change {
  readonly title?: string | undefined;
  readonly body?: string | null | undefined;
  readonly state?: "open" | "closed" | undefined;
  readonly base?: string | undefined;
}

/** Both `/pulls` and `/issues` change a pull request; who may is GitHub's rule for both. */
export async function changePull(
  room: Room,
  repo: Repo,
  who: { readonly actor: string; readonly caller: Caller },
  pull: Pull,
  change: Change,
): Promise<void> {
  if (!mayChange(room.world, who.caller, repo, pull.author))
    throw new ApiError(403, "Must have write access to Repository.");
  const edit = {
    ...(change.title === undefined ? {} : { title: change.title }),
    ...(change.body === undefined ? {} : { body: change.body ?? "" }),
    ...(change.base === undefined ? {} : { base: change.base }),
  };
  if (Object.keys(edit).length > 0) await room.world.editPull(repo, who.actor, pull, edit);
  if (change.state === "closed" && pull.state === "open")
    await room.world.closePull(repo, who.actor, pull);
  if (change.state === "open" && pull.state === "closed")
    await room.world.reopenPull(repo, who.actor, pull);
}

async function merge(
  call: Call<"pulls/merge">,
  body: BodyOf<"pulls/merge"> | undefined,
): Promise<string> {
  const { room, repo, actor, params } = call;
  return room.world.mergePull(repo, actor, pullOf(room.world, repo, params.pull_number), {
    method: body?.merge_method ?? "merge",
    ...(body?.sha === undefined ? {} : { expectedHead: body.sha }),
    ...(body?.commit_title === undefined ? {} : { title: body.commit_title }),
    ...(body?.commit_message === undefined ? {} : { message: body.commit_message }),
  });
}

export const PULLS: PullHandlers = {
  "pulls/list": ({ room, repo, query, page }) => {
    const shown = page(listed(room, repo, query));
    return { status: 200, body: shown.map((pull) => pullSimple(room, repo, pull)) };
  },
  "pulls/get": async ({ room, repo, params }) => {
    const pull = pullOf(room.world, repo, params.pull_number);
    return { status: 200, body: await pullFull(room, repo, pull) };
  },
  "pulls/create": async (call) => {
    const pull = await create(call);
    return { status: 201, body: await pullFull(call.room, call.repo, pull) };
  },
  "pulls/update": async ({ room, repo, actor, caller, params, body }) => {
    const pull = pullOf(room.world, repo, params.pull_number);
    await changePull(room, repo, { actor, caller }, pull, body ?? {});
    return { status: 200, body: await pullFull(room, repo, pull) };
  },
  "pulls/list-files": async ({ room, repo, params, page }) => {
    const pull = pullOf(room.world, repo, params.pull_number);
    return { status: 200, body: [...page(await pullFiles(room, repo, pull))] };
  },
  "pulls/list-commits": async ({ room, repo, params, page }) => {
    const pull = pullOf(room.world, repo, params.pull_number);
    const shown = page(await pullCommits(repo, pull));
    return { status: 200, body: await commitShapes(room, repo, shown) };
  },
  "pulls/check-if-merged": ({ room, repo, params }) => {
    const pull = pullOf(room.world, repo, params.pull_number);
    if (pull.mergedAt === null) throw notFound();
    return { status: 204, body: null };
  },
  "pulls/merge": async (call) => {
    const sha = await merge(call, call.body);
    return {
      status: 200,
      body: { sha, merged: true, message: "Pull Request successfully merged" },
    };
  },
};
