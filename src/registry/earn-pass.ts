import { z } from "zod";
import type { Challenge } from "./challenge.ts";
import type { FoundCredentials } from "./credential-helper.ts";
import type { Credentials } from "./docker-config.ts";
import type { Visit } from "./visit.ts";
import type { WireAnswer } from "./wire.ts";

/** What is sent as `Authorization`, and until when it holds. */
export interface Pass {
  readonly authorization: string;
  /** Milliseconds since 1970; `null`: it is not kept, its credentials are. */
  readonly until: number | null;
  /** When it was earned, in the time of `performance.now()`. */
  readonly at: number;
}

/** Who asks for a pass. */
export interface PassRequest {
  readonly visit: Visit;
  readonly now: Date;
  readonly credentials: () => Promise<FoundCredentials>;
  /** Asks a token service, with a form by POST; `null`: it may not be visited. */
  readonly ask: (
    url: URL,
    headers: Readonly<Record<string, string>>,
    form?: URLSearchParams,
  ) => Promise<WireAnswer | null>;
}

// The distribution token specification: 60 seconds when nothing is said.
const TOKEN_SECONDS = 60;
/** Public registries whose token service has a host of its own. */
const KNOWN_REALMS: Readonly<Record<string, string>> = {
  "registry-1.docker.io": "auth.docker.io",
  "registry.gitlab.com": "gitlab.com",
};
const tokenSchema = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  expires_in: z.number().positive().optional().catch(undefined),
});

/**
 * Earns the pass that a challenge asks for. `null`: it is not to be had with what we have. A failure of the token service, or of who keeps
 * our credentials, is handed on as it is. Another realm than the registry's own sees no credentials unless the rule names it.
 */
export async function earnPass(
  request: PassRequest,
  challenge: Challenge,
): Promise<Pass | WireAnswer | null> {
  if (challenge.kind === "bearer") return earnToken(request, challenge);
  const found = await request.credentials();
  if (found.kind === "failed") return { kind: "failed", why: "credentials", detail: found.detail };
  if (found.kind === "none" || found.credentials.kind !== "basic") return null;
  return { authorization: basic(found.credentials), until: null, at: performance.now() };
}

async function earnToken(
  request: PassRequest,
  challenge: Extract<Challenge, { kind: "bearer" }>,
): Promise<Pass | WireAnswer | null> {
  if (!URL.canParse(challenge.realm)) return null;
  const realm = new URL(challenge.realm);
  const { origin, rule } = request.visit;
  const trusted = [origin.host, rule.realm ?? KNOWN_REALMS[origin.host]];
  const found: FoundCredentials = trusted.includes(realm.host)
    ? await request.credentials()
    : { kind: "none" };
  if (found.kind === "failed") return { kind: "failed", why: "credentials", detail: found.detail };
  const credentials = found.kind === "found" ? found.credentials : null;
  if (credentials?.kind === "bearer") return passOf(credentials.token, request.now, TOKEN_SECONDS);
  const answer = await askToken(request, { realm, service: challenge.service }, credentials);
  return answer === null ? null : readPass(answer, request.now);
}

/** The distribution token specification by GET; for a refresh token its OAuth 2 form by POST. */
function askToken(
  { ask, visit }: PassRequest,
  { realm, service }: { readonly realm: URL; readonly service: string | null },
  credentials: Exclude<Credentials, { kind: "bearer" }> | null,
): Promise<WireAnswer | null> {
  const scope = `repository:${visit.name}:pull`;
  const wanted = { ...(service === null ? {} : { service }), scope };
  const headers = { accept: "application/json" };
  if (credentials?.kind === "identity") {
    const form = { grant_type: "refresh_token", refresh_token: credentials.token, ...wanted };
    return ask(realm, headers, new URLSearchParams({ ...form, client_id: "tagboat" }));
  }
  for (const [name, value] of Object.entries(wanted)) realm.searchParams.set(name, value);
  return ask(
    realm,
    credentials === null ? headers : { ...headers, authorization: basic(credentials) },
  );
}

function readPass(answer: WireAnswer, now: Date): Pass | WireAnswer | null {
  if (answer.kind === "failed" || answer.status === 429 || answer.status >= 500) return answer;
  if (answer.status !== 200) return null;
  const { data } = tokenSchema.safeParse(parseJson(answer.body));
  const token = data?.token ?? data?.access_token ?? "";
  return passOf(token, now, Math.min(data?.expires_in ?? TOKEN_SECONDS, 3600));
}

function passOf(token: string, now: Date, seconds: number): Pass | null {
  // Only what may stand in a header.
  if (!/^[\x21-\x7e]+$/.test(token)) return null;
  const until = now.getTime() + (seconds - 10) * 1000;
  return { authorization: `Bearer ${token}`, until, at: performance.now() };
}

function basic({ secret, username }: Extract<Credentials, { kind: "basic" }>): string {
  return `Basic ${Buffer.from(`${username}:${secret}`).toString("base64")}`;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return null;
  }
}
