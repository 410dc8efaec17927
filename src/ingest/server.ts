import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Clock } from "../model/clock.ts";
import type { Depth } from "../model/desk.ts";
import type { Inbox } from "../model/inbox.ts";
import type { Log } from "../model/log.ts";
import type { NormaliseOptions } from "../normalise/normaliser.ts";
import { type Answer, answers, methodNotAllowed, send } from "./answer.ts";
import { type BodyRead, type BodyReader, createBodyReader } from "./body.ts";
import { createBounded } from "./bounded.ts";
import { createDeliveryIds } from "./delivery-id.ts";
import { createGroupCommit } from "./group-commit.ts";
import { type Handled, type HookParts, takeHook } from "./hook.ts";
import type { InForce } from "./hook-generations.ts";
import type { HookSubject } from "./hook-token.ts";
import type { PromTally } from "./metrics.ts";
import type { Outside } from "./outside.ts";
import { createProveSender } from "./prove-sender.ts";
import { parseRoute, type Route } from "./route.ts";

/** What the HTTP edge is made of. */
export interface IngestParts {
  /** The operator's secret, and while it is rotated the previous one. */
  readonly secrets: readonly string[];
  /** The generations of a hook that are in force. */
  generationsOf(hook: Omit<HookSubject, "generation">): InForce;
  readonly inbox: Pick<Inbox, "accept">;
  readonly clock: Clock;
  readonly log: Log;
  readonly options: NormaliseOptions;
  /** How keys and certificates of those who sign in public are fetched. */
  readonly outside: Outside;
  /** The App's own webhook: checks its signature on `body` (the request is read already) and answers. */
  github(req: IncomingMessage, res: ServerResponse, body: Buffer): Promise<void>;
  /** What keeps the process from working, in short fixed words; empty: ready. As `createHealth` answers: soon, whatever happens. */
  health(): Promise<readonly string[]>;
  readonly metrics: PromTally;
  /** How much waits in the store. */
  depth(): Promise<Depth>;
  /** Whether the process is stopping: new deliveries are sent elsewhere. */
  draining(): boolean;
  readonly limits?: Partial<IngestLimits>;
  /** How many batches of deliveries are stored at the same time; default 1. */
  readonly commitsAtOnce?: number;
}

export interface IngestLimits {
  /** Milliseconds until the headers of a request must be there. */
  readonly headersTimeout: number;
  /** Milliseconds until a whole request must be there; answered 408. */
  readonly requestTimeout: number;
  /** Largest body of the App's own webhook, in bytes. */
  readonly githubBodyCap: number;
  /** Bytes of bodies held at once, for hooks and for GitHub each. */
  readonly heldBytes: number;
  /** Bytes of an oversized body that are read away for a sender that would repeat it forever. */
  readonly drainLimit: number;
}

const MIB = 1024 * 1024;
const LIMITS: IngestLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  // GitHub caps its payloads at 25 MB: "Webhook events and payloads", payload cap.
  githubBodyCap: 25 * MIB,
  heldBytes: 64 * MIB,
  drainLimit: 512 * MIB,
};

interface Edge {
  readonly parts: IngestParts;
  readonly limits: IngestLimits;
  readonly hooks: HookParts;
  readonly githubBodies: BodyReader;
  /** `null`: the store does not say. */
  depth(): Promise<Depth | null>;
}

/** Milliseconds: how long a scrape waits for the store, and for how long its answer serves the next. */
const DEPTH_PATIENCE = 2000;
const DEPTH_KEPT = 1000;

/**
 * The HTTP edge, not listening yet: `/hooks/<source>/<owner>/<token>[/<scope>]`,
 * `/api/github/webhooks`, `/healthz`, `/readyz`, `/metrics`. Whatever a request holds, it gets a defined answer.
 */
export function createIngestServer(parts: IngestParts): Server {
  const limits = { ...LIMITS, ...parts.limits };
  const hooks: HookParts = {
    secrets: parts.secrets,
    generationsOf: (hook) => parts.generationsOf(hook),
    bodies: createBodyReader(limits.heldBytes),
    drainLimit: limits.drainLimit,
    options: parts.options,
    prove: createProveSender(parts.outside),
    clock: parts.clock,
    log: parts.log,
    newId: createDeliveryIds(),
    accept: createGroupCommit(parts.inbox, parts.commitsAtOnce),
    tally: parts.metrics.tally,
  };
  // Its own budget: bodies there are held before their sender is known.
  const githubBodies = createBodyReader(limits.heldBytes);
  const edge: Edge = { parts, limits, hooks, githubBodies, depth: boundedDepth(parts) };
  return createServer(
    {
      headersTimeout: limits.headersTimeout,
      requestTimeout: limits.requestTimeout,
      connectionsCheckingInterval: Math.min(1000, limits.requestTimeout),
    },
    (req, res) => void serve(edge, req, res),
  );
}

function boundedDepth(parts: IngestParts): () => Promise<Depth | null> {
  const options = {
    clock: parts.clock,
    patience: DEPTH_PATIENCE,
    keep: () => DEPTH_KEPT,
    late: () => null,
  };
  // What is wrong with the store is told by `/readyz` and by who works with it: a scrape only says that it is down.
  return createBounded<Depth | null>(() => parts.depth().catch(() => null), options);
}

/** The route wrapper: never rejects, tells strangers nothing of a fault, logs one line a request. */
async function serve(edge: Edge, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { clock, log } = edge.parts;
  const start = clock.now().getTime();
  const route = parseRoute(req.url ?? "");
  let fields: Handled["fields"] = {};
  try {
    const handled = await handle(edge, req, res, route);
    fields = handled.fields;
    if (handled.answer !== null) await send(req, res, withConnection(edge, handled.answer));
  } catch (err) {
    log.error({ route: route.pattern, err }, "a request failed");
    await send(req, res, answers.fault);
  }
  const ms = clock.now().getTime() - start;
  const status = res.headersSent ? res.statusCode : "gone";
  log.info({ method: req.method, route: route.pattern, status, ms, ...fields }, "request");
}

/** While the process stops, no connection is kept for a next request. */
function withConnection(edge: Edge, answer: Answer): Answer {
  if (!edge.parts.draining()) return answer;
  return { ...answer, headers: { ...answer.headers, connection: "close" } };
}

async function handle(
  edge: Edge,
  req: IncomingMessage,
  res: ServerResponse,
  route: Route,
): Promise<Handled> {
  switch (route.kind) {
    case "hook":
      return refusal(edge, req) ?? takeHook(edge.hooks, req, route);
    case "github":
      return refusal(edge, req) ?? takeGithub(edge, req, res);
    case "health":
      return { answer: probe(req) ?? { status: 200, body: { status: "ok" } }, fields: {} };
    case "ready":
      return { answer: probe(req) ?? (await readiness(edge)), fields: {} };
    case "metrics":
      return { answer: probe(req) ?? (await exposition(edge)), fields: {} };
    case "unknown":
      return { answer: answers.notFound, fields: {} };
  }
}

function refusal(edge: Edge, req: IncomingMessage): Handled | null {
  if (req.method !== "POST") return { answer: methodNotAllowed("POST"), fields: {} };
  return edge.parts.draining() ? { answer: answers.draining, fields: {} } : null;
}

function probe(req: IncomingMessage): Answer | null {
  return req.method === "GET" || req.method === "HEAD" ? null : methodNotAllowed("GET, HEAD");
}

async function readiness(edge: Edge): Promise<Answer> {
  if (edge.parts.draining()) return answers.draining;
  const problems = await edge.parts.health();
  if (problems.length === 0) return { status: 200, body: { status: "ok" } };
  return { status: 503, body: { status: "unavailable", problems } };
}

async function exposition(edge: Edge): Promise<Answer> {
  const { contentType, text } = await edge.parts.metrics.render(await edge.depth());
  return { status: 200, body: text, headers: { "content-type": contentType } };
}

function takeGithub(edge: Edge, req: IncomingMessage, res: ServerResponse): Promise<Handled> {
  return edge.githubBodies.read(req, edge.limits.githubBodyCap, async (read) => {
    if (read.kind !== "whole") return { answer: githubRefusal(read), fields: {} };
    await edge.parts.github(req, res, read.body);
    return { answer: null, fields: { bytes: read.body.length } };
  });
}

function githubRefusal(read: Exclude<BodyRead, { readonly kind: "whole" }>): Answer | null {
  switch (read.kind) {
    case "gone":
      return null;
    case "busy":
      return answers.busy;
    case "too-large":
      return answers.tooLarge;
  }
}
