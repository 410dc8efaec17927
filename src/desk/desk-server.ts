import { once } from "node:events";
import { chmod } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Log } from "../model/log.ts";
import { answerDeskCall, DESK_VERSION, type DeskPorts, parseDeskCall } from "./desk-call.ts";
import { clearSocket, placeSocket } from "./socket-place.ts";

export interface DeskServerOptions extends DeskPorts {
  /** The folder of the embedded store. Whoever holds its lock may call this; nobody else listens there. */
  readonly dataFolder: string;
  readonly log: Pick<Log, "error" | "info">;
}

export interface DeskServer {
  close(): Promise<void>;
}

/** The largest question: a reason for a switch is a sentence. */
const MOST_BYTES = 64 * 1024;

/**
 * Lets the operator's commands ask the process that has the embedded store: HTTP with JSON over a unix socket in the data
 * folder, for the same user alone.
 */
export async function startDeskServer(options: DeskServerOptions): Promise<DeskServer> {
  const { dataFolder, log } = options;
  const server = createServer((req, res) => void serve(options, req, res));
  const path = await placeSocket(dataFolder);
  await listenPrivately(server, path);
  log.info({ socket: path }, "the operator's commands are heard");
  return {
    async close() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, "close");
      await clearSocket(dataFolder);
    },
  };
}

async function listenPrivately(server: Server, path: string): Promise<void> {
  const listening = once(server, "listening");
  // The socket is made within `listen`: from its first instant on it must be nobody else's.
  const before = process.umask(0o177);
  try {
    server.listen(path);
  } finally {
    process.umask(before);
  }
  await listening;
  await chmod(path, 0o600);
}

async function serve(
  options: DeskServerOptions,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  try {
    const text = await readText(req);
    const call = text === null ? null : parseDeskCall(text);
    if (call === null) return answer(res, 400, { problem: "this is no question to the desk" });
    answer(res, 200, { answer: await answerDeskCall(options, call) });
  } catch (err) {
    options.log.error({ err }, "the desk could not answer");
    // Who can open the socket may know the reason.
    answer(res, 500, { problem: err instanceof Error ? err.message : String(err) });
  }
}

/** `null`: too much of it. */
async function readText(req: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req) {
    size += chunk.length;
    if (size <= MOST_BYTES) chunks.push(chunk);
  }
  return size > MOST_BYTES ? null : Buffer.concat(chunks).toString("utf8");
}

function answer(res: ServerResponse, status: number, body: object): void {
  if (res.headersSent || res.destroyed) return;
  res.writeHead(status, { "content-type": "application/json", "tagboat-desk": DESK_VERSION });
  res.end(JSON.stringify(body));
}
