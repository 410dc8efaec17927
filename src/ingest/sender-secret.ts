import { createHmac } from "node:crypto";
import type { Authentication } from "../normalise/normaliser.ts";
import { compactJson } from "./compact-json.ts";
import { headerOf, PROVEN, type Proof, refused, type Sent } from "./proof.ts";
import { isSameText } from "./same-text.ts";

type Of<Kind extends Authentication["kind"]> = Extract<Authentication, { readonly kind: Kind }>;

/** The secret itself in a header, behind one of the schemes. Takes as long for a wrong one as for a right one. */
export function carriesSecret(by: Of<"header">, sent: Sent): Proof {
  const given = headerOf(sent, by.name);
  if (given === undefined) return refused(`no ${by.name}`);
  let matches = false;
  for (const secret of sent.secrets) {
    for (const scheme of by.schemes) {
      matches = isSameText(secret, afterScheme(scheme, given)) || matches;
    }
  }
  return matches ? PROVEN : refused(`wrong ${by.name}`);
}

function afterScheme(scheme: Of<"header">["schemes"][number], given: string): string {
  if (scheme === "plain") return given;
  if (scheme === "bearer") return /^bearer /i.test(given) ? given.slice("bearer ".length) : "";
  // Whatever the user's name: it is no secret.
  const [, encoded = ""] = /^basic ([A-Za-z0-9+/=]+)$/i.exec(given) ?? [];
  const pair = Buffer.from(encoded, "base64").toString("utf8");
  return pair.slice(pair.indexOf(":") + 1);
}

/** A hex HMAC of the body. Of several headers that carry one, each that came must be right. */
export function isSignedBody(by: Of<"hmac">, sent: Sent): Proof {
  const came = by.headers.filter(({ name }) => sent.headers[name] !== undefined);
  if (came.length === 0) return refused("no signature");
  let right = 0;
  for (const { name, prefix } of came) {
    const given = (headerOf(sent, name) ?? "").toLowerCase();
    if (isHmac(by, sent, prefix, given)) right += 1;
  }
  return right === came.length ? PROVEN : refused("wrong signature");
}

function isHmac(by: Of<"hmac">, sent: Sent, prefix: string, given: string): boolean {
  const { algorithm } = by;
  const bodies = by.compacted === true ? [sent.body, compactJson(sent.body)] : [sent.body];
  let matches = false;
  for (const secret of sent.secrets) {
    for (const body of bodies) {
      const expected = prefix + createHmac(algorithm, secret).update(body).digest("hex");
      matches = isSameText(expected, given) || matches;
    }
  }
  return matches;
}

/** Artifactory, by the operator's word and never by what arrived: one who knows no secret could choose the weaker way. */
export function isArtifactory(signing: "hmac" | "token" | undefined, sent: Sent): Proof {
  const name = "x-jfrog-event-auth";
  return signing === "token"
    ? carriesSecret({ kind: "header", name, schemes: ["plain"], absent: "refuse" }, sent)
    : isSignedBody({ kind: "hmac", algorithm: "sha256", headers: [{ name, prefix: "" }] }, sent);
}

/** Milliseconds that a signature of Standard Webhooks is good for, either way. */
const TOLERANCE = 5 * 60_000;

/** GitLab's token or its signature; where both came, both must be right. */
export function isGitlab(sent: Sent): Proof {
  const hasToken = sent.headers["x-gitlab-token"] !== undefined;
  const hasSignature = sent.headers["webhook-signature"] !== undefined;
  if (!hasToken && !hasSignature) return refused("neither x-gitlab-token nor webhook-signature");
  const name = "x-gitlab-token";
  const byToken: Of<"header"> = { kind: "header", name, schemes: ["plain"], absent: "refuse" };
  const token = hasToken ? carriesSecret(byToken, sent) : PROVEN;
  const signature = hasSignature ? isStandardWebhook(sent) : PROVEN;
  return token.kind === "proven" ? signature : token;
}

/** `v1,<base64 HMAC-SHA256 of id.timestamp.body>`, several by spaces: the specification of Standard Webhooks. */
function isStandardWebhook(sent: Sent): Proof {
  const id = headerOf(sent, "webhook-id") ?? "";
  const timestamp = headerOf(sent, "webhook-timestamp") ?? "";
  if (id === "" || !/^\d{1,12}$/.test(timestamp)) return refused("no webhook-id or timestamp");
  const given = (headerOf(sent, "webhook-signature") ?? "").split(" ").slice(0, 8);
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), sent.body]);
  let matches = false;
  for (const key of sent.secrets.flatMap(keysOf)) {
    const expected = `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
    for (const one of given) matches = isSameText(expected, one) || matches;
  }
  if (!matches) return refused("wrong webhook-signature");
  const age = Math.abs(sent.now.getTime() - Number(timestamp) * 1000);
  return age <= TOLERANCE ? PROVEN : refused("webhook-timestamp is too old or ahead");
}

/** Whether GitLab takes the token for text or for base64 is not written down: both are as secret. */
function keysOf(secret: string): readonly Buffer[] {
  return [Buffer.from(secret), Buffer.from(secret, "base64")];
}
