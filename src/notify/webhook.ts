import { createHmac } from "node:crypto";
import type { Clock } from "../model/clock.ts";
import { NoticeFailed, type Notices } from "../model/notices.ts";
import type { Outcome } from "../model/outcome.ts";
import { noticeOf } from "./notice.ts";
import { retryAfter } from "./retry-after.ts";

export interface WebhookOptions {
  /** A secret as a whole: chats put their token into it. */
  readonly url: string;
  /** What bodies are signed with. */
  readonly secret: string;
  readonly kinds: readonly Outcome["kind"][];
  readonly clock: Pick<Clock, "now">;
  /** Milliseconds for one attempt (10,000). */
  readonly timeout?: number;
}

const TIMEOUT = 10_000;

/** Sends notices to the operator's webhook: JSON, signed, one attempt a call, no redirect followed. */
export function createWebhook(options: WebhookOptions): Notices {
  return {
    wants: ({ outcome }) => options.kinds.includes(outcome.kind),
    async send(entry, delivery) {
      const notice = noticeOf(entry, delivery);
      const answer = await post(options, JSON.stringify(notice), notice.id);
      if (answer.status >= 200 && answer.status < 300) return;
      const now = options.clock.now();
      const said = answer.headers.get("retry-after");
      const isBusy = answer.status === 429 || answer.status === 503;
      throw new NoticeFailed(
        `the receiver of notices answered ${answer.status}`,
        isBusy && said !== null ? retryAfter(said, now) : null,
        answer.status === 410,
      );
    },
  };
}

/** The value of `X-Tagboat-Signature-256`. */
export function signatureOf(secret: string, body: string): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

async function post(options: WebhookOptions, body: string, id: string): Promise<Response> {
  const signal = AbortSignal.timeout(options.timeout ?? TIMEOUT);
  try {
    const answer = await fetch(options.url, {
      method: "POST",
      // A redirect would carry the signed body to somebody the operator did not name.
      redirect: "manual",
      signal,
      headers: {
        "content-type": "application/json",
        "user-agent": "Tagboat",
        "x-tagboat-delivery": id,
        "x-tagboat-timestamp": String(Math.floor(options.clock.now().getTime() / 1000)),
        "x-tagboat-signature-256": signatureOf(options.secret, body),
      },
      body,
    });
    await answer.body?.cancel();
    return answer;
  } catch (error) {
    // The error's own text may hold the URL.
    const why = signal.aborted ? "timeout" : codeOf(error);
    throw new NoticeFailed(`the receiver of notices did not answer (${why})`, null, false);
  }
}

function codeOf(error: unknown): string {
  const code = textOf(fieldOf(error, "cause"), "code");
  return code ?? textOf(error, "name") ?? "unknown";
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function textOf(value: unknown, name: string): string | null {
  const text = fieldOf(value, name);
  return typeof text === "string" ? text : null;
}
