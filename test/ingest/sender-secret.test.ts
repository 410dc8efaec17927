import { createHmac } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { compactJson } from "../../src/ingest/compact-json.ts";
import type { Sent } from "../../src/ingest/proof.ts";
import {
  carriesSecret,
  isArtifactory,
  isGitlab,
  isSignedBody,
} from "../../src/ingest/sender-secret.ts";
import { sourceTable } from "../../src/normalise/sources.ts";

const NOW = new Date("2026-11-22T15:00:00Z");
const BODY = '{ "a": "b c" }';
const SECRETS = ["this-one", "the-one-before"];

function sent(headers: Sent["headers"], over: Partial<Sent> = {}): Sent {
  return { headers, body: Buffer.from(BODY), secrets: SECRETS, now: NOW, ...over };
}

function hmac(secret: string | Buffer, body = BODY, algorithm = "sha256") {
  return createHmac(algorithm, secret).update(body);
}

describe("a secret in a header", () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
  const by = (...schemes: ("plain" | "bearer" | "basic")[]) =>
    ({ kind: "header", name: "authorization", schemes, absent: "refuse" }) as const;

  test.each([
    ["this-one", by("plain"), "proven"],
    ["the-one-before", by("plain"), "proven"],
    ["Bearer this-one", by("bearer"), "proven"],
    ["bearer the-one-before", by("bearer"), "proven"],
    [basic("anybody:this-one"), by("basic"), "proven"],
    ["Bearer this-one", by("plain"), "refused"],
    ["this-one", by("bearer"), "refused"],
    [basic("this-one:x"), by("basic"), "refused"],
    [basic("x:this-one:y"), by("basic"), "refused"],
    ["Basic %%%", by("basic"), "refused"],
    ["this-one ", by("plain"), "refused"],
    ["THIS-ONE", by("plain"), "refused"],
    ["", by("plain", "bearer", "basic"), "refused"],
    ["Bearer ", by("plain", "bearer", "basic"), "refused"],
  ])("%s", (authorization, auth, kind) => {
    expect(carriesSecret(auth, sent({ authorization })).kind).toBe(kind);
    expect(carriesSecret(auth, sent({})).kind).toBe("refused");
  });
});

describe("a signed body", () => {
  const gitea = sourceTable.gitea.authentication;
  if (gitea.kind !== "hmac") throw new Error("Gitea signs");
  const right = hmac("the-one-before").digest("hex");

  test.each<[string, Record<string, string>, string]>([
    ["either header", { "x-gitea-signature": right }, "proven"],
    ["the other", { "x-hub-signature-256": `sha256=${right}` }, "proven"],
    ["digits in upper case", { "x-gitea-signature": right.toUpperCase() }, "proven"],
    [
      "one right and one wrong",
      { "x-gitea-signature": right, "x-hub-signature-256": "sha256=00" },
      "refused",
    ],
    ["a prefix where none is", { "x-gitea-signature": `sha256=${right}` }, "refused"],
    ["no prefix where one is", { "x-hub-signature-256": right }, "refused"],
    ["nothing", {}, "refused"],
    ["an empty one", { "x-gitea-signature": "" }, "refused"],
    ["another's", { "x-gitea-signature": hmac("x").digest("hex") }, "refused"],
  ])("with %s", (_name, headers, kind) => {
    expect(isSignedBody(gitea, sent(headers)).kind).toBe(kind);
    expect(isSignedBody(gitea, sent(headers, { body: Buffer.from("{}") })).kind).toBe("refused");
  });

  test("of Nexus may be signed without its spaces", () => {
    const nexus = sourceTable.nexus.authentication;
    if (nexus.kind !== "hmac") throw new Error("Nexus signs");
    for (const body of [BODY, '{"a":"b c"}']) {
      const signature = hmac("this-one", body, "sha1").digest("hex");
      expect(isSignedBody(nexus, sent({ "x-nexus-webhook-signature": signature })).kind).toBe(
        "proven",
      );
    }
    const other = hmac("this-one", '{"a":"bc"}', "sha1").digest("hex");
    expect(isSignedBody(nexus, sent({ "x-nexus-webhook-signature": other })).kind).toBe("refused");
  });

  test.each([
    ['{ "a" : [ 1 ,\n"b \\" c" ] }', '{"a":[1,"b \\" c"]}'],
    ['"a \\\\" "b c"', '"a \\\\""b c"'],
    ['"open \\', '"open \\'],
    ["", ""],
  ])("compacted: %j", (text, compact) => {
    expect(compactJson(Buffer.from(text)).toString()).toBe(compact);
  });
});

describe("Artifactory", () => {
  const name = "x-jfrog-event-auth";
  const signature = hmac("this-one").digest("hex");

  test("does as the operator says, whatever arrives", () => {
    expect(isArtifactory(undefined, sent({ [name]: signature })).kind).toBe("proven");
    expect(isArtifactory("hmac", sent({ [name]: signature })).kind).toBe("proven");
    expect(isArtifactory("token", sent({ [name]: "the-one-before" })).kind).toBe("proven");
    expect(isArtifactory("hmac", sent({ [name]: "this-one" })).kind).toBe("refused");
    expect(isArtifactory("token", sent({ [name]: signature })).kind).toBe("refused");
    expect(isArtifactory("token", sent({})).kind).toBe("refused");
  });
});

describe("GitLab", () => {
  const at = String(NOW.getTime() / 1000);
  const signature = (secret: string | Buffer, time = at, id = "w1") =>
    `v1,${hmac(secret, `${id}.${time}.${BODY}`).digest("base64")}`;
  const signed = (over: Record<string, string> = {}) => ({
    "webhook-id": "w1",
    "webhook-timestamp": at,
    "webhook-signature": signature("this-one"),
    ...over,
  });

  test.each<[string, Record<string, string>, string]>([
    ["a token", { "x-gitlab-token": "this-one" }, "proven"],
    ["another token", { "x-gitlab-token": "x" }, "refused"],
    ["a signature", signed(), "proven"],
    [
      "by the secret as base64",
      signed({ "webhook-signature": signature(Buffer.from("this-one", "base64")) }),
      "proven",
    ],
    [
      "several signatures",
      signed({ "webhook-signature": `v1,AAAA ${signature("the-one-before")}` }),
      "proven",
    ],
    ["both right", { ...signed(), "x-gitlab-token": "this-one" }, "proven"],
    ["a wrong token beside", { ...signed(), "x-gitlab-token": "x" }, "refused"],
    [
      "a wrong signature beside",
      { "x-gitlab-token": "this-one", "webhook-signature": "v1,x", "webhook-id": "1" },
      "refused",
    ],
    ["another id", signed({ "webhook-id": "w2" }), "refused"],
    ["another time", signed({ "webhook-timestamp": String(Number(at) - 1) }), "refused"],
    ["no time", signed({ "webhook-timestamp": "soon" }), "refused"],
    ["nothing", {}, "refused"],
  ])("%s", (_name, headers, kind) => {
    expect(isGitlab(sent(headers)).kind).toBe(kind);
  });

  test.each([
    [299, "proven"],
    [-299, "proven"],
    [301, "refused"],
    [-301, "refused"],
  ])("signed %i seconds ago", (seconds, kind) => {
    const time = String(Number(at) - seconds);
    const headers = signed({
      "webhook-timestamp": time,
      "webhook-signature": signature("this-one", time),
    });
    expect(isGitlab(sent(headers)).kind).toBe(kind);
  });
});
