import { spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** No sane CGI header is longer: a program that writes more is broken. */
const HEADER_LIMIT = 65_536;

/** Headers of a CGI answer (RFC 3875 §6) and what of its body was read with them. */
interface CgiHead {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly rest: Buffer;
}

/**
 * Runs a CGI program for one request, both bodies streamed. Resolves when the program has ended, also when the client
 * went away meanwhile; the response is left open, for the caller to end. Answers 500 when the program writes no headers.
 */
export async function runCgi(
  program: string,
  environment: Readonly<Record<string, string>>,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const child = spawn(program, [], { env: environment, stdio: ["pipe", "pipe", "ignore"] });
  const ended = new Promise<void>((resolve, reject) => {
    child.once("close", () => resolve());
    child.once("error", reject);
  });
  // The program is stopped when the client goes away before its request is whole: git-http-backend (2.39) spins for ever
  // on a body that is shorter than CONTENT_LENGTH. After that it runs to its end, whoever listens.
  const fed = pipeline(req, child.stdin).catch(() => {
    if (!req.complete) child.kill();
  });
  await Promise.all([relay(child.stdout, res), ended, fed]);
}

async function relay(output: Readable, res: ServerResponse): Promise<void> {
  let head: CgiHead | null = null;
  let read: Buffer = Buffer.alloc(0);
  for await (const chunk of output) {
    if (head !== null) {
      await send(res, chunk);
      continue;
    }
    read = Buffer.concat([read, chunk]);
    head = parseHead(read);
    if (head === null) {
      if (read.length > HEADER_LIMIT) break;
      continue;
    }
    for (const [name, value] of head.headers) res.setHeader(name, value);
    res.writeHead(head.status);
    await send(res, head.rest);
  }
  if (head === null) res.writeHead(500, { "content-type": "text/plain" });
}

/** Writes when there is room. A response that was closed swallows the rest, so that the program can come to its end. */
async function send(res: ServerResponse, bytes: Buffer): Promise<void> {
  if (bytes.length === 0 || res.destroyed || res.write(bytes)) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      res.off("drain", done);
      res.off("close", done);
      resolve();
    };
    res.on("drain", done);
    res.on("close", done);
  });
}

function parseHead(bytes: Buffer): CgiHead | null {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const lines = bytes.toString("latin1", 0, end).split("\r\n");
  const fields = lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  const status = fields.find(([name]) => name === "status")?.[1] ?? "200";
  return {
    status: Number.parseInt(status, 10),
    headers: fields.filter(([name]) => name !== "status"),
    rest: bytes.subarray(end + 4),
  };
}
