import type { Repo } from "../world/entities.ts";
import { cursorPageOf, etagOf, pageOf } from "./answer-headers.ts";
import { ApiError, answerOf, notFound } from "./api-error.ts";
import { type Caller, loginOf } from "./caller.ts";
import type { Conformance } from "./conformance.ts";
import { HANDLERS } from "./handlers.ts";
import { NEEDS, type Need } from "./needs.ts";
import type { Route } from "./openapi.ts";
import type { Call } from "./operation.ts";
import { RATE_LIMIT } from "./operations/meta.ts";
import { acceptedPermissions, authorize } from "./permissions.ts";
import type { Recorder } from "./recorder.ts";
import type { Room } from "./room.ts";

export interface RestDeps {
  readonly room: Room;
  readonly conformance: Conformance;
  readonly recorder: Recorder;
}

/** One request whose route is known. */
export interface RestRequest {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
  readonly url: URL;
  readonly caller: Caller;
  readonly request: Request;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Record<string, string>;
}

/** Checks, runs and checks again: request against the description, rights, handler, answer against the description. */
export async function serveRest(deps: RestDeps, given: RestRequest): Promise<Response> {
  const answer = await answered(deps, given);
  for (const problem of deps.conformance.answer(given.route, answer.status, answer.body))
    deps.recorder.complain(`${given.route.id}: ${problem}`);
  return toResponse(given, answer, deps.room.now());
}

async function answered(deps: RestDeps, given: RestRequest): Promise<Answer> {
  const headers: Record<string, string> = {};
  try {
    const call = await prepared(deps, given, headers);
    const handler = HANDLERS[given.route.id] as (call: Call<never>) => unknown;
    const answer = (await handler(call)) as { status: number; body: unknown };
    return { ...answer, headers };
  } catch (error) {
    const refusal = answerOf(error);
    if (refusal !== null) return { ...refusal, headers: { ...refusal.headers } };
    deps.recorder.complain(`${given.route.id}: ${describe(error)}`);
    return { status: 500, body: { message: "Server Error" }, headers: {} };
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function prepared(
  deps: RestDeps,
  given: RestRequest,
  headers: Record<string, string>,
): Promise<Call<never>> {
  const { route, caller, url } = given;
  const { world } = deps.room;
  const need: Need = NEEDS[route.id];
  const repo = need.who === "repo" ? repoOf(deps, given) : null;
  authorize(world, caller, need, repo);
  const parameters = deps.conformance.parameters(route, given.params, url.searchParams);
  const body = await bodyOf(given.request);
  const { problems } = parameters;
  // GitHub overlooks parameters that it does not know; a sender of ours that makes one up is to be found all the same.
  if (problems.length > 0) deps.recorder.complain(`${route.id} parameters: ${problems.join("; ")}`);
  const broken = deps.conformance.body(route, body);
  if (broken.length > 0) {
    deps.recorder.complain(`${route.id} body: ${broken.join("; ")}`);
    throw new ApiError(422, `Invalid request.\n\n${broken.join("\n")}`);
  }
  const actor = loginOf(caller) ?? "";
  const { path: params, query } = parameters;
  // The one place where checked data becomes typed: the description has just been held to it.
  return {
    room: deps.room,
    caller,
    actor,
    params,
    query,
    body,
    repo,
    ...paging(url, headers),
  } as unknown as Call<never>;
}

function paging(
  url: URL,
  headers: Record<string, string>,
): Pick<Call<never>, "page" | "cursorPage"> {
  const linked = <Item>(page: { shown: readonly Item[]; link: string | null }) => {
    if (page.link !== null) headers.link = page.link;
    return page.shown;
  };
  return {
    page: (items) => linked(pageOf(url, items)),
    cursorPage: (items) => linked(cursorPageOf(url, items)),
  };
}

function repoOf(deps: RestDeps, given: RestRequest): Repo {
  const { owner = "", repo = "" } = given.params;
  const found = deps.room.world.repo(owner, repo);
  if (found === null) throw notFound();
  return found;
}

async function bodyOf(request: Request): Promise<unknown> {
  if (request.method === "GET" || request.method === "HEAD") return undefined;
  const text = await request.text();
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, "Problems parsing JSON");
  }
}

function toResponse(given: RestRequest, answer: Answer, now: Date): Response {
  const headers = new Headers(answer.headers);
  headers.set("date", now.toUTCString());
  headers.set("content-type", "application/json; charset=utf-8");
  for (const [name, value] of limitHeaders(now)) headers.set(name, value);
  const accepted = acceptedPermissions(NEEDS[given.route.id]);
  if (accepted !== null) headers.set("x-accepted-github-permissions", accepted);
  if (answer.body === null) return new Response(null, { status: answer.status, headers });
  const payload = payloadOf(given.request, answer, headers);
  if (given.route.method !== "GET" || answer.status !== 200)
    return new Response(payload, { status: answer.status, headers });
  return conditional(given.request, payload, headers);
}

/** A GET carries an ETag; one that the client holds already is answered 304. */
function conditional(request: Request, payload: string | Buffer, headers: Headers): Response {
  const etag = etagOf(payload.toString("latin1"));
  headers.set("etag", etag);
  if (request.headers.get("if-none-match") === etag)
    return new Response(null, { status: 304, headers });
  return new Response(request.method === "HEAD" ? null : payload, { status: 200, headers });
}

/** JSON, or the bytes of a file or blob when the raw media type is asked for. */
function payloadOf(request: Request, answer: Answer, headers: Headers): string | Buffer {
  const raw = /\braw\b/.test(request.headers.get("accept") ?? "");
  const body = answer.body as { encoding?: unknown; content?: unknown };
  if (!raw || body.encoding !== "base64") return JSON.stringify(answer.body);
  headers.set("content-type", "application/vnd.github.raw; charset=utf-8");
  return Buffer.from(String(body.content), "base64");
}

export function limitHeaders(now: Date): [string, string][] {
  const reset = Math.floor(now.getTime() / 1000) + 3600;
  return [
    ["x-ratelimit-limit", String(RATE_LIMIT)],
    ["x-ratelimit-remaining", String(RATE_LIMIT - 1)],
    ["x-ratelimit-used", "1"],
    ["x-ratelimit-reset", String(reset)],
    ["x-ratelimit-resource", "core"],
    ["x-github-api-version-selected", "2022-11-28"],
    ["x-github-media-type", "github.v3; format=json"],
  ];
}
