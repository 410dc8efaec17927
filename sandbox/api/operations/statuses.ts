import type { Oid } from "../../git/object-store.ts";
import type { CommitStatus, Repo } from "../../world/entities.ts";
import { latestOfEach } from "../../world/statuses.ts";
import type { Handlers } from "../operation.ts";
import { commitNamed } from "../resolve.ts";
import type { Room } from "../room.ts";
import { userByLogin } from "../shapes/account.ts";
import { minimalRepository } from "../shapes/repo.ts";
import { repoApi } from "../urls.ts";

type StatusHandlers = Pick<
  Handlers,
  | "repos/create-commit-status"
  | "repos/list-commit-statuses-for-ref"
  | "repos/get-combined-status-for-ref"
>;

function simple(room: Room, repo: Repo, from: CommitStatus) {
  return {
    id: from.id,
    node_id: from.nodeId,
    url: `${repoApi(room.urls, repo)}/statuses/${from.oid}`,
    avatar_url: null,
    state: from.state,
    description: from.description,
    target_url: from.targetUrl,
    context: from.context,
    created_at: from.at,
    updated_at: from.at,
  };
}

function withCreator(room: Room, repo: Repo, from: CommitStatus) {
  const creator = userByLogin(room.world, room.urls, from.creator);
  return { ...simple(room, repo, from), creator };
}

/** Newest first. */
function statusesOf(room: Room, repo: Repo, oid: Oid): CommitStatus[] {
  return room.world.statuses(repo, oid).toReversed();
}

function latestOf(statuses: readonly CommitStatus[]): readonly CommitStatus[] {
  return latestOfEach(statuses.toReversed()).toReversed();
}

/** The worst of the latest statuses; none at all is pending. */
export function combinedState(room: Room, repo: Repo, oid: Oid): "failure" | "pending" | "success" {
  const states = latestOf(statusesOf(room, repo, oid)).map((status) => status.state);
  if (states.some((state) => state === "failure" || state === "error")) return "failure";
  return states.length === 0 || states.includes("pending") ? "pending" : "success";
}

export const STATUSES: StatusHandlers = {
  "repos/create-commit-status": async ({ room, repo, actor, params, body }) => {
    const commit = await commitNamed(repo, params.sha);
    const status = await room.world.createStatus(repo, actor, {
      oid: commit.oid,
      context: body.context ?? "default",
      state: body.state,
      description: body.description ?? null,
      targetUrl: body.target_url ?? null,
    });
    return { status: 201, body: withCreator(room, repo, status) };
  },
  "repos/list-commit-statuses-for-ref": async ({ room, repo, params, page }) => {
    const commit = await commitNamed(repo, params.ref);
    const shown = page(statusesOf(room, repo, commit.oid));
    return { status: 200, body: shown.map((status) => withCreator(room, repo, status)) };
  },
  "repos/get-combined-status-for-ref": async ({ room, repo, params, page }) => {
    const { oid } = await commitNamed(repo, params.ref);
    const latest = latestOf(statusesOf(room, repo, oid));
    const api = repoApi(room.urls, repo);
    const body = {
      state: combinedState(room, repo, oid),
      sha: oid,
      total_count: latest.length,
      statuses: page(latest).map((status) => simple(room, repo, status)),
      repository: minimalRepository(room.world, room.urls, repo),
      commit_url: `${api}/commits/${oid}`,
      url: `${api}/commits/${oid}/status`,
    };
    return { status: 200, body };
  },
};
