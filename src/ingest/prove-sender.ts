import type { Authentication } from "../normalise/normaliser.ts";
import type { SourceOptions } from "../normalise/source-options.ts";
import { proveCiToken } from "./ci-token.ts";
import { createIdTokens, type IdTokens } from "./id-tokens.ts";
import type { Outside } from "./outside.ts";
import { headerOf, PROVEN, type Proof, refused, type Sent } from "./proof.ts";
import { provePubSub } from "./pub-sub.ts";
import { carriesSecret, isArtifactory, isGitlab, isSignedBody } from "./sender-secret.ts";
import { createSnsProof, type SnsProof } from "./sns.ts";

/** Whether what was sent is by whom its source says, in the way that this source can prove it. */
export type ProveSender = (by: Authentication, sent: Sent, own: SourceOptions) => Promise<Proof>;

/** @param outside how keys and certificates of those who sign in public are fetched. */
export function createProveSender(outside: Outside): ProveSender {
  const parts: Parts = { tokens: createIdTokens(outside), sns: createSnsProof(outside) };
  return async (by, sent, own) => proveBy(parts, by, sent, own);
}

interface Parts {
  readonly tokens: IdTokens;
  readonly sns: SnsProof;
}

function proveBy(
  { tokens, sns }: Parts,
  by: Authentication,
  sent: Sent,
  own: SourceOptions,
): Proof | Promise<Proof> {
  switch (by.kind) {
    case "url":
      return PROVEN;
    case "header":
      return isUrlEnough(by, sent, own) ? PROVEN : carriesSecret(by, sent);
    case "hmac":
      return isSignedBody(by, sent);
    case "artifactory":
      return isArtifactory(own.signing, sent);
    case "gitlab":
      return isGitlab(sent);
    case "generic":
      return proveGeneric(tokens, sent, own);
    case "sns":
      return sns.prove(sent, own.topics);
    case "pub-sub":
      return provePubSub(tokens, sent, own);
  }
}

function isUrlEnough(
  { absent, name }: Extract<Authentication, { readonly kind: "header" }>,
  sent: Sent,
  own: SourceOptions,
): boolean {
  const isAbsent = sent.headers[name] === undefined;
  return isAbsent && absent === "url" && own.authorization !== "required";
}

const genericSignature: Authentication & { readonly kind: "hmac" } = {
  kind: "hmac",
  algorithm: "sha256",
  headers: [{ name: "x-signature", prefix: "sha256=" }],
};

function proveGeneric(tokens: IdTokens, sent: Sent, own: SourceOptions): Proof | Promise<Proof> {
  const [, token] = /^bearer (\S+)$/i.exec(headerOf(sent, "authorization") ?? "") ?? [];
  const isSigned = sent.headers["x-signature"] !== undefined;
  if (isSigned || token === undefined) return isSignedBody(genericSignature, sent);
  if (own.oidc === undefined) return refused("no oidc rules are set for this source");
  return proveCiToken(tokens, token, own.oidc, sent.now);
}
