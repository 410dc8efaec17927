import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCgi } from "./cgi.ts";
import type { Oid } from "./object-store.ts";
import { gitEnvironment, runGit } from "./run-git.ts";
import { Serial } from "./serial.ts";

/** `git-upload-pack`: clone and fetch; `git-receive-pack`: push. */
export type GitService = "git-upload-pack" | "git-receive-pack";

export interface GitRequest {
  readonly owner: string;
  /** Without `.git`. */
  readonly name: string;
  readonly service: GitService;
  /** From HTTP Basic; `null`: none were sent. */
  readonly credentials: { readonly user: string; readonly password: string } | null;
}

export type Admission =
  /** `dir`: the bare repo; `user`: who pushes, as `onPushed` is told. */
  | { readonly kind: "allowed"; readonly dir: string; readonly user: string }
  | { readonly kind: "unauthorised" | "forbidden" | "not-found" };

export interface PushedRef {
  readonly name: string;
  readonly before: Oid | null;
  readonly after: Oid | null;
}

export interface Push {
  readonly dir: string;
  readonly owner: string;
  readonly name: string;
  readonly user: string;
  readonly updates: readonly PushedRef[];
}

export interface GitDoor {
  authorise(request: GitRequest): Promise<Admission>;
  /** Refs that a push moved; `git push` returns to its user after this. Pushes to one repo come one after the other. */
  onPushed(push: Push): Promise<void>;
  /** Told of every request that was for git, for the recorder. */
  onServed?(request: GitRequest, status: number): void;
}

// The three requests of git's smart HTTP protocol, gitprotocol-http(5).
const ROUTE =
  /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)(?:\?(.*))?$/;
const NO_OID = "0".repeat(40);
const REFUSALS = { unauthorised: 401, forbidden: 403, "not-found": 404 } as const;

/**
 * A handler that serves `/{owner}/{name}[.git]/…` with git's own http-backend. Resolves with `false`, and has touched
 * nothing, when the path is not git's. Rejects with what `authorise` or `onPushed` threw, the response still open:
 * the caller destroys it.
 */
export function createGitHandler(
  door: GitDoor,
): (req: IncomingMessage, res: ServerResponse) => Promise<boolean> {
  const pushes = new Map<string, Serial>();
  return async (req, res) => {
    const route = parseRoute(req);
    if (route === null) return false;
    const status = await serve(door, pushes, route, req, res);
    door.onServed?.(route.request, status);
    return true;
  };
}

interface Route {
  readonly request: GitRequest;
  readonly action: string;
  readonly query: string;
}

function parseRoute(req: IncomingMessage): Route | null {
  const [, owner, name, action, query = ""] = ROUTE.exec(req.url ?? "") ?? [];
  if (owner === undefined || name === undefined || action === undefined) return null;
  const asked = action === "info/refs" ? new URLSearchParams(query).get("service") : action;
  if (asked !== "git-upload-pack" && asked !== "git-receive-pack") return null;
  const credentials = parseBasic(req.headers.authorization);
  return { request: { owner, name, service: asked, credentials }, action, query };
}

function parseBasic(header: string | undefined): GitRequest["credentials"] {
  const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

async function serve(
  door: GitDoor,
  pushes: Map<string, Serial>,
  route: Route,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<number> {
  const { request, action } = route;
  if (req.method !== (action === "info/refs" ? "GET" : "POST")) return refuse(req, res, 405);
  const admission = await door.authorise(request);
  if (admission.kind !== "allowed") return refuse(req, res, REFUSALS[admission.kind]);
  if (action !== "git-receive-pack") {
    await backend(admission, route, req, res, "/dev/null");
  } else {
    const serial = pushes.get(admission.dir) ?? new Serial();
    pushes.set(admission.dir, serial);
    await serial.run(() => receive(door, admission, route, req, res));
  }
  res.end();
  return res.statusCode;
}

type Allowed = Extract<Admission, { kind: "allowed" }>;

/** A push. The repo's post-receive hook leaves what moved in a file of this push alone: writes of others are not in it. */
async function receive(
  door: GitDoor,
  admission: Allowed,
  route: Route,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "push-"));
  try {
    const file = join(folder, "moved");
    await backend(admission, route, req, res, file);
    const updates = parseMoved(await readFile(file, "utf8").catch(() => ""));
    const { owner, name } = route.request;
    const { dir, user } = admission;
    if (updates.length > 0) await door.onPushed({ dir, owner, name, user, updates });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function backend(
  admission: Allowed,
  { action, query, request }: Route,
  req: IncomingMessage,
  res: ServerResponse,
  movedFile: string,
): Promise<void> {
  const { GIT_DIR: _, ...environment } = gitEnvironment(admission.dir);
  const { headers } = req;
  const length = headers["content-length"];
  const program = join(await execPath(admission.dir), "git-http-backend");
  const variables = {
    ...environment,
    GIT_PROJECT_ROOT: admission.dir,
    GIT_HTTP_EXPORT_ALL: "1",
    PATH_INFO: `/${action}`,
    QUERY_STRING: action === "info/refs" ? `service=${request.service}` : query,
    REQUEST_METHOD: req.method ?? "GET",
    REMOTE_USER: admission.user,
    REMOTE_ADDR: req.socket.remoteAddress ?? "",
    CONTENT_TYPE: headers["content-type"] ?? "",
    HTTP_CONTENT_ENCODING: headers["content-encoding"] ?? "",
    GIT_PROTOCOL: String(headers["git-protocol"] ?? ""),
    SANDBOX_PUSHED: movedFile,
    ...(length === undefined ? {} : { CONTENT_LENGTH: length }),
  };
  await runCgi(program, variables, req, res);
}

let knownExecPath: Promise<string> | null = null;

function execPath(dir: string): Promise<string> {
  knownExecPath ??= runGit(dir, ["--exec-path"]).then(({ stdout }) => stdout.toString().trim());
  return knownExecPath;
}

function refuse(req: IncomingMessage, res: ServerResponse, status: number): number {
  req.resume();
  if (status === 401) res.setHeader("www-authenticate", 'Basic realm="GitHub"');
  res.writeHead(status, { "content-type": "text/plain" });
  res.end(`${status}\n`);
  return status;
}

/** Lines of post-receive, githooks(5): `before after name`. */
function parseMoved(text: string): readonly PushedRef[] {
  const known = (oid: string) => (oid === NO_OID ? null : oid);
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => ({
      name: line.slice(82),
      before: known(line.slice(0, 40)),
      after: known(line.slice(41, 81)),
    }));
}
