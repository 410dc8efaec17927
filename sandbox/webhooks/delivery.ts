import { createHash, createHmac } from "node:crypto";

/** Where a webhook goes: the one of an App, or one that was set up on a repo or organisation. */
export interface HookTarget {
  /** `X-GitHub-Hook-ID`. An App has one hook; its id is the App's. */
  readonly hook: number;
  readonly targetType: "integration" | "repository" | "organization";
  readonly targetId: number;
  readonly url: string;
  readonly secret: string;
}

/** One attempt to hand over a webhook, as `GET /app/hook/deliveries` tells of it. */
export interface HookDelivery {
  readonly id: number;
  /** The same for every attempt with the same event. */
  readonly guid: string;
  readonly target: HookTarget;
  readonly event: string;
  readonly action: string | null;
  readonly installationId: number | null;
  readonly repositoryId: number | null;
  readonly redelivery: boolean;
  /** RFC 3339. */
  readonly deliveredAt: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `OK` for 2xx; else GitHub's word for what went wrong. */
  readonly status: string;
  /** 502 when nobody answered, 504 when not in time. */
  readonly statusCode: number;
}

/** What is to be sent, before the first attempt. */
export interface Outgoing {
  readonly guid: string;
  readonly target: HookTarget;
  readonly event: string;
  readonly action: string | null;
  readonly installationId: number | null;
  readonly repositoryId: number | null;
  readonly body: string;
}

/** Posts a webhook. Rejects when nobody answers; with a `TimeoutError` when not in time. */
export type Send = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
) => Promise<{ readonly status: number }>;

/** A GUID from a counter: two runs of the same story send the same. */
export function guidOf(count: number): string {
  const hex = createHash("sha256").update(`delivery ${count}`).digest("hex");
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
  return [...parts, hex.slice(20, 32)].join("-");
}

/** GitHub's headers, signature included; an empty secret means that nothing is signed. */
export function headersOf(outgoing: Outgoing): Readonly<Record<string, string>> {
  const { target, body } = outgoing;
  const hmac = createHmac("sha256", target.secret).update(body).digest("hex");
  return {
    Accept: "*/*",
    "Content-Type": "application/json",
    "User-Agent": "GitHub-Hookshot/sandbox",
    "X-GitHub-Delivery": outgoing.guid,
    "X-GitHub-Event": outgoing.event,
    "X-GitHub-Hook-ID": String(target.hook),
    "X-GitHub-Hook-Installation-Target-ID": String(target.targetId),
    "X-GitHub-Hook-Installation-Target-Type": target.targetType,
    ...(target.secret === "" ? {} : { "X-Hub-Signature-256": `sha256=${hmac}` }),
  };
}

/** One attempt. Never rejects: an unreachable receiver is a status of its own. */
export async function attempt(
  send: Send,
  outgoing: Outgoing,
  about: { id: number; deliveredAt: string; redelivery: boolean; lost: boolean },
): Promise<HookDelivery> {
  const headers = headersOf(outgoing);
  const ended = about.lost ? NOBODY_THERE : await post(send, outgoing, headers);
  const { id, deliveredAt, redelivery } = about;
  return { ...outgoing, id, deliveredAt, redelivery, headers, ...ended };
}

type Ended = Pick<HookDelivery, "status" | "statusCode">;
const NOBODY_THERE: Ended = { status: "failed to connect to host", statusCode: 502 };
const TIMED_OUT: Ended = { status: "timed out", statusCode: 504 };

async function post(
  send: Send,
  outgoing: Outgoing,
  headers: Readonly<Record<string, string>>,
): Promise<Ended> {
  try {
    const { status: code } = await send(outgoing.target.url, headers, outgoing.body);
    const good = code >= 200 && code < 300;
    return { status: good ? "OK" : `Invalid HTTP Response: ${code}`, statusCode: code };
  } catch (error) {
    const { name } = (error ?? {}) as { readonly name?: unknown };
    return name === "TimeoutError" ? TIMED_OUT : NOBODY_THERE;
  }
}
