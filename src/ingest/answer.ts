import type { IncomingMessage, ServerResponse } from "node:http";
import { drain } from "./body.ts";

/** An HTTP answer: a short JSON object in our words, or text whose `content-type` is among the headers. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const answers = {
  unauthorised: { status: 401, body: { status: "unauthorised" } },
  notFound: { status: 404, body: { status: "not-found" } },
  tooLarge: { status: 413, body: { status: "too-large" } },
  fault: { status: 500, body: { status: "fault" } },
  draining: {
    status: 503,
    body: { status: "stopping" },
    headers: { "retry-after": "10", connection: "close" },
  },
  busy: { status: 503, body: { status: "unavailable" }, headers: { "retry-after": "5" } },
} as const satisfies Readonly<Record<string, Answer>>;

export function methodNotAllowed(allow: string): Answer {
  return { status: 405, body: { status: "method-not-allowed" }, headers: { allow } };
}

// Enough to swallow what a sender had under way; closing on unread bytes would reset the
// connection, and the sender would see the reset in place of the answer (RFC 9112 §9.6).
const LINGER_BYTES = 16 * 1024 * 1024;

/** Sends the answer. Where the body was not read to its end, the connection is closed behind it. */
export async function send(
  req: IncomingMessage,
  res: ServerResponse,
  { status, body, headers }: Answer,
): Promise<void> {
  if (res.headersSent || res.destroyed) return;
  const text = typeof body === "string" ? body : `${JSON.stringify(body)}\n`;
  const isRead = req.readableEnded || (req.complete && req.readableLength === 0);
  res.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    ...(isRead ? {} : { connection: "close" }),
    ...headers,
  });
  // Text given with the end leaves with the headers, in one piece.
  if (isRead) {
    res.end(text);
    return;
  }
  res.write(text);
  await drain(req, LINGER_BYTES);
  res.end();
}
