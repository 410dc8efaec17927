import { readFile } from "node:fs/promises";
import { z } from "zod";
import { readChallenge } from "./challenge.ts";
import type { RegistryRule, SecretSource } from "./registry-hosts.ts";
import type { WireAnswer } from "./wire.ts";

/** What is sent as `Authorization`, and until when it holds. */
export interface Pass {
  readonly authorization: string;
  /** Milliseconds since 1970; `null`: for ever. */
  readonly until: number | null;
}

/** Who asks for a pass. */
export interface PassRequest {
  readonly rule: RegistryRule;
  /** Host of the registry, with its port. */
  readonly host: string;
  /** Name of the image without its host. */
  readonly name: string;
  readonly now: Date;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** GET of a token service; `null`: it may not be visited. */
  readonly ask: (url: URL, headers: Readonly<Record<string, string>>) => Promise<WireAnswer | null>;
}

// The distribution token specification: 60 seconds when nothing is said.
const TOKEN_SECONDS = 60;
const tokenSchema = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  expires_in: z.number().positive().optional().catch(undefined),
});

/**
 * Earns a pass for the registry from its `WWW-Authenticate`. `null`: it asks for something we do not have.
 * A failure of the token service is handed on as it is. Another realm than the registry's own sees no credentials unless the rule names it.
 */
export async function earnPass(
  request: PassRequest,
  header: string | undefined,
): Promise<Pass | WireAnswer | null> {
  const challenge = readChallenge(header);
  if (challenge === null) return null;
  const basic = await readBasic(request);
  if (challenge.kind === "basic")
    return basic === null ? null : { authorization: basic, until: null };
  if (!URL.canParse(challenge.realm)) return null;
  const realm = new URL(challenge.realm);
  if (challenge.service !== null) realm.searchParams.set("service", challenge.service);
  realm.searchParams.set("scope", `repository:${request.name}:pull`);
  const isTrusted = realm.host === request.host || realm.host === realmOf(request);
  const headers = { accept: "application/json" };
  const answer = await request.ask(
    realm,
    basic !== null && isTrusted ? { ...headers, authorization: basic } : headers,
  );
  return answer === null ? null : readPass(answer, request.now);
}

function readPass(answer: WireAnswer, now: Date): Pass | WireAnswer | null {
  if (answer.kind === "failed" || answer.status === 429 || answer.status >= 500) return answer;
  if (answer.status !== 200) return null;
  const body = tokenSchema.safeParse(parseJson(answer.body));
  const token = body.data?.token ?? body.data?.access_token ?? "";
  // Only what may stand in a header.
  if (!/^[\x21-\x7e]+$/.test(token)) return null;
  const seconds = Math.min(body.data?.expires_in ?? TOKEN_SECONDS, 3600) - 10;
  return { authorization: `Bearer ${token}`, until: now.getTime() + seconds * 1000 };
}

async function readBasic({ rule, environment }: PassRequest): Promise<string | null> {
  if (rule.credentials === null) return null;
  const { username, password } = rule.credentials;
  const secret = await readSecret(password, environment);
  if (secret === null) return null;
  return `Basic ${Buffer.from(`${username}:${secret}`).toString("base64")}`;
}

async function readSecret(
  source: SecretSource,
  environment: PassRequest["environment"],
): Promise<string | null> {
  if (source.kind === "text") return source.text;
  if (source.kind === "variable") return environment[source.name] ?? null;
  try {
    return (await readFile(source.path, "utf8")).replace(/\r?\n$/, "");
  } catch {
    return null;
  }
}

/** Docker Hub is the one public registry whose token service has a host of its own. */
function realmOf({ rule, host }: PassRequest): string | null {
  return rule.realm ?? (host === "registry-1.docker.io" ? "auth.docker.io" : null);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return null;
  }
}
