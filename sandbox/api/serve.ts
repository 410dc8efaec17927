import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { ConnectionReset } from "./strike.ts";

type Fetch = (request: Request) => Response | Promise<Response>;

/** What a sandbox's address serves. */
export interface Doors {
  /** GitHub's API: `createGithub(…).fetch`. */
  readonly api: Fetch;
  /** `controlRoutes(…).fetch`, mounted at `/_sandbox`. */
  readonly control: Fetch;
  /** Pages for people; null: there are none. */
  readonly pages: Fetch | null;
  /** `git clone` and `git push`; null: no git over HTTP. */
  readonly git: ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | null;
}

export interface Address {
  /** `http://127.0.0.1:4100`: known before there is anything to serve, since answers link to it. */
  readonly url: string;
  serve(doors: Doors): void;
  close(): Promise<void>;
}

const GIT = /^\/[^/]+\/[^/]+\/(info\/refs|git-upload-pack|git-receive-pack)$/;
const BARE_API =
  /^\/(repos|orgs|users|app|installation)\/|^\/(user|app|meta|rate_limit|graphql)\/?$/;

/** Listens on 127.0.0.1 (port 0: a free one). Until `serve` is called it answers 503. */
export async function openAddress(port = 0): Promise<Address> {
  const held: { doors: Doors | null } = { doors: null };
  const server = createServer((request, response) => {
    route(held.doors, request, response).catch(() => request.socket.destroy());
  });
  const url = await listening(server, port);
  return {
    url,
    serve: (doors) => {
      held.doors = doors;
    },
    close: () => closed(server),
  };
}

function listening(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("No port"));
      else resolve(`http://127.0.0.1:${address.port}`);
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function route(
  doors: Doors | null,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? "/", "http://127.0.0.1").pathname;
  if (doors === null) {
    response.writeHead(503).end();
    return;
  }
  if (doors.git !== null && GIT.test(path)) return doors.git(request, response);
  const fetch = doorOf(doors, path, request.headers.accept ?? "");
  await getRequestListener((given) => unlessReset(fetch, given, request))(request, response);
}

/** Addresses without `/api` are the API's too, as on github.com; the pages have the rest. */
function doorOf(doors: Doors, path: string, accept: string): Fetch {
  if (path.startsWith("/_sandbox/")) return (request) => doors.control(below(request));
  const wantsPage = path === "/" && accept.includes("text/html");
  const isApi = path === "/api" || path.startsWith("/api/") || BARE_API.test(path);
  if (isApi || doors.pages === null || (path === "/" && !wantsPage)) return doors.api;
  return doors.pages;
}

function below(request: Request): Request {
  const url = new URL(request.url);
  url.pathname = url.pathname.slice("/_sandbox".length);
  return new Request(url, request);
}

async function unlessReset(
  fetch: Fetch,
  given: Request,
  request: IncomingMessage,
): Promise<Response> {
  try {
    return await fetch(given);
  } catch (error) {
    if (error instanceof ConnectionReset) {
      request.socket.destroy();
      return new Response(null);
    }
    throw error;
  }
}
