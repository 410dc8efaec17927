import { verify, X509Certificate } from "node:crypto";
import { z } from "zod";
import { parseShallow } from "../normalise/json-text.ts";
import { type NotRead, type Outside, readOutside } from "./outside.ts";
import { headerOf, PROVEN, type Proof, refused, type Sent, unavailable } from "./proof.ts";

const Message = z.object({
  Type: z.enum(["Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"]),
  MessageId: z.string(),
  TopicArn: z.string(),
  Message: z.string(),
  Subject: z.string().nullish(),
  Timestamp: z.string(),
  Token: z.string().nullish(),
  SubscribeURL: z.string().nullish(),
  SignatureVersion: z.enum(["1", "2"]),
  Signature: z.string(),
  SigningCertURL: z.string(),
});
type Message = z.infer<typeof Message>;

/** Checks messages of SNS. */
export interface SnsProof {
  /** @param topics ARNs that are believed. A confirmed subscription is a consequence: of these topics only. */
  prove(sent: Sent, topics: readonly string[] | undefined): Promise<Proof>;
}

/** Milliseconds. SNS gives up after an hour at most. */
const OLDEST = 3_600_000;
const AHEAD = 5 * 60_000;

const CERTIFICATE_CAP = 64 * 1024;
/** AWS changes its certificate a few times a year; regions have one each. */
const MOST_CERTIFICATES = 16;
const CERTIFICATE_KEPT = 24 * 3_600_000;

interface Kept {
  readonly certificate: Promise<X509Certificate | NotRead>;
  readonly until: number;
}

/** @param outside how certificates are fetched and subscriptions confirmed. */
export function createSnsProof(outside: Outside): SnsProof {
  const kept = new Map<string, Kept>();

  function certificateAt(url: URL, now: Date): Kept["certificate"] {
    const known = kept.get(url.href);
    if (known !== undefined && now.getTime() < known.until) return known.certificate;
    const certificate = fetchCertificate(outside, url).then((found) => {
      // A failure is nothing to remember: the next message asks again.
      if ("failed" in found) kept.delete(url.href);
      return found;
    });
    const [oldest] = kept.keys();
    if (oldest !== undefined && kept.size >= MOST_CERTIFICATES) kept.delete(oldest);
    kept.set(url.href, { certificate, until: now.getTime() + CERTIFICATE_KEPT });
    return certificate;
  }

  async function prove(sent: Sent, topics: readonly string[] | undefined): Promise<Proof> {
    const message = readMessage(sent, topics);
    if ("kind" in message) return message;
    const url = certificateUrl(message.SigningCertURL);
    if (url === null) return refused("SigningCertURL is not at SNS");
    const certificate = await certificateAt(url, sent.now);
    if ("failed" in certificate) return notRead("signing certificate", certificate);
    if (!isOfSns(certificate, sent.now)) return refused("the certificate is not SNS's, or expired");
    if (!isSigned(message, certificate)) return refused("wrong signature");
    return message.Type === "SubscriptionConfirmation" ? confirm(outside, message) : PROVEN;
  }

  return { prove };
}

/** What can be told without asking anybody. */
function readMessage(sent: Sent, topics: readonly string[] | undefined): Message | Proof {
  if (topics === undefined) return refused("no topics are set for this source");
  if (headerOf(sent, "x-amz-sns-rawdelivery") === "true")
    return refused("raw delivery is unsigned");
  const json = parseShallow(sent.body.toString("utf8"));
  const parsed = Message.safeParse(json.kind === "read" ? json.value : null);
  if (!parsed.success) return refused("no signed message of SNS");
  if (!topics.includes(parsed.data.TopicArn)) return refused("the topic is not listed");
  const age = sent.now.getTime() - Date.parse(parsed.data.Timestamp);
  if (!(age <= OLDEST && age >= -AHEAD)) return refused("the message is too old or ahead");
  return parsed.data;
}

/** The rule of AWS's manual, "Verifying the signatures of Amazon SNS messages": only from SNS itself, only by TLS. */
function snsUrl(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const isSns = /^sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/.test(url.hostname);
  const isPlain = url.port === "" && url.username === "" && url.password === "";
  return isSns && isPlain && url.protocol === "https:" ? url : null;
}

function certificateUrl(text: string): URL | null {
  const url = snsUrl(text);
  return url !== null && /^\/[\w-]+\.pem$/.test(url.pathname) && url.search === "" ? url : null;
}

function notRead(what: string, { failed, final }: NotRead): Proof {
  return (final ? refused : unavailable)(`${what}: ${failed}`);
}

async function fetchCertificate(outside: Outside, url: URL): Promise<X509Certificate | NotRead> {
  const body = await readOutside(outside, url, { cap: CERTIFICATE_CAP, internal: false });
  if ("failed" in body) return body;
  try {
    return new X509Certificate(body);
  } catch {
    return { failed: "no certificate", final: true };
  }
}

/**
 * Where it came from was proven by TLS: the file holds the certificate alone, without the ones between it and a root. Here: that it is
 * for SNS, and in force.
 */
function isOfSns(certificate: X509Certificate, now: Date): boolean {
  const names = `${certificate.subject}\n${certificate.subjectAltName ?? ""}`;
  const isNamed = /(^CN=|\bDNS:)sns([.-][a-z0-9.-]*)?\.amazonaws\.com(\.cn)?(,|$)/m.test(names);
  const from = Date.parse(certificate.validFrom);
  const to = Date.parse(certificate.validTo);
  const { asymmetricKeyType: type } = certificate.publicKey;
  return isNamed && type === "rsa" && from <= now.getTime() && now.getTime() <= to;
}

function isSigned(message: Message, certificate: X509Certificate): boolean {
  const hash = message.SignatureVersion === "1" ? "RSA-SHA1" : "RSA-SHA256";
  const signature = Buffer.from(message.Signature, "base64");
  return verify(hash, Buffer.from(signedText(message)), certificate.publicKey, signature);
}

/** The fields that are signed, in the order of AWS's manual; `Subject` only where there is one. */
function signedText(message: Message): string {
  const names =
    message.Type === "Notification"
      ? (["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"] as const)
      : ([
          ...["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
        ] as const);
  const given: Readonly<Record<string, string | null | undefined>> = message;
  return names
    .filter((name) => given[name] !== null && given[name] !== undefined)
    .map((name) => `${name}\n${given[name]}\n`)
    .join("");
}

/** The message is signed and of a listed topic; even so, only SNS in the topic's own region is asked, and only for this. */
async function confirm(outside: Outside, message: Message): Promise<Proof> {
  const url = snsUrl(message.SubscribeURL ?? "");
  const region = message.TopicArn.split(":")[3] ?? "";
  const isRight =
    url?.hostname.startsWith(`sns.${region}.`) &&
    url.pathname === "/" &&
    url.searchParams.get("Action") === "ConfirmSubscription" &&
    url.searchParams.get("TopicArn") === message.TopicArn;
  if (url === null || !isRight) return refused("SubscribeURL is not at SNS");
  const answer = await readOutside(outside, url, { cap: CERTIFICATE_CAP, internal: false });
  return "failed" in answer ? notRead("SubscribeURL", answer) : PROVEN;
}
