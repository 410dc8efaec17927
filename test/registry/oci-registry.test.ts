import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Clock } from "../../src/model/clock.ts";
import {
  createOciRegistry,
  type OciRegistry,
  type OciRegistryOptions,
} from "../../src/registry/oci-registry.ts";
import { readRegistriesFile } from "../../src/registry/registries-file.ts";
import { publicHosts, type RegistryHosts } from "../../src/registry/registry-hosts.ts";
import {
  type Answer,
  answerWith,
  digestOf,
  INDEX,
  MANIFEST,
  putBlob,
  putImage,
  putManifest,
  type SmallServer,
  startServer,
} from "./small-registry.ts";

let now = new Date("2026-08-21T12:00:00Z");
const clock: Clock = { now: () => now, sleep: () => Promise.resolve() };

let server: SmallServer;
let other: SmallServer;
let open: OciRegistry[];
let logged: object[];

beforeEach(async () => {
  now = new Date("2026-08-21T12:00:00Z");
  [server, other] = await Promise.all([startServer(), startServer()]);
  open = [];
  logged = [];
});

afterEach(async () => {
  for (const registry of open) registry.close();
  await Promise.all([server.stop(), other.stop()]);
});

function hostsOf(text: string): RegistryHosts {
  const file = readRegistriesFile(text);
  if (file.kind === "refused") throw new Error(JSON.stringify(file.problems));
  return file.hosts;
}

function registryFor(entry = "{}", more: Partial<OciRegistryOptions> = {}): OciRegistry {
  const registry = createOciRegistry({
    hosts: hostsOf(`registries:\n  ${server.host}: ${entry}\n`),
    clock,
    log: { debug: (fields) => void logged.push(fields) },
    ...more,
  });
  open.push(registry);
  return registry;
}

function imageHere(): string {
  return `${server.host}/acme/app`;
}

const manifestPath = "/v2/acme/app/manifests/v1";
const paths = () => server.asked.map(({ path }) => path);

describe("facts", () => {
  test("of one platform by tag: two requests", async () => {
    const digest = putImage(server, "v1");
    expect(await registryFor().read(imageHere(), "v1", "acme")).toEqual({
      kind: "found",
      facts: {
        image: imageHere(),
        tag: "v1",
        digest,
        created: "2026-08-21T10:11:12.123456789Z",
        labels: { "org.opencontainers.image.revision": "rev-amd64" },
        platforms: ["linux/amd64"],
      },
    });
    expect(server.asked).toHaveLength(2);
  });

  test("by digest: no tag", async () => {
    const digest = putImage(server);
    const answer = await registryFor().read(imageHere(), digest, "acme");
    expect(answer).toMatchObject({ kind: "found", facts: { tag: null, digest } });
  });

  test("of an index: its own digest, linux/amd64, its annotations below the labels, no attestations, three requests", async () => {
    const arm = putImage(server, undefined, "arm64");
    const amd = putImage(server, undefined, "amd64");
    const digest = putManifest(
      server,
      {
        mediaType: INDEX,
        annotations: { "org.opencontainers.image.revision": "of the index", from: "index" },
        manifests: [
          { digest: digestOf("sbom"), platform: { os: "unknown", architecture: "unknown" } },
          { digest: arm, platform: { os: "linux", architecture: "arm64", variant: "v8" } },
          { digest: amd, platform: { os: "linux", architecture: "amd64" } },
        ],
      },
      "v1",
    );
    expect(await registryFor().read(imageHere(), "v1", "acme")).toMatchObject({
      kind: "found",
      facts: {
        digest,
        labels: { "org.opencontainers.image.revision": "rev-amd64", from: "index" },
        platforms: ["linux/arm64/v8", "linux/amd64"],
      },
    });
    expect(server.asked).toHaveLength(3);
  });

  test("of an index without linux/amd64: the first real platform", async () => {
    const arm = putImage(server, undefined, "arm64");
    const manifests = [{ digest: arm, platform: { os: "linux", architecture: "arm64" } }];
    putManifest(server, { mediaType: INDEX, manifests }, "v1");
    const answer = await registryFor().read(imageHere(), "v1", "acme");
    expect(answer).toMatchObject({
      facts: { labels: { "org.opencontainers.image.revision": "rev-arm64" } },
    });
  });

  test("of an artifact that is no container image: the digest alone", async () => {
    const config = { mediaType: "application/vnd.cncf.helm.config.v1+json", digest: digestOf("x") };
    putManifest(server, { mediaType: MANIFEST, config, annotations: { a: "b" } }, "v1");
    const answer = await registryFor().read(imageHere(), "v1", "acme");
    expect(answer).toMatchObject({ facts: { created: null, labels: { a: "b" }, platforms: [] } });
  });

  test("`created` that is no instant counts as absent", async () => {
    const config = putBlob(server, JSON.stringify({ created: "yesterday", config: null }));
    const mediaType = "application/vnd.oci.image.config.v1+json";
    putManifest(server, { mediaType: MANIFEST, config: { mediaType, digest: config } }, "v1");
    const answer = await registryFor().read(imageHere(), "v1", "acme");
    expect(answer).toMatchObject({ kind: "found", facts: { created: null, labels: {} } });
  });

  test("read again: the tag is asked for, its content is remembered; what is gone is gone", async () => {
    putImage(server, "v1");
    const registry = registryFor();
    await registry.read(imageHere(), "v1", "acme");
    const again = await registry.read(imageHere(), "v1", "acme");
    expect(again).toMatchObject({ kind: "found", facts: { platforms: ["linux/amd64"] } });
    expect(server.asked).toHaveLength(3);
    server.answers.clear();
    expect(await registry.read(imageHere(), "v1", "acme")).toMatchObject({ kind: "missing" });
  });

  test("what was remembered longest ago is forgotten", async () => {
    putImage(server, "v1");
    putImage(server, "v2", "arm64");
    const registry = registryFor("{}", { remembered: 1 });
    for (const tag of ["v1", "v2", "v1"]) await registry.read(imageHere(), tag, "acme");
    expect(server.asked).toHaveLength(6);
  });
});

/** An endless body; the server must see the connection end early. */
function stream(total: number, seen: { sent: number }): Answer {
  return (_, response) => {
    const block = Buffer.alloc(64 * 1024, 32);
    response.writeHead(200);
    const push = () => {
      while (seen.sent < total && !response.destroyed) {
        seen.sent += block.length;
        if (!response.write(block)) {
          response.once("drain", push);
          return;
        }
      }
      response.end();
    };
    push();
  };
}

describe("manners", () => {
  const rows: readonly [name: string, answer: Answer, kind: string, detail: RegExp][] = [
    ["404", answerWith(404), "missing", /no manifest of .*acme\/app:v1/],
    ["401 without a challenge", answerWith(401), "not-allowed", /401/],
    ["403", answerWith(403), "not-allowed", /403/],
    ["400", answerWith(400), "unreadable", /400/],
    ["500", answerWith(500), "unavailable", /500/],
    ["502 with a page", answerWith(502, "<html>"), "unavailable", /502/],
    ["a page with 200", answerWith(200, "<html>"), "unreadable", /not that of an image/],
    ["no JSON object", answerWith(200, "[]"), "unreadable", /not that of an image/],
    ["an empty body", answerWith(200), "unreadable", /not that of an image/],
    [
      "schema 1",
      answerWith(200, '{"schemaVersion":1,"fsLayers":[]}'),
      "unreadable",
      /not that of an image/,
    ],
    ["an index of nothing", answerWith(200, '{"manifests":[]}'), "unreadable", /not that/],
    [
      "another digest than it says",
      answerWith(200, "{}", { "docker-content-digest": digestOf("other") }),
      "unreadable",
      /does not have the digest/,
    ],
    [
      "a manifest elsewhere",
      answerWith(307, "", { location: "https://example.org/" }),
      "unreadable",
      /307/,
    ],
    ["a hang-up", (request) => void request.socket.destroy(), "unavailable", /reached/],
    [
      "half a body",
      (request, response) => {
        response.writeHead(200, { "content-length": "100" });
        response.write("{", () => request.socket.destroy());
      },
      "unavailable",
      /reached/,
    ],
  ];

  test.each(rows)("%s", async (_, answer, kind, detail) => {
    server.answers.set(manifestPath, answer);
    const read = await registryFor().read(imageHere(), "v1", "acme");
    expect(read).toMatchObject({ kind, detail: expect.stringMatching(detail) });
    expect(logged).toHaveLength(1);
  });

  test.each([
    ["429 with seconds", 429, "30", "2026-08-21T12:00:30.000Z"],
    ["503 with a date", 503, "Fri, 21 Aug 2026 12:10:00 GMT", "2026-08-21T12:10:00.000Z"],
    ["a day is too long", 429, "86400", "2026-08-21T13:00:00.000Z"],
    ["the past is now", 429, "Fri, 21 Aug 2020 12:10:00 GMT", "2026-08-21T12:00:00.000Z"],
  ])("%s", async (_, status, after, retryAt) => {
    server.answers.set(manifestPath, answerWith(status, "", { "retry-after": after }));
    const read = await registryFor().read(imageHere(), "v1", "acme");
    expect(read).toMatchObject({ kind: "unavailable", retryAt: new Date(retryAt) });
  });

  test("429 that says nothing", async () => {
    server.answers.set(manifestPath, answerWith(429, "", { "retry-after": "soon" }));
    const read = await registryFor().read(imageHere(), "v1", "acme");
    expect(read).toMatchObject({ kind: "unavailable", retryAt: null });
  });

  test("a manifest of 1 GB is not read to the end", async () => {
    const seen = { sent: 0 };
    server.answers.set(manifestPath, stream(1 << 30, seen));
    const read = await registryFor().read(imageHere(), "v1", "acme");
    expect(read).toMatchObject({ kind: "unreadable", detail: expect.stringMatching(/4194304/) });
    expect(seen.sent).toBeLessThan(32 << 20);
  });

  test.each([
    ["no answer", () => undefined],
    ["a slow body", (_: unknown, response: { write(text: string): void }) => response.write("{")],
  ] as [string, Answer][])("%s ends in time", async (_, answer) => {
    server.answers.set(manifestPath, answer);
    const read = await registryFor("{}", { requestTimeout: 50 }).read(imageHere(), "v1", "acme");
    expect(read).toMatchObject({ kind: "unavailable", detail: expect.stringMatching(/in time/) });
  });

  test("a read of many slow answers ends in time as a whole", async () => {
    putImage(server, "v1");
    for (const [path, answer] of [...server.answers])
      server.answers.set(path, (request, response) => {
        if (path === manifestPath) answer(request, response);
      });
    const registry = registryFor("{}", { readTimeout: 50 });
    const read = await registry.read(imageHere(), "v1", "acme");
    expect(read).toMatchObject({ kind: "unavailable", detail: expect.stringMatching(/in time/) });
  });

  test("an index in an index is read, a third is not, and a loop cannot be", async () => {
    const leaf = putImage(server);
    const index = (digest: string, tag?: string) =>
      putManifest(server, { mediaType: INDEX, manifests: [{ digest }] }, tag);
    const second = index(index(leaf), "v2");
    index(second, "v3");
    const registry = registryFor();
    expect(await registry.read(imageHere(), "v2", "acme")).toMatchObject({
      kind: "found",
      facts: { platforms: ["linux/amd64"] },
    });
    expect(await registry.read(imageHere(), "v3", "acme")).toMatchObject({
      kind: "unreadable",
      detail: expect.stringMatching(/nested/),
    });
  });

  test("a digest that names other bytes is refused: manifest, child and config", async () => {
    const asked = digestOf("asked");
    const named = (kind: string) => `/v2/acme/app/${kind}/${asked}`;
    server.answers.set(named("manifests"), answerWith(200, "{}"));
    server.answers.set(named("blobs"), answerWith(200, "{}"));
    putManifest(server, { mediaType: INDEX, manifests: [{ digest: asked }] }, "child");
    const mediaType = "application/vnd.oci.image.config.v1+json";
    putManifest(server, { config: { mediaType, digest: asked } }, "config");
    for (const reference of [asked, "child", "config"])
      expect(await registryFor().read(imageHere(), reference, "acme")).toMatchObject({
        kind: "unreadable",
        detail: expect.stringMatching(/digest/),
      });
  });

  test.each([
    ["../../../etc", "v1"],
    ["quay.io/Acme/App", "v1"],
    ["quay.io/a/b", "v1/../../x"],
    ["quay.io/a/b", ""],
    ["quay.io/a/b?x", "v1"],
  ])("%s with %j is no image", async (image, reference) => {
    const read = await registryFor().read(image, reference, "acme");
    expect(read).toMatchObject({ kind: "unreadable" });
  });

  test("nobody there", async () => {
    const registry = registryFor();
    const image = imageHere();
    await server.stop();
    server = await startServer();
    expect(await registry.read(image, "v1", "acme")).toMatchObject({
      kind: "unavailable",
      detail: expect.stringMatching(/ECONNREFUSED/),
    });
  });
});

describe("who may read what", () => {
  test("owners of the rule with the longest prefix, whatever their case", async () => {
    putImage(server, "v1");
    const hosts = hostsOf(
      `registries:\n  ${server.host}: {owners: [other]}\n  ${imageHere()}: {owners: [Acme]}\n`,
    );
    const registry = registryFor("{}", { hosts });
    expect(await registry.read(imageHere(), "v1", "acme")).toMatchObject({ kind: "found" });
    expect(await registry.read(imageHere(), "v1", "ACME")).toMatchObject({ kind: "found" });
    expect(await registry.read(imageHere(), "v1", "other")).toMatchObject({ kind: "not-allowed" });
    const beside = `${imageHere()}2`;
    expect(await registry.read(beside, "v1", "acme")).toMatchObject({ kind: "not-allowed" });
  });

  test("with a file, a host that is not in it is not read", async () => {
    const read = await registryFor().read("quay.io/a/b", "v1", "acme");
    expect(read).toMatchObject({ kind: "not-allowed", detail: expect.stringMatching(/operator/) });
  });

  test("without a file, this machine is not read", async () => {
    putImage(server, "v1");
    const registry = registryFor("{}", { hosts: publicHosts });
    expect(await registry.read(imageHere(), "v1", "acme")).toMatchObject({ kind: "not-allowed" });
    expect(server.asked).toEqual([]);
  });

  test.each([
    "10.1.2.3",
    "172.31.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "127.0.0.1",
    "100.64.0.1",
    "0.0.0.0",
    "::1",
    "fd00::1",
    "fe80::1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
  ])("a public name that has the address %s is refused", async (address) => {
    const resolve = () => Promise.resolve([{ address, family: address.includes(":") ? 6 : 4 }]);
    const registry = registryFor("{}", { hosts: publicHosts, resolve });
    expect(await registry.read("registry.example/a/b", "v1", "acme")).toMatchObject({
      kind: "not-allowed",
      detail: expect.stringMatching(/not public/),
    });
  });

  test("a name that is listed may have an internal address", async () => {
    putImage(server, "v1");
    const port = server.host.replace(/^.*:/, "");
    const name = `registry.corp:${port}`;
    const hosts = hostsOf(`registries:\n  ${name}: {plainHttp: true}\n`);
    const resolve = () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]);
    const registry = registryFor("{}", { hosts, resolve });
    expect(await registry.read(`${name}/acme/app`, "v1", "acme")).toMatchObject({ kind: "found" });
  });

  test("another address is asked instead of the host", async () => {
    putImage(server, "v1");
    const hosts = hostsOf(
      `registries:\n  route.apps.corp: {address: "${server.host}", plainHttp: true}\n`,
    );
    const registry = registryFor("{}", { hosts });
    expect(await registry.read("route.apps.corp/acme/app", "v1", "acme")).toMatchObject({
      kind: "found",
      facts: { image: "route.apps.corp/acme/app" },
    });
  });

  test("a certificate file that is not there", async () => {
    const read = await registryFor("{ca: /nowhere/ca.pem}").read(imageHere(), "v1", "acme");
    expect(read).toMatchObject({
      kind: "unavailable",
      detail: expect.stringMatching(/certificate/),
    });
  });
});

/** Lets in who shows the authorization, and asks others with the challenge. */
function locked(path: string, authorization: string, challenge: string): void {
  const inner = server.answers.get(path);
  server.answers.set(path, (request, response) => {
    if (request.headers.authorization === authorization) inner?.(request, response);
    else response.writeHead(401, { "www-authenticate": challenge }).end("{}");
  });
}

function lockAll(authorization: string, challenge: string): void {
  for (const path of [...server.answers.keys()])
    if (path.startsWith("/v2/")) locked(path, authorization, challenge);
}

const basic = `Basic ${Buffer.from("me:secret").toString("base64")}`;

describe("credentials", () => {
  test("Basic: shown when asked for, then at once", async () => {
    putImage(server, "v1");
    lockAll(basic, 'Basic realm="x"');
    const registry = registryFor("{username: me, password: secret}");
    expect(await registry.read(imageHere(), "v1", "acme")).toMatchObject({ kind: "found" });
    expect(server.asked.map(({ authorization }) => authorization)).toEqual([null, basic, basic]);
  });

  test("Basic without credentials, or with wrong ones", async () => {
    putImage(server, "v1");
    lockAll(basic, 'Basic realm="x"');
    for (const entry of ["{}", "{username: me, password: wrong}"]) {
      const read = await registryFor(entry).read(imageHere(), "v1", "acme");
      expect(read).toMatchObject({ kind: "not-allowed" });
      expect(JSON.stringify([read, logged])).not.toContain("wrong");
    }
  });

  test("passwords from a file, read at every use, and from the environment", async () => {
    putImage(server, "v1");
    lockAll(basic, 'Basic realm="x"');
    const folder = await mkdtemp(join(tmpdir(), "tagboat-"));
    try {
      const path = join(folder, "password");
      const fromFile = registryFor(`{username: me, passwordFile: ${path}}`);
      expect(await fromFile.read(imageHere(), "v1", "acme")).toMatchObject({ kind: "unavailable" });
      writeFileSync(path, "secret\n");
      expect(await fromFile.read(imageHere(), "v1", "acme")).toMatchObject({ kind: "found" });
      const fromEnvironment = registryFor("{username: me, passwordEnv: PASSWORD}", {
        environment: { PASSWORD: "secret" },
      });
      const read = await fromEnvironment.read(imageHere(), "v1", "acme");
      expect(read).toMatchObject({ kind: "found" });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  function tokenServer(at: SmallServer, body: object): string {
    at.answers.set("/token", answerWith(200, JSON.stringify(body)));
    return `Bearer realm="http://${at.host}/token",service="s",scope="repository:acme/app:pull,push"`;
  }

  test("a token: asked for once with pull only, remembered until it ends", async () => {
    putImage(server, "v1");
    lockAll("Bearer t1", tokenServer(server, { token: "t1", expires_in: 300 }));
    const registry = registryFor();
    expect(await registry.read(imageHere(), "v1", "acme")).toMatchObject({ kind: "found" });
    const token = "/token?service=s&scope=repository%3Aacme%2Fapp%3Apull";
    expect(paths().slice(0, 3)).toEqual([manifestPath, token, manifestPath]);
    await registry.read(imageHere(), "v1", "acme");
    expect(paths().filter((path) => path === token)).toHaveLength(1);
    now = new Date(now.getTime() + 295_000);
    await registry.read(imageHere(), "v1", "acme");
    expect(paths().filter((path) => path === token)).toHaveLength(2);
  });

  test("a token that ended early is replaced", async () => {
    putImage(server, "v1");
    const challenge = tokenServer(server, { access_token: "t1" });
    const [manifest] = [server.answers.get(manifestPath)];
    let wanted = "Bearer t1";
    server.answers.set(manifestPath, (request, response) => {
      if (request.headers.authorization === wanted) manifest?.(request, response);
      else response.writeHead(401, { "www-authenticate": challenge }).end();
    });
    const registry = registryFor();
    expect(await registry.read(imageHere(), "v1", "acme")).toMatchObject({ kind: "found" });
    tokenServer(server, { token: "t2" });
    wanted = "Bearer t2";
    expect(await registry.read(imageHere(), "v1", "acme")).toMatchObject({ kind: "found" });
  });

  test("the registry's own token service gets the credentials", async () => {
    putImage(server, "v1");
    lockAll("Bearer t1", tokenServer(server, { token: "t1" }));
    locked("/token", basic, "Basic");
    const registry = registryFor("{username: me, password: secret}");
    expect(await registry.read(imageHere(), "v1", "acme")).toMatchObject({ kind: "found" });
  });

  test("another token service gets them only if the rule names it, and is visited only if it may be", async () => {
    putImage(server, "v1");
    lockAll("Bearer t1", tokenServer(other, { token: "t1" }));
    const secret = "username: me, password: secret";
    const read = await registryFor(`{${secret}}`).read(imageHere(), "v1", "acme");
    expect(read).toMatchObject({ kind: "not-allowed" });
    expect(other.asked).toEqual([]);
    const listed = hostsOf(`registries:\n  ${server.host}: {${secret}}\n  ${other.host}: {}\n`);
    await registryFor("{}", { hosts: listed }).read(imageHere(), "v1", "acme");
    expect(other.asked.map(({ authorization }) => authorization)).toEqual([null]);
    const named = registryFor(`{${secret}, realm: "${other.host}"}`);
    expect(await named.read(imageHere(), "v1", "acme")).toMatchObject({ kind: "found" });
    expect(other.asked.at(-1)?.authorization).toBe(basic);
  });

  test.each([
    ["no JSON", answerWith(200, "<html>"), "not-allowed"],
    ["a token that fits no header", answerWith(200, '{"token":"a\\nb"}'), "not-allowed"],
    ["refused", answerWith(401), "not-allowed"],
    ["broken", answerWith(503), "unavailable"],
  ])("a token service: %s", async (_, answer, kind) => {
    putImage(server, "v1");
    lockAll("Bearer t1", tokenServer(server, {}));
    server.answers.set("/token", answer);
    expect(await registryFor().read(imageHere(), "v1", "acme")).toMatchObject({ kind });
  });

  test("a token service inside is not visited for a public registry", async () => {
    putImage(server, "v1");
    lockAll("Bearer t1", `Bearer realm="https://${other.host}/token"`);
    const read = await registryFor().read(imageHere(), "v1", "acme");
    expect(read).toMatchObject({ kind: "not-allowed" });
    expect(other.asked).toEqual([]);
  });
});

describe("redirects of blobs", () => {
  function moveBlobs(target: string): void {
    for (const [path, answer] of [...server.answers])
      if (path.includes("/blobs/")) {
        other.answers.set("/blob", answer);
        server.answers.set(path, answerWith(307, "", { location: target }));
      }
  }

  test("are followed without credentials, to hosts that may be visited", async () => {
    putImage(server, "v1");
    moveBlobs(`http://${other.host}/blob?signature=x`);
    lockAll(basic, "Basic");
    const secret = "username: me, password: secret";
    const hosts = hostsOf(`registries:\n  ${server.host}: {${secret}}\n  ${other.host}: {}\n`);
    const registry = registryFor("{}", { hosts });
    expect(await registry.read(imageHere(), "v1", "acme")).toMatchObject({ kind: "found" });
    expect(other.asked).toEqual([{ path: "/blob?signature=x", authorization: null }]);
  });

  test.each([
    ["plain http", () => `http://${other.host}/blob`],
    ["an internal address", () => `https://${other.host}/blob`],
    ["another scheme", () => "file:///etc/passwd"],
    ["credentials in the URL", () => `https://a:b@${other.host}/blob`],
    ["nonsense", () => "http://["],
  ])("are not followed to %s", async (_, target) => {
    putImage(server, "v1");
    moveBlobs(target());
    const read = await registryFor().read(imageHere(), "v1", "acme");
    expect(read.kind).toMatch(/unreadable|not-allowed/);
    expect(other.asked).toEqual([]);
  });

  test("are not followed to plain http where the operator wants https", async () => {
    putImage(server, "v1");
    moveBlobs(`http://${other.host}/blob`);
    const hosts = hostsOf(
      `registries:\n  ${server.host}: {}\n  ${other.host}: {plainHttp: false}\n`,
    );
    const read = await registryFor("{}", { hosts }).read(imageHere(), "v1", "acme");
    expect(read).toMatchObject({ kind: "unreadable" });
    expect(other.asked).toEqual([]);
  });

  test("in a circle end", async () => {
    putImage(server, "v1");
    moveBlobs("/circle");
    server.answers.set("/circle", answerWith(302, "", { location: "/circle" }));
    const read = await registryFor().read(imageHere(), "v1", "acme");
    expect(read).toMatchObject({ kind: "unreadable" });
    expect(paths().filter((path) => path === "/circle")).toHaveLength(3);
  });
});
