import type { GraphqlError, RequestFailure } from "./request-error.ts";

// "Wait at least one minute" where GitHub gives no header:
// https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api
const WITHOUT_HEADER_MS = 60_000;
const LIMIT_TEXT =
  /secondary rate limit|rate limit exceeded|abuse detection|submitted too quickly/i;

/** Until when the host wants to be left alone; `null` when the failure is not a limit. */
export function limitedUntil(failure: RequestFailure, now: Date): Date | null {
  if (!isLimit(failure)) return null;
  const { headers } = failure;
  const after = headers["retry-after"];
  if (after !== undefined) return retryAfter(after, now);
  const reset = Number(headers["x-ratelimit-reset"]);
  if (headers["x-ratelimit-remaining"] === "0" && reset > 0) return new Date(reset * 1000);
  return new Date(now.getTime() + WITHOUT_HEADER_MS);
}

function isLimit(failure: RequestFailure): boolean {
  if (failure.graphql !== null) return failure.graphql.errors.some(isLimitError);
  if (failure.status === 429) return true;
  if (failure.status !== 403) return false;
  return (
    failure.headers["retry-after"] !== undefined ||
    failure.headers["x-ratelimit-remaining"] === "0" ||
    LIMIT_TEXT.test(failure.message)
  );
}

function isLimitError(error: GraphqlError): boolean {
  return (
    error.type === "RATE_LIMITED" || error.type === "RATE_LIMIT" || LIMIT_TEXT.test(error.message)
  );
}

// RFC 9110 §10.2.3: seconds, or a date.
function retryAfter(value: string, now: Date): Date {
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return new Date(now.getTime() + Math.max(0, seconds) * 1000);
  const date = Date.parse(value);
  return new Date(Number.isNaN(date) ? now.getTime() + WITHOUT_HEADER_MS : date);
}
