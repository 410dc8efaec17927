import { createHmac, hkdfSync } from "node:crypto";
import type { HookScope } from "../model/delivery.ts";
import { isSameText } from "./same-text.ts";

/** What a hook URL speaks for. Raising the generation revokes its earlier token and signing secret. */
export interface HookSubject {
  readonly source: string;
  /** GitHub owner, any case. */
  readonly owner: string;
  readonly scope: HookScope;
  readonly generation: number;
}

const TOKEN_LENGTH = 32;

/** The token of a hook URL: 32 URL-safe characters (192 bits) that only a holder of `secret` can make. */
export function hookToken(secret: string, subject: HookSubject): string {
  return mac(secret, "hook", subject).slice(0, TOKEN_LENGTH);
}

/** The secret that a sender sends or signs its bodies with. Not derivable from the URL: it stands in no log of a proxy. */
export function hookSignatureSecret(secret: string, subject: HookSubject): string {
  return mac(secret, "hook-signature", subject);
}

/** Whether `token` belongs to the subject under any of the secrets. Takes as long for a wrong token as for a right one. */
export function isHookToken(
  secrets: readonly string[],
  subject: HookSubject,
  token: string,
): boolean {
  let matches = false;
  for (const secret of secrets) {
    matches = isSameText(hookToken(secret, subject), token) || matches;
  }
  return matches;
}

/** A scope as it is signed: `owner`, `repo:myapp-cd` (of the owner), `image:quay.io/acme`; lower case. */
export function scopeText(scope: HookScope): string {
  switch (scope.kind) {
    case "owner":
      return "owner";
    case "repo":
      return `repo:${scope.repo.toLowerCase()}`;
    case "image":
      return `image:${scope.prefix.toLowerCase()}`;
  }
}

/** The segment behind the token that carries a narrower scope; `null` for the owner's, which needs none. */
export function scopeSegment(scope: HookScope): string | null {
  return scope.kind === "owner" ? null : Buffer.from(scopeText(scope)).toString("base64url");
}

/** Reads the segment back: `parseScopeSegment(scopeSegment(x)) = x` for scopes in lower case. `null`: no scope. */
export function parseScopeSegment(segment: string): HookScope | null {
  const text = Buffer.from(segment, "base64url").toString("utf8");
  if (Buffer.from(text).toString("base64url") !== segment || text !== text.toLowerCase())
    return null;
  if (/^repo:[a-z0-9._-]+$/.test(text)) return { kind: "repo", repo: text.slice(5) };
  if (/^image:[a-z0-9.:[\]/_-]+$/.test(text)) return { kind: "image", prefix: text.slice(6) };
  return null;
}

function mac(secret: string, label: string, subject: HookSubject): string {
  const key = keyOf(secret, label);
  const statement = JSON.stringify([
    "v1",
    subject.source,
    subject.owner.toLowerCase(),
    scopeText(subject.scope),
    subject.generation,
  ]);
  return createHmac("sha256", key).update(statement).digest("base64url");
}

const keys = new Map<string, Buffer>();
/** A process has one secret or, while it is rotated, two; tests have many. */
const MOST_KEYS = 16;

/** Derived once: deriving takes longer than all else that a token costs. */
function keyOf(secret: string, label: string): Buffer {
  const name = JSON.stringify([label, secret]);
  const known = keys.get(name);
  if (known !== undefined) return known;
  if (keys.size >= MOST_KEYS) keys.clear();
  const key = Buffer.from(hkdfSync("sha256", secret, "", label, 32));
  keys.set(name, key);
  return key;
}
