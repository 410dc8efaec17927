import { once } from "node:events";
import { type IncomingHttpHeaders, request } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createPromTally } from "../../src/ingest/metrics.ts";
import { createIngestServer, type IngestParts } from "../../src/ingest/server.ts";
import type { Delivery } from "../../src/model/delivery.ts";
import type { Depth } from "../../src/model/desk.ts";
import type { Acceptance } from "../../src/model/inbox.ts";
import type { Log } from "../../src/model/log.ts";
import { defaultOptions } from "../../src/normalise/sources.ts";
import { FakeClock } from "../support/fake-clock.ts";

export const SECRET = "0123456789abcdef0123456789abcdef";

export const NOTHING_WAITS: Depth = {
  deliveries: 0,
  items: 0,
  parked: 0,
  dead: 0,
  deadNotices: 0,
  oldest: null,
};

export interface Edge {
  readonly url: string;
  readonly port: number;
  /** Every batch that the store was handed. */
  readonly batches: (readonly Delivery[])[];
  readonly lines: { readonly level: string; readonly fields: object; readonly message: string }[];
  stop(): Promise<void>;
}

const METRICS = createPromTally({ now: () => new Date("2026-11-22T15:00:00Z"), registries: [] });

/** Starts the real edge on a free port of the loopback, with a store that keeps what it is handed. */
export async function startEdge(over: Partial<IngestParts> = {}): Promise<Edge> {
  const batches: (readonly Delivery[])[] = [];
  const lines: Edge["lines"] = [];
  const server = createIngestServer({
    secrets: [SECRET],
    generationsOf: () => [1],
    inbox: {
      accept: async (batch) => {
        batches.push(batch);
        return batch.map((): Acceptance => "new");
      },
    },
    clock: new FakeClock("2026-11-22T15:00:00Z"),
    log: recorder(lines),
    options: defaultOptions,
    outside: async () => ({ kind: "failed", detail: "nobody is outside" }),
    github: async (_req, res, body) => {
      res.writeHead(200).end(`github ${body.length}`);
    },
    health: async () => [],
    metrics: METRICS,
    depth: async () => NOTHING_WAITS,
    draining: () => false,
    ...over,
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    batches,
    lines,
    async stop() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, "close");
    },
  };
}

function recorder(lines: Edge["lines"]): Log {
  const level = (name: string) => (fields: object, message: string) => {
    lines.push({ level: name, fields, message });
  };
  return { debug: level("debug"), info: level("info"), warn: level("warn"), error: level("error") };
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Posts a body chunk by chunk, as fast as the server reads it; done as soon as an answer is there. */
export async function stream(
  url: string,
  headers: Record<string, string>,
  chunks: Iterable<Buffer>,
): Promise<Answered> {
  const req = request(url, { method: "POST", headers, agent: false });
  // The server may hang up on an oversized body: what counts is its answer.
  const sending = pipeline(Readable.from(chunks), req).catch(() => undefined);
  const [res] = await once(req, "response");
  let text = "";
  for await (const chunk of res) text += chunk;
  req.destroy();
  await sending;
  return { status: res.statusCode, headers: res.headers, text };
}

/** `megabytes` of the letter a, made while they are sent; `onChunk` after each. */
export function* megabytes(count: number, onChunk: () => void = () => {}): Generator<Buffer> {
  const chunk = Buffer.alloc(1024 * 1024, "a");
  for (let sent = 0; sent < count; sent += 1) {
    yield chunk;
    onChunk();
  }
}
