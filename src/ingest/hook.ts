import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Clock } from "../model/clock.ts";
import type { Delivery, HookScope } from "../model/delivery.ts";
import type { Acceptance } from "../model/inbox.ts";
import type { Log } from "../model/log.ts";
import type { Tally } from "../model/tally.ts";
import { readDelivery } from "../normalise/delivery.ts";
import {
  type HookSource,
  type NormaliseOptions,
  optionsOf,
  type SourceRules,
} from "../normalise/normaliser.ts";
import { isHookSource, sourceTable } from "../normalise/sources.ts";
import { type Answer, answers } from "./answer.ts";
import { type BodyRead, type BodyReader, drain } from "./body.ts";
import { InboxDown } from "./group-commit.ts";
import type { InForce } from "./hook-generations.ts";
import {
  type HookSubject,
  hookSignatureSecret,
  isHookToken,
  parseScopeSegment,
} from "./hook-token.ts";
import type { ProveSender } from "./prove-sender.ts";
import type { Route } from "./route.ts";
import { storedHeaders } from "./stored-headers.ts";

/** What taking in a hook needs. */
export interface HookParts {
  /** The operator's secret, and while it is rotated the previous one. */
  readonly secrets: readonly string[];
  /** The generations of a hook that are in force. */
  generationsOf(hook: Omit<HookSubject, "generation">): InForce;
  readonly bodies: BodyReader;
  /** Bytes of an oversized body that are read away for a sender that would repeat it forever. */
  readonly drainLimit: number;
  readonly options: NormaliseOptions;
  readonly prove: ProveSender;
  readonly clock: Pick<Clock, "now">;
  readonly log: Log;
  newId(now: Date): string;
  accept(delivery: Delivery): Promise<Acceptance>;
  readonly tally: Pick<Tally, "received">;
}

/** An answer with what may be logged of the request. `null`: the sender hung up. */
export interface Handled {
  readonly answer: Answer | null;
  readonly fields: Readonly<Record<string, unknown>>;
}

interface Hook {
  readonly source: HookSource;
  readonly rules: SourceRules;
  readonly subject: Omit<HookSubject, "generation">;
  readonly generations: InForce;
}

/**
 * Takes in one hook: token, cap, what proves the sender on the raw bytes, then the store. Nothing else is asked
 * while the sender waits (the tightest gives one second); keys that prove a sender are kept once they were fetched.
 */
export async function takeHook(
  parts: HookParts,
  req: IncomingMessage,
  route: Route & { readonly kind: "hook" },
): Promise<Handled> {
  const hook = authenticate(parts, route);
  if (hook === null) return { answer: answers.unauthorised, fields: {} };
  const { source, owner } = { source: hook.source, owner: hook.subject.owner };
  const handled = await parts.bodies.read(req, hook.rules.bodyCap, (read) =>
    takeBody(parts, req, hook, read),
  );
  return { answer: handled.answer, fields: { source, owner, ...handled.fields } };
}

/** All of a wrong URL costs the same and is told apart by nobody outside. */
function authenticate(parts: HookParts, route: Route & { readonly kind: "hook" }): Hook | null {
  const scope: HookScope | null =
    route.scope === null ? { kind: "owner" } : parseScopeSegment(route.scope);
  const owner = route.owner.toLowerCase();
  const subject = { source: route.source, owner, scope: scope ?? { kind: "owner" } } as const;
  const generations = parts.generationsOf(subject);
  const isRight = isTokenOf(parts.secrets, subject, generations, route.token);
  if (!isRight || scope === null || !isHookSource(route.source)) return null;
  if (!/^[a-z0-9][a-z0-9_-]{0,99}$/.test(owner)) return null;
  return { source: route.source, rules: sourceTable[route.source], subject, generations };
}

function isTokenOf(
  secrets: readonly string[],
  subject: Omit<HookSubject, "generation">,
  [newest, before = newest]: InForce,
  token: string,
): boolean {
  const isNewest = isHookToken(secrets, { ...subject, generation: newest }, token);
  const isBefore = isHookToken(secrets, { ...subject, generation: before }, token);
  return isNewest || isBefore;
}

async function takeBody(
  parts: HookParts,
  req: IncomingMessage,
  hook: Hook,
  read: BodyRead,
): Promise<Handled> {
  switch (read.kind) {
    case "gone":
      return { answer: null, fields: {} };
    case "busy":
      return { answer: answers.busy, fields: {} };
    case "too-large":
      return { answer: await tooLarge(parts, req, hook), fields: {} };
    case "whole":
      return takeWhole(parts, req, hook, read.body);
  }
}

async function takeWhole(
  parts: HookParts,
  req: IncomingMessage,
  hook: Hook,
  body: Buffer,
): Promise<Handled> {
  const { generations, rules, source, subject } = hook;
  // Whichever generation the URL is of: a sender's settings are changed one after the other.
  const secrets = generations.flatMap((generation = 1) =>
    parts.secrets.map((secret) => hookSignatureSecret(secret, { ...subject, generation })),
  );
  const sent = { headers: req.headers, body, secrets, now: parts.clock.now() };
  const own = optionsOf(parts.options, source, subject.owner);
  const proof = await parts.prove(rules.authentication, sent, own);
  if (proof.kind === "proven") return keep(parts, req, hook, body);
  const fields = { bytes: body.length, why: proof.why };
  return { answer: proof.kind === "refused" ? answers.unauthorised : answers.busy, fields };
}

async function tooLarge(parts: HookParts, req: IncomingMessage, hook: Hook): Promise<Answer> {
  if (hook.rules.overCap === "refuse") return answers.tooLarge;
  const isRead = await drain(req, parts.drainLimit);
  return isRead ? { status: 202, body: { status: "too-large" } } : answers.tooLarge;
}

async function keep(
  parts: HookParts,
  req: IncomingMessage,
  hook: Hook,
  bytes: Buffer,
): Promise<Handled> {
  const headers = storedHeaders(req.headers);
  // PostgreSQL's text holds neither: such a body is no JSON either, and cannot be kept as it is.
  if (!isUtf8(bytes) || bytes.includes(0)) {
    const detail = "the body is no UTF-8 text";
    return unreadable(hook, detail, { bytes: bytes.length, detail });
  }
  const body = bytes.toString("utf8");
  const { owner } = hook.subject;
  const raw = { source: hook.source, owner, headers, body };
  const { meaning, senderId } = readDelivery(raw, parts.options);
  const fields = { bytes: bytes.length };
  if (meaning.kind === "unreadable" && hook.rules.unreadableStatus === 400) {
    return unreadable(hook, meaning.detail, { ...fields, detail: meaning.detail });
  }
  const now = parts.clock.now();
  const delivery: Delivery = {
    id: parts.newId(now),
    source: hook.source,
    owner,
    scope: hook.subject.scope,
    senderId,
    subjects:
      meaning.kind === "read"
        ? meaning.events.map(({ image, tag, digest }) => ({ image, tag, digest }))
        : [],
    receivedAt: now.toISOString(),
    headers,
    body,
  };
  const acceptance = await accept(parts, delivery);
  if (acceptance === null) return { answer: answers.busy, fields };
  parts.tally.received(delivery.source, acceptance);
  const told = { ...fields, delivery: delivery.id, acceptance };
  if (meaning.kind === "unreadable") {
    return unreadable(hook, meaning.detail, { ...told, detail: meaning.detail });
  }
  const dropped = [...new Set(meaning.dropped.map(({ reason }) => reason))];
  const status = statusOf(acceptance, meaning.events.length);
  return {
    answer: { status: 202, body: { status, ...(dropped.length === 0 ? {} : { dropped }) } },
    fields: { ...told, events: meaning.events.length, dropped },
  };
}

function statusOf(acceptance: Acceptance, events: number): string {
  if (acceptance === "duplicate") return "duplicate";
  return events === 0 ? "ignored" : "accepted";
}

function unreadable(hook: Hook, detail: string, fields: Handled["fields"]): Handled {
  const body = { status: "unreadable", detail };
  return { answer: { status: hook.rules.unreadableStatus, body }, fields };
}

/** `null`: the store is down; the sender is told to come again. */
async function accept(parts: HookParts, delivery: Delivery): Promise<Acceptance | null> {
  try {
    return await parts.accept(delivery);
  } catch (error) {
    if (!(error instanceof InboxDown)) throw error;
    parts.log.error({ err: error }, "a delivery could not be stored");
    return null;
  }
}
