import { createHmac } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import {
  type HookSubject,
  hookSignatureSecret,
  hookToken,
  scopeSegment,
} from "../../src/ingest/hook-token.ts";
import type { IngestParts } from "../../src/ingest/server.ts";
import type { HookScope } from "../../src/model/delivery.ts";
import { type Edge, megabytes, SECRET, startEdge, stream } from "./edge.ts";

let edge: Edge;
afterEach(() => edge.stop());

async function start(over: Partial<IngestParts> = {}): Promise<void> {
  edge = await startEdge(over);
}

function subject(source: string, over: Partial<HookSubject> = {}): HookSubject {
  return { source, owner: "acme", scope: { kind: "owner" }, generation: 1, ...over };
}

function path(source: string, scope: HookScope = { kind: "owner" }, secret = SECRET): string {
  const token = hookToken(secret, subject(source, { scope }));
  const segment = scopeSegment(scope);
  return `/hooks/${source}/acme/${token}${segment === null ? "" : `/${segment}`}`;
}

function sign(source: string, body: string, over: Partial<HookSubject> = {}): string {
  const signing = hookSignatureSecret(SECRET, subject(source, over));
  return `sha256=${createHmac("sha256", signing).update(body).digest("hex")}`;
}

async function post(
  at: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
) {
  const sent = { "content-type": "application/json", ...headers };
  const answer = await fetch(edge.url + at, { method: "POST", body, headers: sent });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text };
}

const PUSH = JSON.stringify({ docker_url: "quay.io/acme/app", updated_tags: ["v1"] });
const GENERIC = JSON.stringify({ image: "quay.io/acme/app:v1" });

describe("a delivery", () => {
  test("is stored byte for byte, with the headers that may be kept, and answered 202", async () => {
    await start();
    const headers = {
      "content-type": "application/json",
      "user-agent": "Quay Worker",
      authorization: "Bearer hush",
      cookie: "hush",
      "x-forwarded-for": "10.0.0.1",
    };
    const body = `  ${PUSH}\n\t`;
    const answer = await post(path("quay"), body, headers);
    expect(answer).toMatchObject({ status: 202, text: '{"status":"accepted"}\n' });
    expect(edge.batches).toEqual([
      [
        {
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          source: "quay",
          owner: "acme",
          scope: { kind: "owner" },
          senderId: null,
          subjects: [{ image: "quay.io/acme/app", tag: "v1", digest: null }],
          receivedAt: "2026-11-22T15:00:00.000Z",
          headers: { "content-type": "application/json", "user-agent": "Quay Worker" },
          body,
        },
      ],
    ]);
  });

  test.each<[HookScope]>([
    [{ kind: "repo", repo: "myapp-cd" }],
    [{ kind: "image", prefix: "quay.io/acme" }],
  ])("of a narrower URL carries its scope: %j", async (scope) => {
    await start();
    expect((await post(path("quay", scope), PUSH)).status).toBe(202);
    expect(edge.batches[0]?.[0]?.scope).toEqual(scope);
  });

  test("says when it was known, and when nothing in it is used and why", async () => {
    await start({ inbox: { accept: async (batch) => batch.map(() => "duplicate" as const) } });
    expect((await post(path("quay"), PUSH)).text).toBe('{"status":"duplicate"}\n');
    await edge.stop();
    await start();
    const tag = JSON.stringify({ docker_url: "quay.io/a/b", updated_tags: ["@team", "a\nb", ""] });
    expect(await post(path("quay"), tag)).toMatchObject({
      status: 202,
      text: '{"status":"ignored","dropped":["tag-invalid","untagged"]}\n',
    });
    expect(edge.batches.length).toBe(1);
  });

  test("is taken under the previous secret and at the raised generation", async () => {
    const previous = "fedcba9876543210fedcba9876543210";
    await start({
      secrets: [previous, SECRET],
      generationsOf: ({ source }) => [source === "quay" ? 2 : 1],
    });
    expect((await post(path("quay"), PUSH)).status).toBe(401);
    const raised = `/hooks/quay/acme/${hookToken(SECRET, subject("quay", { generation: 2 }))}`;
    expect((await post(raised, PUSH)).status).toBe(202);
    const generic = { "x-signature": sign("generic", GENERIC) };
    expect((await post(path("generic"), GENERIC, generic)).status).toBe(202);
  });
});

describe("a hook whose sender is changed over", () => {
  const at = (generation: number) =>
    `/hooks/generic/acme/${hookToken(SECRET, subject("generic", { generation }))}`;
  const signed = (generation: number) => {
    const secret = hookSignatureSecret(SECRET, subject("generic", { generation }));
    const mac = createHmac("sha256", secret).update(GENERIC).digest("hex");
    return { "x-signature": `sha256=${mac}` };
  };
  const statusOf = async (url: number, secret: number) =>
    (await post(at(url), GENERIC, signed(secret))).status;

  test("takes both of its generations, URL and secret one after the other, and no third", async () => {
    await start({ generationsOf: () => [3, 2] });
    expect(await Promise.all([statusOf(2, 2), statusOf(3, 2), statusOf(3, 3)])).toEqual([
      202, 202, 202,
    ]);
    expect(await Promise.all([statusOf(1, 1), statusOf(4, 3), statusOf(3, 1)])).toEqual([
      401, 401, 401,
    ]);
  });

  test("takes the newest alone afterwards", async () => {
    await start({ generationsOf: () => [3] });
    expect([await statusOf(2, 2), await statusOf(3, 2), await statusOf(3, 3)]).toEqual([
      401, 401, 202,
    ]);
  });
});

describe("who may not", () => {
  const token = hookToken(SECRET, subject("quay"));
  const scoped = path("quay", { kind: "repo", repo: "myapp-cd" });

  test.each([
    ["wrong token", `/hooks/quay/acme/${"a".repeat(32)}`],
    ["no token", "/hooks/quay/acme"],
    ["empty token", "/hooks/quay/acme/"],
    ["another source's token", `/hooks/distribution/acme/${token}`],
    ["another owner's token", `/hooks/quay/umbrella/${token}`],
    ["unknown source, its own token", `/hooks/npm/acme/${hookToken(SECRET, subject("npm"))}`],
    ["prototype source", `/hooks/__proto__/acme/${hookToken(SECRET, subject("__proto__"))}`],
    ["the App's source", `/hooks/github/acme/${hookToken(SECRET, subject("github"))}`],
    ["odd owner", `/hooks/quay/%2e%2e/${hookToken(SECRET, subject("quay", { owner: "%2e%2e" }))}`],
    ["widened scope", scoped.slice(0, scoped.lastIndexOf("/"))],
    [
      "narrowed scope",
      `/hooks/quay/acme/${token}/${scopeSegment({ kind: "repo", repo: "other" })}`,
    ],
    ["scope that is none", `/hooks/quay/acme/${token}/xx`],
    ["more behind it", `/hooks/quay/acme/${token}/${"x"}/y`],
    ["an unsigned body", path("generic")],
    ["an unsigned package", path("github-package")],
  ])("%s: 401, one body for all, nothing stored", async (_name, at) => {
    await start();
    const answer = await post(at, PUSH);
    expect(answer).toMatchObject({ status: 401, text: '{"status":"unauthorised"}\n' });
    expect(edge.batches).toEqual([]);
  });

  test("a signature of other bytes, of the URL's token, or in another header", async () => {
    await start();
    const ofToken = createHmac("sha256", hookToken(SECRET, subject("generic"))).update(GENERIC);
    for (const headers of [
      { "x-signature": sign("generic", `${GENERIC} `) },
      { "x-signature": `sha256=${ofToken.digest("hex")}` },
      { "x-hub-signature-256": sign("generic", GENERIC) },
      { "x-signature": sign("github-package", GENERIC) },
    ]) {
      expect((await post(path("generic"), GENERIC, headers as Record<string, string>)).status).toBe(
        401,
      );
    }
    const headers = { "x-hub-signature-256": sign("github-package", "{}") };
    expect((await post(path("github-package"), "{}", headers)).status).toBe(202);
  });
});

describe("a body that cannot be read", () => {
  const bodies: readonly [string, string | Uint8Array<ArrayBuffer>, string][] = [
    ["no JSON", "image=app", "application/json"],
    ["another content type", "{}", "text/html"],
    ["deep JSON", "[".repeat(5000) + "]".repeat(5000), "application/json"],
    ["no UTF-8", new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), "application/json"],
    ["NUL bytes", "{}\0", "application/json"],
    ["nothing", "", "application/json"],
  ];

  test.each(bodies)("%s: 202 to a sender that would block itself", async (_name, body, type) => {
    await start();
    for (const source of ["distribution", "quay"]) {
      const answer = await post(path(source), body, { "content-type": type });
      expect(answer.status).toBe(202);
      expect(answer.text).toMatch(/^\{"status":"unreadable","detail":"[^"]+"\}\n$/);
    }
  });

  test.each(bodies)("%s: 400 to a pipeline", async (_name, body, type) => {
    await start();
    const answer = await post(path("tekton"), body, { "content-type": type });
    expect(answer.status).toBe(400);
    expect(edge.batches).toEqual([]);
  });

  test("the answer names the shape that the generic format has", async () => {
    await start();
    const answer = await post(path("generic"), "{}", { "x-signature": sign("generic", "{}") });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toEqual({
      status: "unreadable",
      detail: 'expected {"image", "tag", "digest"?} or {"images": ["name:tag@digest", …]}',
    });
  });
});

describe("other requests", () => {
  test.each([
    ["GET", "/hooks/quay/acme/x", 405, "POST"],
    ["PUT", "/hooks/quay/acme/x", 405, "POST"],
    ["GET", "/api/github/webhooks", 405, "POST"],
    ["POST", "/healthz", 405, "GET, HEAD"],
    ["GET", "/healthz", 200, null],
    ["HEAD", "/readyz", 200, null],
    ["GET", "/readyz?verbose", 200, null],
    ["PUT", "/metrics", 405, "GET, HEAD"],
    ["GET", "/", 404, null],
    ["POST", "//hooks/quay", 404, null],
  ])("%s %s: %i", async (method, at, status, allow) => {
    await start();
    const answer = await fetch(edge.url + at, { method });
    expect(answer.status).toBe(status);
    expect(answer.headers.get("allow")).toBe(allow);
  });

  test("ready only when nothing keeps the process from working", async () => {
    await start({ health: async () => ["store"] });
    const answer = await fetch(`${edge.url}/readyz`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({ status: "unavailable", problems: ["store"] });
  });

  test("while the process stops: 503 with when to come again, the connection closed", async () => {
    await start({ draining: () => true });
    for (const at of [path("quay"), "/api/github/webhooks"]) {
      const answer = await post(at, PUSH);
      expect(answer.status).toBe(503);
      expect(answer.headers.get("retry-after")).toBe("10");
      expect(answer.headers.get("connection")).toBe("close");
    }
    expect((await fetch(`${edge.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${edge.url}/healthz`)).status).toBe(200);
    expect(edge.batches).toEqual([]);
  });

  test("a store that is down: 503, and the sender comes again", async () => {
    await start({ inbox: { accept: () => Promise.reject(new Error("connection lost")) } });
    const answer = await post(path("quay"), PUSH);
    expect(answer).toMatchObject({ status: 503, text: '{"status":"unavailable"}\n' });
    expect(answer.headers.get("retry-after")).toBe("5");
  });

  test("a fault inside tells a stranger nothing", async () => {
    await start({ github: () => Promise.reject(new Error("the key is hush")) });
    const answer = await post("/api/github/webhooks", "{}");
    expect(answer).toMatchObject({ status: 500, text: '{"status":"fault"}\n' });
  });

  test("GitHub's own webhook is handed on whole", async () => {
    await start();
    expect(await post("/api/github/webhooks", PUSH)).toMatchObject({
      status: 200,
      text: `github ${PUSH.length}`,
    });
  });

  test("no token, path, signature, header or body is logged", async () => {
    await start();
    const at = path("generic");
    const headers = { "x-signature": sign("generic", GENERIC), authorization: "Bearer hush" };
    await post(at, GENERIC, headers);
    await post(`${at}x?token=hush`, GENERIC, headers);
    await fetch(`${edge.url}/hush`);
    expect(edge.lines.map(({ fields }) => fields)).toEqual([
      {
        method: "POST",
        route: "/hooks/:source/:owner/:token",
        status: 202,
        ms: 0,
        source: "generic",
        owner: "acme",
        bytes: GENERIC.length,
        delivery: edge.batches[0]?.[0]?.id,
        acceptance: "new",
        events: 1,
        dropped: [],
      },
      { method: "POST", route: "/hooks/:source/:owner/:token", status: 401, ms: 0 },
      { method: "GET", route: "(other)", status: 404, ms: 0 },
    ]);
  });
});

describe("an oversized body", () => {
  /**
   * Peak growth of the resident set in MiB while a body is streamed at the edge. One that was streamed before has filled the
   * pools of sockets and buffers, which differ between versions of Node: what grows now grows with the body.
   */
  async function growth(at: string, headers: Record<string, string> = {}) {
    if (headers["content-length"] === undefined) {
      await stream(
        edge.url + at,
        headers,
        megabytes(100, () => {}),
      );
    }
    const before = process.memoryUsage.rss();
    let peak = before;
    const answer = await stream(
      edge.url + at,
      headers,
      megabytes(300, () => {
        peak = Math.max(peak, process.memoryUsage.rss());
      }),
    );
    return { ...answer, mib: (peak - before) / 1024 / 1024 };
  }

  test.each(["generic", "github-package", "tekton"])(
    "of 300 MB from %s: 413, the connection closed, nothing held",
    async (source) => {
      await start();
      const { status, text, headers, mib } = await growth(path(source));
      expect(status).toBe(413);
      expect(text).toBe('{"status":"too-large"}\n');
      expect(headers.connection).toBe("close");
      expect(mib).toBeLessThan(64);
    },
  );

  test.each(["distribution", "quay"])(
    "of 300 MB from %s, which would repeat it: read away, 202, nothing held",
    async (source) => {
      await start();
      const { status, text, mib } = await growth(path(source));
      expect(status).toBe(202);
      expect(text).toBe('{"status":"too-large"}\n');
      expect(mib).toBeLessThan(64);
      expect(edge.batches).toEqual([]);
    },
  );

  test("beyond what is read away: 413", async () => {
    await start({ limits: { drainLimit: 4 * 1024 * 1024 } });
    expect((await growth(path("distribution"))).status).toBe(413);
  });

  test("of 300 MB on GitHub's route: 413 before anything is handed on", async () => {
    await start({ github: () => Promise.reject(new Error("must not be called")) });
    const { status, mib } = await growth("/api/github/webhooks");
    expect(status).toBe(413);
    expect(mib).toBeLessThan(96);
  });

  test("by its declared length: 413 without reading", async () => {
    await start();
    const headers = { "content-length": String(300 * 1024 * 1024) };
    expect((await growth(path("generic"), headers)).status).toBe(413);
  });

  test("of a stranger: 401, not read", async () => {
    await start();
    const { status, mib } = await growth(`/hooks/quay/acme/${"a".repeat(32)}`);
    expect(status).toBe(401);
    expect(mib).toBeLessThan(64);
  });

  test("many at once are held up to a bound, then told to come again", async () => {
    await start({ limits: { heldBytes: 1024 * 1024, githubBodyCap: 8 * 1024 * 1024 } });
    const answer = await stream(`${edge.url}/api/github/webhooks`, {}, megabytes(4));
    expect(answer.status).toBe(503);
    expect((await post("/api/github/webhooks", PUSH)).status).toBe(200);
  });
});

describe("a slow sender", () => {
  test.each([
    ["body", "content-length: 100\r\n\r\n{"],
    ["headers", "content-length: 100\r\n"],
  ])("of its %s is told 408 and cut off", async (_name, rest) => {
    await start({ limits: { headersTimeout: 100, requestTimeout: 150 } });
    const socket = connect(edge.port, "127.0.0.1");
    socket.write(`POST ${path("quay")} HTTP/1.1\r\nhost: x\r\n${rest}`);
    let text = "";
    socket.on("data", (chunk) => {
      text += String(chunk);
    });
    await once(socket, "close");
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(edge.batches).toEqual([]);
  });

  test("one that hangs up leaves nothing behind", async () => {
    await start();
    const socket = connect(edge.port, "127.0.0.1");
    socket.write(`POST ${path("quay")} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{`);
    await once(socket, "connect");
    socket.destroy();
    expect((await post(path("quay"), PUSH)).status).toBe(202);
    expect(edge.batches.length).toBe(1);
  });
});
