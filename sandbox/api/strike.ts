import { setTimeout as delay } from "node:timers/promises";
import { ApiError } from "./api-error.ts";
import type { Faults } from "./faults.ts";

/** The connection breaks, as undici's fetch reports it. `serve.ts` destroys the socket instead. */
export class ConnectionReset extends TypeError {
  constructor() {
    const cause = Object.assign(new Error("other side closed"), { code: "ECONNRESET" });
    super("fetch failed", { cause });
  }
}

const ENDINGS = [
  "bad-gateway-before",
  "bad-gateway-after",
  "reset-before",
  "reset-after",
  "secondary-limit",
  "too-many-requests",
] as const;

const LIMITED =
  "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

function limited(status: 403 | 429, retryAfter: number): ApiError {
  const headers = { "retry-after": String(retryAfter) };
  return new ApiError(status, LIMITED, { headers });
}

export const BAD_GATEWAY = 502;

/** The page that GitHub's edge shows when what is behind it does not answer: not JSON. */
export function badGateway(): Response {
  return new Response("<html><body><h1>502 Bad Gateway</h1></body></html>", {
    status: BAD_GATEWAY,
    headers: { "content-type": "text/html" },
  });
}

export interface Struck {
  /** What happens instead of serving; null: it is served. */
  readonly instead: "bad-gateway" | "reset" | ApiError | null;
  /** What becomes of the answer after it was served. */
  readonly after: "bad-gateway" | "reset" | null;
}

/** Strikes what is armed for this request: delays it, moves a ref under it, and says how it is to end. */
export async function strike(
  faults: Faults,
  { what, repos }: { readonly what: string; readonly repos: readonly string[] },
  wait: (ms: number) => Promise<unknown> = delay,
): Promise<Struck> {
  const late = faults.strike(what, ["latency"], repos);
  if (late?.kind === "latency") await wait(late.ms);
  const moved = faults.strike(what, ["moved-head"], repos);
  if (moved?.kind === "moved-head") await moved.move();
  const ending = faults.strike(what, ENDINGS, repos);
  switch (ending?.kind) {
    case "bad-gateway-before":
      return { instead: "bad-gateway", after: null };
    case "reset-before":
      return { instead: "reset", after: null };
    case "bad-gateway-after":
      return { instead: null, after: "bad-gateway" };
    case "reset-after":
      return { instead: null, after: "reset" };
    case "secondary-limit":
      return { instead: limited(403, ending.retryAfter), after: null };
    case "too-many-requests":
      return { instead: limited(429, ending.retryAfter), after: null };
    default:
      return { instead: null, after: null };
  }
}
