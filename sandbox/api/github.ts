import type { World } from "../world/world.ts";
import { ApiError, answerOf } from "./api-error.ts";
import { authenticate } from "./auth.ts";
import { type AccessCheck, type Caller, loginOf } from "./caller.ts";
import { Conformance } from "./conformance.ts";
import type { DeliveryLog } from "./delivery-log.ts";
import type { Faults } from "./faults.ts";
import { namedRepos } from "./named-repos.ts";
import { matchRoute, type Route, readDescription, routesOf } from "./openapi.ts";
import { accessCheck } from "./permissions.ts";
import type { RecordedRequest, Recorder } from "./recorder.ts";
import { limitHeaders, serveRest } from "./rest.ts";
import { type Room, Shelf } from "./room.ts";
import { badGateway, ConnectionReset, strike } from "./strike.ts";
import { Tokens } from "./tokens.ts";
import { urlsOf } from "./urls.ts";

/** GraphQL, as this door mounts it. `status` is nearly always 200: GitHub's errors are in the body. */
export interface GraphqlDoor {
  rootFieldsOf(source: string): {
    readonly operation: "query" | "mutation";
    readonly fields: readonly string[];
  };
  execute(
    caller: Caller,
    body: { query: string; variables: Record<string, unknown> },
    access: AccessCheck,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
}

export interface GithubDeps {
  readonly world: World;
  readonly recorder: Recorder;
  readonly faults: Faults;
  readonly graphql: GraphqlDoor | null;
  readonly webhooks?: DeliveryLog;
  /** `http://127.0.0.1:4100`: what answers link to. */
  readonly baseUrl: string;
  readonly now: () => Date;
  /** Waits where `latency` strikes; default: a timer. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

export interface Github {
  /** One request of GitHub's API, at `/api/v3`, `/api/graphql`, or without these prefixes. Rejects when a fault resets the connection. */
  fetch(request: Request): Promise<Response>;
  /** Who a request's `Authorization` proves; throws `ApiError` 401. For git over HTTP and the pages. */
  authenticate(authorization: string | null): Caller;
  readonly access: AccessCheck;
  readonly tokens: Tokens;
  readonly shelf: Shelf;
}

interface Door {
  readonly deps: GithubDeps;
  readonly room: Room;
  readonly routes: readonly Route[];
  readonly conformance: Conformance;
  readonly access: AccessCheck;
}

/** What a request is recorded as, and how it is served. */
interface Plan {
  readonly kind: RecordedRequest["kind"];
  readonly what: string;
  readonly write: boolean;
  /** What it speaks of, full names in lower case. */
  readonly repos: readonly string[];
  serve(caller: Caller): Promise<Response>;
}

/** Schemas are read and compiled once per process: worlds come by the thousand in tests. */
let shared: { routes: readonly Route[]; conformance: Conformance } | null = null;

function described(): { routes: readonly Route[]; conformance: Conformance } {
  if (shared !== null) return shared;
  const description = readDescription();
  shared = { routes: routesOf(description), conformance: new Conformance(description) };
  return shared;
}

/** GitHub's REST API over a world, without sockets. */
export function createGithub(deps: GithubDeps): Github {
  const tokens = new Tokens(deps.world, deps.now);
  const shelf = new Shelf();
  const room: Room = {
    world: deps.world,
    tokens,
    shelf,
    deliveries: deps.webhooks ?? null,
    urls: urlsOf(deps.baseUrl),
    now: deps.now,
  };
  const door: Door = { deps, room, access: accessCheck(deps.world), ...described() };
  let served = 0;
  return {
    fetch: (request) => {
      served += 1;
      return handle(door, request, `SAND:${served.toString(16).padStart(8, "0").toUpperCase()}`);
    },
    authenticate: (authorization) => authenticate(room, authorization),
    access: door.access,
    tokens,
    shelf,
  };
}

async function handle(door: Door, request: Request, id: string): Promise<Response> {
  const url = new URL(request.url);
  const plan = await planOf(door, request, url);
  const caller: { is: Caller } = { is: { kind: "anonymous" } };
  const record = (status: number) =>
    door.deps.recorder.record(recorded(plan, request, caller.is, status));
  const struck = await strike(door.deps.faults, plan, door.deps.wait);
  if (struck.instead === "reset") {
    record(0);
    throw new ConnectionReset();
  }
  const response = await answered(door, request, plan, caller, struck.instead);
  if (struck.after === "reset") {
    record(0);
    throw new ConnectionReset();
  }
  const last = struck.after === "bad-gateway" ? badGateway() : response;
  last.headers.set("x-github-request-id", id);
  last.headers.set("x-github-enterprise-version", "3.99.0");
  record(last.status);
  return last;
}

async function answered(
  door: Door,
  request: Request,
  plan: Plan,
  caller: { is: Caller },
  instead: "bad-gateway" | ApiError | null,
): Promise<Response> {
  if (instead === "bad-gateway") return badGateway();
  try {
    if (instead !== null) throw instead;
    caller.is = authenticate(door.room, request.headers.get("authorization"));
    return await plan.serve(caller.is);
  } catch (error) {
    const refusal = answerOf(error);
    if (refusal === null) throw error;
    return json(door, refusal.status, refusal.body, refusal.headers);
  }
}

function json(
  door: Door,
  status: number,
  body: unknown,
  more: Readonly<Record<string, string>> = {},
): Response {
  const now = door.deps.now();
  const headers = new Headers({ "content-type": "application/json; charset=utf-8", ...more });
  headers.set("date", now.toUTCString());
  for (const [name, value] of limitHeaders(now)) headers.set(name, value);
  return new Response(JSON.stringify(body), { status, headers });
}

function recorded(plan: Plan, request: Request, caller: Caller, status: number): RecordedRequest {
  const { kind, what, write } = plan;
  const who = loginOf(caller) ?? "anonymous";
  return { kind, method: request.method, what, status, caller: who, write };
}

async function planOf(door: Door, request: Request, url: URL): Promise<Plan> {
  const path = url.pathname.replace(/^\/api(\/v3)?(?=\/|$)/, "").replace(/\/+$/, "") || "/";
  if (path === "/graphql") return graphqlPlan(door, request);
  const matched = matchRoute(door.routes, request.method, path);
  if (matched === null) return unknownPlan(door, request.method, path);
  const { route, params } = matched;
  const isToken = route.id === "apps/create-installation-access-token";
  return {
    kind: isToken ? "token" : "rest",
    what: `${route.method} ${route.path}`,
    write: route.method !== "GET",
    repos: namedRepos(door.deps.world, params),
    serve: (caller) => {
      const deps = { room: door.room, conformance: door.conformance, recorder: door.deps.recorder };
      return serveRest(deps, { route, params, url, caller, request });
    },
  };
}

function unknownPlan(door: Door, method: string, path: string): Plan {
  return {
    kind: "rest",
    what: `${method} ${path}`,
    write: method !== "GET" && method !== "HEAD",
    repos: [],
    serve: async () => {
      door.deps.recorder.complain(`No such route: ${method} ${path}`);
      throw new ApiError(404, "Not Found");
    },
  };
}

/** A body that cannot be read is nobody's operation: it is recorded as a query named `unreadable`. */
async function graphqlPlan(door: Door, request: Request): Promise<Plan> {
  const { graphql } = door.deps;
  const body = graphqlBody(await request.text());
  const root = body === null ? null : (graphql?.rootFieldsOf(body.query) ?? null);
  return {
    kind: root?.operation === "mutation" ? "graphql-mutation" : "graphql-query",
    what: root === null ? "unreadable" : root.fields.join("+"),
    write: root?.operation === "mutation",
    repos: namedRepos(door.deps.world, body?.variables),
    serve: async (caller) => {
      if (graphql === null) throw new ApiError(404, "Not Found");
      if (body === null) throw new ApiError(400, "Problems parsing JSON");
      refuseGraphql(caller);
      const answer = await graphql.execute(caller, body, door.access);
      return json(door, answer.status, answer.body);
    },
  };
}

function refuseGraphql(caller: Caller): void {
  if (caller.kind === "anonymous")
    throw new ApiError(401, "This endpoint requires you to be authenticated.");
  if (caller.kind === "app") throw new ApiError(401, "A JSON web token could not be decoded");
  if (caller.kind === "installation" && caller.installation.suspended)
    throw new ApiError(403, "This installation has been suspended");
}

function graphqlBody(text: string): { query: string; variables: Record<string, unknown> } | null {
  try {
    const given: { query?: unknown; variables?: unknown } | null = JSON.parse(text);
    if (typeof given?.query !== "string") return null;
    const variables = given.variables;
    const isObject = typeof variables === "object" && variables !== null;
    return { query: given.query, variables: isObject ? { ...variables } : {} };
  } catch {
    return null;
  }
}
