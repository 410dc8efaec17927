import type { RegistryAnswer } from "../model/registry.ts";
import type { WireAnswer } from "./wire.ts";

/** Why a read ends without facts. */
export type Failure = Exclude<RegistryAnswer, { kind: "found" }>;

const LONGEST_WAIT = 60 * 60 * 1000;

/** What an answer that is no 200 means. `what`: "manifest of quay.io/o/r:v1", for the reader of a log or comment. */
export function failureOf(answer: WireAnswer, what: string, now: Date): Failure {
  if (answer.kind === "failed") return wireFailure(answer, what);
  const { status, headers } = answer;
  if (status === 404) return { kind: "missing", detail: `The registry has no ${what}.` };
  if (status === 401 || status === 403) {
    const detail = `The registry does not show the ${what} (${status}): it is not there, or the credentials for it are missing or too weak.`;
    return { kind: "not-allowed", detail };
  }
  if (status === 429 || status === 408 || status >= 500) {
    const retryAt = readRetryAfter(headers["retry-after"], now);
    return { kind: "unavailable", detail: `The registry answered ${status}.`, retryAt };
  }
  return { kind: "unreadable", detail: `The registry answered ${status} for the ${what}.` };
}

function wireFailure(answer: WireAnswer & { kind: "failed" }, what: string): Failure {
  const { why, detail } = answer;
  if (why === "credentials") return { kind: "unavailable", detail, retryAt: null };
  if (why === "too-large") return { kind: "unreadable", detail: `The ${what} has ${detail}.` };
  if (why === "internal-address")
    return {
      kind: "not-allowed",
      detail: `The host of the ${what} has an address that is not public; the operator must list it first.`,
    };
  return {
    kind: "unavailable",
    detail: `The registry could not be reached (${detail}).`,
    retryAt: null,
  };
}

/** RFC 9110 §10.2.3: seconds or a date. Never more than an hour away, never in the past. */
function readRetryAfter(header: string | undefined, now: Date): Date | null {
  if (header === undefined) return null;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now.getTime();
  if (Number.isNaN(wait)) return null;
  return new Date(now.getTime() + Math.min(Math.max(wait, 0), LONGEST_WAIT));
}
