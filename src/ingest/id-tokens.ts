import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from "jose";
import type { Outside } from "./outside.ts";

/** What an id token must be. */
export interface TokenRule {
  readonly issuers: readonly string[];
  readonly audiences: readonly string[];
  /** Where the issuer's keys are. */
  readonly jwks: string;
  /** Whether that host may be internal: the operator named it. */
  readonly internal: boolean;
}

export type TokenAnswer =
  | { readonly kind: "valid"; readonly claims: JWTPayload }
  | { readonly kind: "invalid" }
  | { readonly kind: "unavailable"; readonly why: string };

/** Checks id tokens (OpenID Connect) by their issuers' published keys. */
export interface IdTokens {
  verify(token: string, rule: TokenRule, now: Date): Promise<TokenAnswer>;
}

const KEYS_CAP = 256 * 1024;
const LONGEST_TOKEN = 12_000;

class KeysUnavailable extends Error {
  override readonly name = "KeysUnavailable";
}

/** @param outside how keys are fetched. They are kept for ten minutes; an unknown key is asked for at most twice a minute. */
export function createIdTokens(outside: Outside): IdTokens {
  const keySets = new Map<string, ReturnType<typeof createRemoteJWKSet>>();

  function keysAt({ internal, jwks }: TokenRule): ReturnType<typeof createRemoteJWKSet> {
    const name = JSON.stringify([jwks, internal]);
    const known = keySets.get(name);
    if (known !== undefined) return known;
    const made = createRemoteJWKSet(new URL(jwks), {
      timeoutDuration: 4000,
      [customFetch]: (url, { signal }) => fetchKeys(outside, url, internal, signal),
    });
    keySets.set(name, made);
    return made;
  }

  async function verify(token: string, rule: TokenRule, now: Date): Promise<TokenAnswer> {
    if (token.length > LONGEST_TOKEN) return { kind: "invalid" };
    try {
      const { payload } = await jwtVerify(token, keysAt(rule), {
        issuer: [...rule.issuers],
        audience: [...rule.audiences],
        algorithms: ["RS256", "ES256"],
        requiredClaims: ["exp"],
        clockTolerance: 30,
        currentDate: now,
      });
      return { kind: "valid", claims: payload };
    } catch (error) {
      if (error instanceof KeysUnavailable || error instanceof errors.JWKSTimeout)
        return { kind: "unavailable", why: `keys of ${new URL(rule.jwks).host}: ${error.message}` };
      return { kind: "invalid" };
    }
  }

  return { verify };
}

async function fetchKeys(
  outside: Outside,
  url: string,
  internal: boolean,
  signal: AbortSignal,
): Promise<Response> {
  const answer = await outside(new URL(url), { cap: KEYS_CAP, internal, signal });
  if (answer.kind === "failed") throw new KeysUnavailable(answer.detail);
  if (answer.status !== 200) throw new KeysUnavailable(`status ${answer.status}`);
  return new Response(new Uint8Array(answer.body), { status: 200 });
}
