import type { Repo } from "../../world/entities.ts";
import { ApiError, notFound } from "../api-error.ts";
import type { BodyOf, Call, Handlers } from "../operation.ts";
import { findCommit } from "../resolve.ts";
import type { Deployment, DeploymentStatus, Room } from "../room.ts";
import { userByLogin } from "../shapes/account.ts";
import { nodeIdOf } from "../shapes/commit.ts";
import { repoApi } from "../urls.ts";
import { combinedState } from "./statuses.ts";

type DeploymentHandlers = Pick<
  Handlers,
  | "repos/create-deployment"
  | "repos/list-deployments"
  | "repos/get-deployment"
  | "repos/create-deployment-status"
  | "repos/list-deployment-statuses"
>;

function deploymentShape(room: Room, repo: Repo, from: Deployment) {
  const api = repoApi(room.urls, repo);
  const url = `${api}/deployments/${from.id}`;
  return {
    id: from.id,
    node_id: nodeIdOf("DE", repo.id, from.id),
    sha: from.oid,
    ref: from.ref,
    task: from.task,
    payload: from.payload,
    environment: from.environment,
    original_environment: from.environment,
    description: from.description,
    creator: userByLogin(room.world, room.urls, from.creator),
    created_at: from.at,
    updated_at: from.statuses.at(-1)?.at ?? from.at,
    url,
    statuses_url: `${url}/statuses`,
    repository_url: api,
  };
}

function statusShape(room: Room, repo: Repo, on: Deployment, from: DeploymentStatus) {
  const api = repoApi(room.urls, repo);
  return {
    id: from.id,
    node_id: nodeIdOf("DES", repo.id, from.id),
    url: `${api}/deployments/${on.id}/statuses/${from.id}`,
    state: from.state,
    creator: userByLogin(room.world, room.urls, from.creator),
    description: from.description,
    environment: on.environment,
    target_url: from.logUrl === "" ? room.urls.web : from.logUrl,
    log_url: from.logUrl === "" ? room.urls.web : from.logUrl,
    environment_url: from.environmentUrl === "" ? room.urls.web : from.environmentUrl,
    created_at: from.at,
    updated_at: from.at,
    deployment_url: `${api}/deployments/${on.id}`,
    repository_url: api,
  };
}

function deploymentOf(room: Room, repo: Repo, id: number | bigint): Deployment {
  const found = room.shelf.deployments(repo).find((d) => d.id === Number(id));
  if (found === undefined) throw notFound();
  return found;
}

/** `required_contexts: []` skips the check; absent: everything reported on the commit must be green. */
function refuseRed(room: Room, repo: Repo, oid: string, ref: string, contexts: unknown): void {
  if (Array.isArray(contexts) && contexts.length === 0) return;
  const reported = room.world.statuses(repo, oid).length > 0;
  const red = reported && combinedState(room, repo, oid) !== "success";
  const open = room.world
    .checks(repo, oid)
    .some((check) => !["success", "neutral", "skipped"].includes(check.conclusion ?? ""));
  if (red || open) throw new ApiError(409, `Conflict: Commit status checks failed for ${ref}.`);
}

async function create(call: Call<"repos/create-deployment">): Promise<Deployment> {
  const { room, repo, actor, body } = call;
  const commit = await findCommit(repo, body.ref);
  if (commit === null) throw new ApiError(422, `No ref found for: ${body.ref}`);
  refuseRed(room, repo, commit.oid, body.ref, body.required_contexts);
  const deployment: Deployment = {
    id: room.shelf.nextId(),
    oid: commit.oid,
    ref: body.ref,
    task: body.task ?? "deploy",
    environment: body.environment ?? "production",
    description: body.description ?? null,
    payload: body.payload ?? {},
    creator: actor,
    at: room.now().toISOString(),
    statuses: [],
  };
  room.shelf.deployments(repo).push(deployment);
  return deployment;
}

/** A success retires the earlier successful deployments of its environment, unless told not to. */
function retire(room: Room, repo: Repo, by: Deployment, status: DeploymentStatus): void {
  const { creator, at } = status;
  for (const other of room.shelf.deployments(repo)) {
    if (other === by || other.environment !== by.environment) continue;
    if (other.statuses.at(-1)?.state !== "success") continue;
    const id = room.shelf.nextId();
    const empty = { description: "", logUrl: "", environmentUrl: "" };
    other.statuses.push({ id, state: "inactive", creator, at, ...empty });
  }
}

function addStatus(
  room: Room,
  repo: Repo,
  actor: string,
  on: Deployment,
  body: BodyOf<"repos/create-deployment-status">,
): DeploymentStatus {
  const status: DeploymentStatus = {
    id: room.shelf.nextId(),
    state: body.state,
    description: body.description ?? "",
    logUrl: body.log_url ?? body.target_url ?? "",
    environmentUrl: body.environment_url ?? "",
    creator: actor,
    at: room.now().toISOString(),
  };
  if (status.state === "success" && body.auto_inactive !== false) retire(room, repo, on, status);
  on.statuses.push(status);
  return status;
}

export const DEPLOYMENTS: DeploymentHandlers = {
  "repos/create-deployment": async (call) => ({
    status: 201,
    body: deploymentShape(call.room, call.repo, await create(call)),
  }),
  "repos/list-deployments": ({ room, repo, query, page }) => {
    const wanted = room.shelf
      .deployments(repo)
      .filter(
        (d) =>
          (query.environment == null || d.environment === query.environment) &&
          (query.sha === undefined || d.oid === query.sha) &&
          (query.ref === undefined || d.ref === query.ref) &&
          (query.task === undefined || d.task === query.task),
      );
    const shown = page([...wanted].reverse());
    return { status: 200, body: shown.map((d) => deploymentShape(room, repo, d)) };
  },
  "repos/get-deployment": ({ room, repo, params }) => {
    const found = deploymentOf(room, repo, params.deployment_id);
    return { status: 200, body: deploymentShape(room, repo, found) };
  },
  "repos/create-deployment-status": ({ room, repo, actor, params, body }) => {
    const on = deploymentOf(room, repo, params.deployment_id);
    const status = addStatus(room, repo, actor, on, body);
    return { status: 201, body: statusShape(room, repo, on, status) };
  },
  "repos/list-deployment-statuses": ({ room, repo, params, page }) => {
    const on = deploymentOf(room, repo, params.deployment_id);
    const shown = page([...on.statuses].reverse());
    return { status: 200, body: shown.map((status) => statusShape(room, repo, on, status)) };
  },
};
