import { generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { certificateOf } from "../../scripts/certificate.ts";
import type { Outside, OutsideAnswer } from "../../src/ingest/outside.ts";
import { createSnsProof } from "../../src/ingest/sns.ts";

const NOW = new Date("2026-11-22T15:00:00Z");
const TOPIC = "arn:aws:sns:eu-west-1:123456789012:images";
const CERTIFICATE = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a1b.pem";
const SUBSCRIBE = `https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=t`;
const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });

function certificate(over: Partial<Parameters<typeof certificateOf>[1]> = {}): string {
  const from = new Date("2026-01-01T00:00:00Z");
  const to = new Date("2027-01-01T00:00:00Z");
  return certificateOf(keys, { commonName: "sns.amazonaws.com", from, to, ...over });
}

type Message = Record<string, string | undefined>;

const NOTIFICATION: Message = {
  Type: "Notification",
  MessageId: "m1",
  TopicArn: TOPIC,
  Subject: "Pushed",
  Message: "{}",
  Timestamp: "2026-11-22T14:30:00.000Z",
  SignatureVersion: "2",
  SigningCertURL: CERTIFICATE,
};
const SUBSCRIPTION: Message = {
  ...NOTIFICATION,
  Type: "SubscriptionConfirmation",
  Subject: undefined,
  Token: "t",
  SubscribeURL: SUBSCRIBE,
};

function signed(message: Message, tampered: Message = {}): Buffer {
  const names =
    message.Type === "Notification"
      ? ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
      : ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];
  const text = names
    .filter((name) => message[name] !== undefined)
    .map((name) => `${name}\n${message[name]}\n`);
  const hash = message.SignatureVersion === "1" ? "RSA-SHA1" : "RSA-SHA256";
  const signature = sign(hash, Buffer.from(text.join("")), keys.privateKey).toString("base64");
  return Buffer.from(JSON.stringify({ ...message, Signature: signature, ...tampered }));
}

function world(answers: Readonly<Record<string, OutsideAnswer | string>> = {}) {
  const asked: string[] = [];
  const outside: Outside = async (url, { internal }) => {
    asked.push(url.href);
    expect(internal).toBe(false);
    const answer = { [CERTIFICATE]: certificate(), [SUBSCRIBE]: "ok", ...answers }[url.href];
    if (typeof answer !== "string")
      return answer ?? { kind: "answered", status: 404, body: Buffer.alloc(0) };
    return { kind: "answered", status: 200, body: Buffer.from(answer) };
  };
  const sns = createSnsProof(outside);
  const prove = (
    body: Buffer,
    topics: readonly string[] | undefined = [TOPIC],
    headers: Record<string, string> = {},
  ) => sns.prove({ headers, body, secrets: [], now: NOW }, topics);
  return { asked, prove, sns };
}

describe("a message of SNS", () => {
  test.each(["1", "2"])("of signature version %s is believed", async (SignatureVersion) => {
    const { asked, prove } = world();
    const body = signed({ ...NOTIFICATION, SignatureVersion });
    expect(await prove(body)).toEqual({ kind: "proven" });
    expect(asked).toEqual([CERTIFICATE]);
  });

  test("is believed without a subject, and the certificate is fetched once", async () => {
    const { asked, prove } = world();
    const { Subject: _, ...bare } = NOTIFICATION;
    const proofs = await Promise.all([prove(signed(bare)), prove(signed(bare))]);
    expect(proofs).toEqual([{ kind: "proven" }, { kind: "proven" }]);
    expect(asked).toEqual([CERTIFICATE]);
  });

  test.each<[string, Message]>([
    ["another text", { Message: '{"a":1}' }],
    ["another id", { MessageId: "m2" }],
    ["another subject", { Subject: "x" }],
    ["no subject", { Subject: undefined }],
    ["another time", { Timestamp: "2026-11-22T14:31:00.000Z" }],
    ["another version", { SignatureVersion: "1" }],
    ["a version that is none", { SignatureVersion: "3" }],
    ["another type", { Type: "UnsubscribeConfirmation" }],
    ["no signature", { Signature: undefined }],
    ["an empty signature", { Signature: "" }],
  ])("with %s than was signed is refused", async (_name, tampered) => {
    const { prove } = world();
    expect((await prove(signed(NOTIFICATION, tampered))).kind).toBe("refused");
  });

  test.each([
    "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a1b.pem",
    "https://sns.eu-west-1.amazonaws.com.evil.example/a.pem",
    "https://evil.example/sns.eu-west-1.amazonaws.com/a.pem",
    "https://sns.eu-west-1.amazonaws.com@evil.example/a.pem",
    "https://u:p@sns.eu-west-1.amazonaws.com/a.pem",
    "https://sns.eu-west-1.amazonaws.com:8443/a.pem",
    "https://s3.eu-west-1.amazonaws.com/sns/a.pem",
    "https://sns.eu-west-1.amazonaws.com/a.txt",
    "https://sns.eu-west-1.amazonaws.com/../a/b.pem",
    "https://sns.eu-west-1.amazonaws.com/a.pem?x=.pem",
    "https://169.254.169.254/a.pem",
    "https://[::ffff:169.254.169.254]/a.pem",
    "file:///etc/a.pem",
    "",
  ])("whose certificate is at %s is refused, and nobody is asked", async (SigningCertURL) => {
    const { asked, prove } = world();
    const proof = await prove(signed({ ...NOTIFICATION, SigningCertURL }));
    expect([proof.kind, asked]).toEqual(["refused", []]);
  });

  test.each([
    ["of another name", certificate({ commonName: "sns.evil.example" })],
    ["of a name around it", certificate({ commonName: "sns.amazonaws.com.evil.example" })],
    ["not yet in force", certificate({ from: new Date("2026-12-01T00:00:00Z") })],
    ["out of date", certificate({ to: new Date("2026-11-01T00:00:00Z") })],
    ["that is none", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
  ])("with a certificate %s is refused", async (_name, pem) => {
    const { prove } = world({ [CERTIFICATE]: pem });
    expect((await prove(signed(NOTIFICATION))).kind).toBe("refused");
  });

  test("of a certificate that nobody has is refused; of one that cannot be had now, asked for again", async () => {
    const gone = world({
      [CERTIFICATE]: { kind: "answered", status: 302, body: Buffer.from("x") },
    });
    expect((await gone.prove(signed(NOTIFICATION))).kind).toBe("refused");
    for (const answer of [
      { kind: "failed", detail: "internal-address" },
      { kind: "answered", status: 503, body: Buffer.alloc(0) },
    ] as const) {
      const { asked, prove } = world({ [CERTIFICATE]: answer });
      expect((await prove(signed(NOTIFICATION))).kind).toBe("unavailable");
      await prove(signed(NOTIFICATION));
      expect(asked).toEqual([CERTIFICATE, CERTIFICATE]);
    }
  });

  test.each([
    ["2026-11-22T13:59:59.000Z", "refused"],
    ["2026-11-22T14:00:00.000Z", "proven"],
    ["2026-11-22T15:04:00.000Z", "proven"],
    ["2026-11-22T15:06:00.000Z", "refused"],
    ["yesterday", "refused"],
  ])("of %s is %s at three", async (Timestamp, kind) => {
    const { prove } = world();
    expect((await prove(signed({ ...NOTIFICATION, Timestamp }))).kind).toBe(kind);
  });

  test("of a topic that is not listed, delivered raw, or without settings is refused", async () => {
    const { asked, prove, sns } = world();
    const body = signed(NOTIFICATION);
    expect((await prove(body, ["arn:aws:sns:eu-west-1:123456789012:other"])).kind).toBe("refused");
    expect((await prove(body, [TOPIC], { "x-amz-sns-rawdelivery": "true" })).kind).toBe("refused");
    const sent = { headers: {}, body, secrets: [], now: NOW };
    expect((await sns.prove(sent, undefined)).kind).toBe("refused");
    for (const odd of ["", "[]", "null", '"x"', "[".repeat(500)])
      expect((await prove(Buffer.from(odd))).kind).toBe("refused");
    expect(asked).toEqual([]);
  });
});

describe("a subscription", () => {
  test("of a listed topic is confirmed, once its signature is right", async () => {
    const { asked, prove } = world();
    expect(await prove(signed(SUBSCRIPTION))).toEqual({ kind: "proven" });
    expect(asked).toEqual([CERTIFICATE, SUBSCRIBE]);
  });

  test("is not confirmed for another topic, or unsigned", async () => {
    const { asked, prove } = world();
    expect((await prove(signed(SUBSCRIPTION), ["arn:aws:sns:x"])).kind).toBe("refused");
    const tampered = signed(SUBSCRIPTION, { Token: "another" });
    expect((await prove(tampered)).kind).toBe("refused");
    expect(asked).toEqual([CERTIFICATE]);
  });

  test.each([
    "https://evil.example/?Action=ConfirmSubscription",
    `http://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${TOPIC}`,
    `https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${TOPIC}`,
    `https://sns.eu-west-1.amazonaws.com/?Action=DeleteTopic&TopicArn=${TOPIC}`,
    "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:x",
    "http://169.254.169.254/latest/meta-data",
  ])("even signed is not confirmed at %s", async (SubscribeURL) => {
    const { asked, prove } = world();
    expect((await prove(signed({ ...SUBSCRIPTION, SubscribeURL }))).kind).toBe("refused");
    expect(asked).toEqual([CERTIFICATE]);
  });

  test("that SNS cannot take now is sent again; its end is not taken back", async () => {
    const busy = world({ [SUBSCRIBE]: { kind: "failed", detail: "ECONNRESET" } });
    expect((await busy.prove(signed(SUBSCRIPTION))).kind).toBe("unavailable");
    const { asked, prove } = world();
    const end = signed({ ...SUBSCRIPTION, Type: "UnsubscribeConfirmation" });
    expect(await prove(end)).toEqual({ kind: "proven" });
    expect(asked).toEqual([CERTIFICATE]);
  });
});
