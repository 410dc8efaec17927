import { createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { exportJWK, SignJWT } from "jose";
import { type HookSubject, hookSignatureSecret, hookToken } from "../src/ingest/hook-token.ts";
import type { Outside } from "../src/ingest/outside.ts";
import type { HookSource, NormaliseOptions } from "../src/normalise/normaliser.ts";
import { sourceTable } from "../src/normalise/sources.ts";
import { certificateOf } from "./certificate.ts";

/** A webhook as a sender would post it, but for what proves the sender. */
export interface Letter {
  readonly source: HookSource;
  readonly owner: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The same with its path and its proof. */
export interface Post {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `wrong`: everything as it should be, by another secret or key. `missing`: everything but the proof. */
export type Credentials = "right" | "wrong" | "missing";

export const TOPIC = "arn:aws:sns:us-west-2:123456789012:MyTopic";
const AUDIENCE = "tagboat";
const EMAIL = "push@my-project.iam.gserviceaccount.com";
const CERTIFICATE =
  /^https:\/\/sns\.us-west-2\.amazonaws\.com\/SimpleNotificationService-\w+\.pem$/;
const GOOGLE_KEYS = "https://www.googleapis.com/oauth2/v3/certs";

/** Settings under which the senders below are believed, where a source needs any. */
export const senderOptions: NormaliseOptions["sources"] = {
  distribution: { authorization: "required" },
  "ecr-sns": { topics: [TOPIC] },
  gar: { audience: AUDIENCE, email: EMAIL },
};

/** Senders of every source, who prove themselves as theirs do. */
export interface Senders {
  /** Amazon and Google as far as they are asked. */
  readonly outside: Outside;
  /** Every URL that was asked for. */
  readonly asked: string[];
  readonly keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
  post(letter: Letter, credentials: Credentials, now: Date): Promise<Post>;
}

/** @param secret the operator's. @param like whose keys Amazon and Google have; default: new ones. */
export function createSenders(secret: string, like?: Senders): Senders {
  const keys = like?.keys ?? generateKeyPairSync("rsa", { modulusLength: 2048 });
  const strangers = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const certificate = certificateOf(keys, {
    commonName: "sns.amazonaws.com",
    from: new Date("2011-01-01T00:00:00Z"),
    to: new Date("2049-01-01T00:00:00Z"),
  });
  const asked: string[] = [];

  const outside: Outside = async (url) => {
    asked.push(url.href);
    const text = await answerTo(url.href);
    if (text === null) return { kind: "answered", status: 404, body: Buffer.alloc(0) };
    return { kind: "answered", status: 200, body: Buffer.from(text) };
  };

  async function answerTo(url: string): Promise<string | null> {
    if (CERTIFICATE.test(url)) return certificate;
    if (url.startsWith("https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&"))
      return "<ConfirmSubscriptionResponse/>";
    if (url !== GOOGLE_KEYS) return null;
    return JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: "one" }] });
  }

  function post(letter: Letter, credentials: Credentials, now: Date): Promise<Post> {
    const isWrong = credentials === "wrong";
    const { privateKey } = isWrong ? strangers : keys;
    return posted(letter, credentials, {
      secret,
      theirs: isWrong ? `${secret}!` : secret,
      privateKey,
      now,
    });
  }

  return { outside, asked, keys, post };
}

interface Means {
  readonly secret: string;
  /** The operator's secret as the sender has it. */
  readonly theirs: string;
  readonly privateKey: PrivateKey;
  readonly now: Date;
}

async function posted(letter: Letter, credentials: Credentials, means: Means): Promise<Post> {
  const { owner, source } = letter;
  const subject: HookSubject = { source, owner, scope: { kind: "owner" }, generation: 1 };
  const { kind } = sourceTable[source].authentication;
  const headers = withoutProof(letter.headers);
  const path = `/hooks/${source}/${owner}/`;
  if (kind === "url") {
    const token = credentials === "missing" ? "" : hookToken(means.theirs, subject);
    return { path: path + token, headers, body: letter.body };
  }
  const known = path + hookToken(means.secret, subject);
  if (kind === "sns") {
    const body = snsBody(letter.body, credentials, means.now, means.privateKey);
    return { path: known, headers, body };
  }
  if (credentials === "missing") return { path: known, headers, body: letter.body };
  const secret = hookSignatureSecret(means.theirs, subject);
  const proof = await proofOf(letter, secret, means.privateKey, means.now);
  return { path: known, headers: { ...headers, ...proof }, body: letter.body };
}

async function proofOf(letter: Letter, secret: string, key: PrivateKey, now: Date) {
  return sourceTable[letter.source].authentication.kind === "pub-sub"
    ? { authorization: `Bearer ${await googleToken(now, key)}` }
    : secretProof(letter, secret, now);
}

type PrivateKey = KeyObject;

const PROOFS = [
  ...["authorization", "x-hub-signature-256", "x-signature", "x-gitea-signature"],
  ...["x-nexus-webhook-signature", "x-jfrog-event-auth", "x-webhook-secret", "x-gitlab-token"],
  ...["webhook-signature", "webhook-timestamp", "host", "content-length"],
];

function withoutProof(headers: Letter["headers"]): Readonly<Record<string, string>> {
  const lower = Object.entries(headers).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  return Object.fromEntries(lower.filter(([name]) => !PROOFS.includes(name)));
}

/** The headers by which a source proves that it knows its secret; none where it knows none. */
export function secretProof(
  letter: Omit<Letter, "owner">,
  secret: string,
  now: Date,
): Readonly<Record<string, string>> {
  const { authentication: by } = sourceTable[letter.source];
  const hmac = (algorithm: string, text: string) => createHmac(algorithm, secret).update(text);
  const sent = Object.fromEntries(
    Object.entries(letter.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  switch (by.kind) {
    case "header": {
      const [scheme] = by.schemes;
      const basic = Buffer.from(`acs:${secret}`).toString("base64");
      const text = { plain: secret, bearer: `Bearer ${secret}`, basic: `Basic ${basic}` };
      return { [by.name]: text[scheme ?? "plain"] };
    }
    case "hmac": {
      const digest = hmac(by.algorithm, letter.body).digest("hex");
      return Object.fromEntries(by.headers.map(({ name, prefix }) => [name, prefix + digest]));
    }
    case "generic":
      return { "x-signature": `sha256=${hmac("sha256", letter.body).digest("hex")}` };
    case "artifactory":
      return { "x-jfrog-event-auth": hmac("sha256", letter.body).digest("hex") };
    case "gitlab": {
      const id = sent["webhook-id"];
      if (id === undefined) return { "x-gitlab-token": secret };
      const timestamp = String(Math.floor(now.getTime() / 1000));
      const signed = hmac("sha256", `${id}.${timestamp}.${letter.body}`).digest("base64");
      return { "webhook-timestamp": timestamp, "webhook-signature": `v1,${signed}` };
    }
    default:
      return {};
  }
}

const SIGNED = {
  Notification: ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
  other: ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
};

/** The message as SNS would send it now; what is no object stays as it is. */
function snsBody(body: string, credentials: Credentials, now: Date, key: PrivateKey): string {
  let message: Record<string, unknown>;
  try {
    message = JSON.parse(body);
  } catch {
    return body;
  }
  if (typeof message !== "object" || message === null || Array.isArray(message)) return body;
  const dated: Record<string, unknown> = { ...message, Timestamp: now.toISOString() };
  if (credentials === "missing") {
    delete dated.Signature;
    return JSON.stringify(dated);
  }
  const names = dated.Type === "Notification" ? SIGNED.Notification : SIGNED.other;
  const text = names
    .filter((name) => dated[name] !== undefined && dated[name] !== null)
    .map((name) => `${name}\n${dated[name]}\n`)
    .join("");
  const hash = dated.SignatureVersion === "2" ? "RSA-SHA256" : "RSA-SHA1";
  return JSON.stringify({
    ...dated,
    Signature: sign(hash, Buffer.from(text), key).toString("base64"),
  });
}

const tokens = new WeakMap<object, { readonly at: number; readonly token: Promise<string> }>();

/** Google makes one an hour as well. */
function googleToken(now: Date, key: PrivateKey): Promise<string> {
  const known = tokens.get(key);
  if (known?.at === now.getTime()) return known.token;
  const token = makeToken(now, key);
  tokens.set(key, { at: now.getTime(), token });
  return token;
}

function makeToken(now: Date, key: PrivateKey): Promise<string> {
  return new SignJWT({ email: EMAIL, email_verified: true })
    .setProtectedHeader({ alg: "RS256", kid: "one" })
    .setIssuer("https://accounts.google.com")
    .setAudience(AUDIENCE)
    .setIssuedAt(now)
    .setExpirationTime(new Date(now.getTime() + 3_600_000))
    .sign(key);
}
