import { timingSafeEqual } from "node:crypto";
import { serveBlob, serveUpload } from "./blob-routes.ts";
import type { Call, Desk } from "./desk.ts";
import { serveManifest, serveTags } from "./manifest-routes.ts";
import { type Endpoint, Notifier, type Notify, postOverHttp } from "./notifications.ts";
import { Refusal } from "./refusal.ts";
import { Shelves } from "./shelves.ts";
import { Uploads } from "./uploads.ts";

export interface RegistryOptions {
  readonly now: () => Date;
  readonly endpoints?: readonly Endpoint[];
  /** Posts the notifications; default: over HTTP. */
  readonly notify?: Notify;
  /** Pauses between tries of a notification. */
  readonly wait?: (ms: number) => Promise<unknown>;
  /** Tries of a notification before the first pause, and the pause in milliseconds: distribution's settings. */
  readonly threshold?: number;
  readonly backoff?: number;
  /** HTTP Basic on everything; absent: everybody may push and pull. */
  readonly credentials?: { readonly user: string; readonly password: string };
}

export interface Registry {
  /** One request of the OCI distribution API. */
  fetch(request: Request): Promise<Response>;
  addEndpoint(endpoint: Endpoint): void;
  /** Notifications that nobody has taken yet. */
  pending(): number;
  /** Resolves when every endpoint has taken what happened so far. */
  idle(): Promise<void>;
  /** Tells nothing any more; what is queued is lost. */
  stop(): void;
}

type Route = (desk: Desk, call: Call) => Promise<Response> | Response;

// Names as in the OCI distribution spec.
const PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const NAME = `(${PART}(?:/${PART})*)`;
const ROUTES: readonly (readonly [RegExp, Route])[] = [
  [new RegExp(`^/v2/${NAME}/tags/list()$`), serveTags],
  [new RegExp(`^/v2/${NAME}/manifests/([^/]+)$`), serveManifest],
  [new RegExp(`^/v2/${NAME}/blobs/uploads/([^/]*)$`), serveUpload],
  [new RegExp(`^/v2/${NAME}/blobs/([^/]+)$`), serveBlob],
];

/** A small OCI registry in memory that notifies as docker distribution 2.8 does. */
export function createRegistry(options: RegistryOptions): Registry {
  const { endpoints = [], notify = postOverHttp, credentials = null, ...timing } = options;
  const notifier = new Notifier({ ...timing, notify });
  for (const endpoint of endpoints) notifier.addEndpoint(endpoint);
  const desk: Desk = { shelves: new Shelves(), uploads: new Uploads(), notifier };
  return {
    fetch: (request) => answer(desk, credentials, request),
    addEndpoint: (endpoint) => notifier.addEndpoint(endpoint),
    pending: () => notifier.pending,
    idle: () => notifier.idle(),
    stop: () => notifier.stop(),
  };
}

async function answer(
  desk: Desk,
  credentials: RegistryOptions["credentials"] | null,
  request: Request,
): Promise<Response> {
  const response = await routed(desk, credentials ?? null, request).catch(refused);
  response.headers.set("docker-distribution-api-version", "registry/2.0");
  return response;
}

async function routed(
  desk: Desk,
  credentials: { user: string; password: string } | null,
  request: Request,
): Promise<Response> {
  if (credentials !== null && !isAuthorised(credentials, request))
    throw new Refusal("UNAUTHORIZED", "authentication required");
  const url = new URL(request.url);
  if (/^\/v2\/?$/.test(url.pathname)) return Response.json({});
  const path = decoded(url.pathname);
  for (const [pattern, route] of ROUTES) {
    const [, name, rest = ""] = pattern.exec(path) ?? [];
    if (name !== undefined) return await route(desk, { request, url, name, rest });
  }
  if (/^\/v2\/.*\/(manifests|blobs|tags)\//.test(path))
    throw new Refusal("NAME_INVALID", "invalid repository name");
  return new Response("404 page not found\n", { status: 404 });
}

/** Digests come with an escaped colon from some clients. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new Refusal("NAME_INVALID", "invalid repository name");
  }
}

function refused(error: unknown): Response {
  if (!(error instanceof Refusal)) throw error;
  const headers = new Headers({ "content-type": "application/json" });
  if (error.status === 401) headers.set("www-authenticate", 'Basic realm="sandbox registry"');
  return new Response(error.body, { status: error.status, headers });
}

function isAuthorised({ user, password }: { user: string; password: string }, request: Request) {
  const expected = Buffer.from(`Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`);
  const given = Buffer.from(request.headers.get("authorization") ?? "");
  return expected.length === given.length && timingSafeEqual(expected, given);
}
