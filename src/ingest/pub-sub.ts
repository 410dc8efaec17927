import type { SourceOptions } from "../normalise/source-options.ts";
import type { IdTokens } from "./id-tokens.ts";
import { headerOf, PROVEN, type Proof, refused, type Sent, unavailable } from "./proof.ts";

const ISSUERS = ["https://accounts.google.com", "accounts.google.com"];
const JWKS = "https://www.googleapis.com/oauth2/v3/certs";

/**
 * Google's id token of a push subscription: for our audience, of the account that the operator named. Without those settings nothing is
 * believed: anybody can have Google make a token. Rules: Pub/Sub's manual, "Authentication for push subscriptions".
 */
export async function provePubSub(
  tokens: IdTokens,
  sent: Sent,
  own: SourceOptions,
): Promise<Proof> {
  if (own.audience === undefined || own.email === undefined)
    return refused("no audience and email are set for this source");
  const [, token] = /^bearer (\S+)$/i.exec(headerOf(sent, "authorization") ?? "") ?? [];
  if (token === undefined) return refused("no bearer token");
  const audiences = [own.audience].flat();
  const rule = { issuers: ISSUERS, audiences, jwks: JWKS, internal: false };
  const answer = await tokens.verify(token, rule, sent.now);
  if (answer.kind === "unavailable") return unavailable(answer.why);
  if (answer.kind === "invalid") return refused("wrong id token");
  const { email, email_verified: verified } = answer.claims;
  const isAccount = typeof email === "string" && [own.email].flat().includes(email);
  return isAccount && verified === true ? PROVEN : refused("the id token is another account's");
}
