import { describe, expect, test } from "@jest/globals";
import { entryFor, readDockerConfig } from "../../src/registry/docker-config.ts";

const auth = (pair: string) => ({ auth: Buffer.from(pair).toString("base64") });
const basic = (username: string, secret: string) => ({
  kind: "credentials",
  credentials: { kind: "basic", username, secret },
});
const none = { kind: "none" };

describe("what docker's config.json says of an image", () => {
  const rows: readonly [name: string, file: object, image: string, said: object][] = [
    ["a host", { auths: { "quay.io": auth("me:a:b") } }, "quay.io/acme/app", basic("me", "a:b")],
    ["another host", { auths: { "quay.io": auth("me:s") } }, "ghcr.io/acme/app", none],
    ["a host that begins alike", { auths: { "quay.io": auth("me:s") } }, "quay.io.evil/a/b", none],
    ["a port", { auths: { "r.corp:5000": auth("me:s") } }, "r.corp:5000/app", basic("me", "s")],
    ["no port", { auths: { "r.corp": auth("me:s") } }, "r.corp:5000/app", none],
    ["a URL", { auths: { "https://R.corp/v2/": auth("me:s") } }, "r.corp/app", basic("me", "s")],
    [
      "Docker Hub by docker's name",
      { auths: { "https://index.docker.io/v1/": auth("me:s") } },
      "docker.io/library/nginx",
      basic("me", "s"),
    ],
    [
      "the longest path",
      { auths: { "quay.io": auth("all:1"), "quay.io/acme": auth("acme:2") } },
      "quay.io/acme/app",
      basic("acme", "2"),
    ],
    [
      "a path of others",
      { auths: { "quay.io/acme": auth("acme:2") } },
      "quay.io/acmeworks/app",
      none,
    ],
    [
      "Kubernetes' pair",
      { auths: { "quay.io": { username: "me", password: "s" } } },
      "quay.io/a/b",
      basic("me", "s"),
    ],
    [
      "an identity token",
      { auths: { "a.azurecr.io": { ...auth("0000:"), identitytoken: "r3fresh" } } },
      "a.azurecr.io/app",
      { kind: "credentials", credentials: { kind: "identity", token: "r3fresh" } },
    ],
    [
      "a registry token",
      { auths: { "r.corp": { registrytoken: "t0ken" } } },
      "r.corp/app",
      { kind: "credentials", credentials: { kind: "bearer", token: "t0ken" } },
    ],
    [
      "a helper of the host before auths",
      { credHelpers: { "quay.io": "pass" }, auths: { "quay.io": auth("me:s") } },
      "quay.io/a/b",
      { kind: "helper", name: "pass", server: "quay.io" },
    ],
    [
      "a helper of Docker Hub",
      { credHelpers: { "docker.io": "pass" } },
      "docker.io/acme/app",
      { kind: "helper", name: "pass", server: "https://index.docker.io/v1/" },
    ],
    [
      "the store for what is only marked",
      { credsStore: "secretservice", auths: { "quay.io": {} } },
      "quay.io/a/b",
      { kind: "helper", name: "secretservice", server: "quay.io" },
    ],
    ["a helper that is a path", { credHelpers: { "quay.io": "../sh" } }, "quay.io/a/b", none],
    ["nothing", {}, "quay.io/a/b", none],
    ["a pair without a name", { auths: { "quay.io": auth(":s") } }, "quay.io/a/b", none],
    ["no base64", { auths: { "quay.io": { auth: "%%%" } } }, "quay.io/a/b", none],
    ["null", { auths: { "quay.io": null } }, "quay.io/a/b", none],
    ["other keys", { HttpHeaders: { a: 1 }, auths: {} }, "quay.io/a/b", none],
  ];

  test.each(rows)("%s", (_, file, image, said) => {
    const config = readDockerConfig(JSON.stringify(file));
    expect(config && entryFor(config, image)).toEqual(said);
  });

  test.each(["", "null", "[]", '{"auths": 1}', '{"credHelpers": {"a": 1}}', "{"])(
    "%j is none",
    (text) => expect(readDockerConfig(text)).toBeNull(),
  );
});
