import type { App, CheckRun, Repo } from "../../world/entities.ts";
import { ApiError, FORBIDDEN_APP, notFound } from "../api-error.ts";
import type { Caller } from "../caller.ts";
import type { BodyOf, Handlers, QueryOf } from "../operation.ts";
import { commitNamed } from "../resolve.ts";
import type { Room } from "../room.ts";
import { checkRunShape } from "../shapes/app.ts";

type CheckHandlers = Pick<
  Handlers,
  "checks/create" | "checks/update" | "checks/get" | "checks/list-for-ref"
>;

function appOf(caller: Caller): App {
  if (caller.kind !== "installation") throw new ApiError(403, FORBIDDEN_APP);
  return caller.app;
}

function checkOf(room: Room, repo: Repo, id: number): CheckRun {
  const found = room.world.checkRun(repo, id);
  if (found === null) throw notFound();
  return found;
}

interface Reported {
  readonly name?: string;
  readonly status?: "queued" | "in_progress" | "completed" | "waiting" | "requested" | "pending";
  readonly conclusion?: string;
  readonly started_at?: string;
  readonly completed_at?: string;
  readonly details_url?: string;
  readonly external_id?: string;
  readonly output?: {
    readonly title?: string;
    readonly summary?: string;
    readonly text?: string;
    readonly annotations?: readonly object[];
  };
}

function outputOf(output: Reported["output"]): Partial<CheckRun> {
  if (output === undefined) return {};
  return {
    ...(output.title === undefined ? {} : { title: output.title }),
    ...(output.summary === undefined ? {} : { summary: output.summary }),
    ...(output.text === undefined ? {} : { text: output.text }),
    ...(output.annotations === undefined
      ? {}
      : { annotations: output.annotations.map((annotation) => ({ ...annotation })) }),
  };
}

/** A conclusion completes a check run, whatever the status says. */
function stateOf(room: Room, body: Reported): Partial<CheckRun> {
  const completed = body.conclusion !== undefined || body.status === "completed";
  if (body.status === "completed" && body.conclusion === undefined)
    throw new ApiError(422, "Missing required parameter: conclusion");
  if (completed)
    return {
      status: "completed",
      conclusion: body.conclusion ?? null,
      completedAt:
        body.completed_at ??
        room
          .now()
          .toISOString()
          .replace(/\.\d+Z$/, "Z"),
    };
  if (body.status === undefined) return {};
  return { status: body.status === "in_progress" ? "in_progress" : "queued", conclusion: null };
}

function reportOf(room: Room, body: Reported): Partial<CheckRun> {
  return {
    ...stateOf(room, body),
    ...outputOf(body.output),
    ...(body.started_at === undefined ? {} : { startedAt: body.started_at }),
    ...(body.details_url === undefined ? {} : { detailsUrl: body.details_url }),
    ...(body.external_id === undefined ? {} : { externalId: body.external_id }),
  };
}

async function create(room: Room, repo: Repo, caller: Caller, body: BodyOf<"checks/create">) {
  const app = appOf(caller);
  const commit = await commitNamed(repo, body.head_sha);
  const report = { name: body.name, headOid: commit.oid, ...reportOf(room, body) };
  return room.world.createCheck(repo, app, report);
}

/** Newest first; `latest` keeps one of each name and App. */
function listed(checks: readonly CheckRun[], query: QueryOf<"checks/list-for-ref">): CheckRun[] {
  const wanted = [...checks]
    .reverse()
    .filter(
      (check) =>
        (query.check_name === undefined || check.name === query.check_name) &&
        (query.status === undefined || check.status === query.status) &&
        (query.app_id === undefined || check.appId === query.app_id),
    );
  if (query.filter === "all") return wanted;
  const latest = new Map<string, CheckRun>();
  for (const check of wanted) {
    const key = `${check.appId} ${check.name}`;
    if (!latest.has(key)) latest.set(key, check);
  }
  return [...latest.values()];
}

export const CHECKS: CheckHandlers = {
  "checks/create": async ({ room, repo, caller, body }) => {
    const check = await create(room, repo, caller, body);
    return { status: 201, body: checkRunShape(room, repo, check) };
  },
  "checks/update": async ({ room, repo, caller, params, body }) => {
    const app = appOf(caller);
    const check = checkOf(room, repo, Number(params.check_run_id));
    if (check.appId !== app.id)
      throw new ApiError(
        403,
        "Invalid app_id `" +
          app.id +
          "` - check run can only be modified by the GitHub App that created it.",
      );
    await room.world.updateCheck(repo, app, check, reportOf(room, body));
    return { status: 200, body: checkRunShape(room, repo, check) };
  },
  "checks/get": async ({ room, repo, params }) => {
    const check = checkOf(room, repo, Number(params.check_run_id));
    return { status: 200, body: checkRunShape(room, repo, check) };
  },
  "checks/list-for-ref": async ({ room, repo, params, query, page }) => {
    const commit = await commitNamed(repo, params.ref);
    const all = listed(room.world.checks(repo, commit.oid), query);
    const check_runs = page(all).map((check) => checkRunShape(room, repo, check));
    return { status: 200, body: { total_count: all.length, check_runs } };
  },
};
