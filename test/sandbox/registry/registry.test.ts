import { beforeEach, describe, expect, test } from "@jest/globals";
import { createRegistry, type Registry } from "../../../sandbox/registry/create-registry.ts";
import { makeImage, pushImage } from "../../../sandbox/registry/image.ts";
import { digestOf } from "../../../sandbox/registry/shelves.ts";

const BASE = "http://registry.test";
const INDEX = "application/vnd.oci.image.index.v1+json";

interface Told {
  readonly id: string;
  readonly action: string;
  readonly target: Readonly<Record<string, unknown>>;
}

let told: Told[];
let answers: number[];
let waited: number[];
let registry: Registry;

beforeEach(() => {
  told = [];
  answers = [];
  waited = [];
  registry = open();
});

function open(more: { credentials?: { user: string; password: string } } = {}): Registry {
  return createRegistry({
    now: () => new Date("2026-03-01T10:00:00Z"),
    endpoints: [
      {
        url: "http://app.test/hooks",
        headers: { authorization: "Bearer t" },
        ignore: { actions: ["pull"], mediaTypes: ["application/octet-stream"] },
      },
    ],
    notify: async (url, headers, body) => {
      expect([url, headers]).toEqual([
        "http://app.test/hooks",
        {
          authorization: "Bearer t",
          "content-type": "application/vnd.docker.distribution.events.v1+json",
        },
      ]);
      const { events }: { events: Told[] } = JSON.parse(body);
      expect(events).toHaveLength(1);
      told.push(...events);
      return { status: answers.shift() ?? 200 };
    },
    wait: async (ms) => void waited.push(ms),
    ...more,
  });
}

function push(name: string, tag: string, image = makeImage()): Promise<string> {
  return pushImage({ baseUrl: BASE, fetch: registry.fetch }, name, tag, image);
}

function ask(method: string, path: string, init: RequestInit = {}): Promise<Response> {
  return registry.fetch(new Request(BASE + path, { ...init, method }));
}

async function codeOf(answer: Response): Promise<[number, string]> {
  const { errors }: { errors: { code: string }[] } = JSON.parse(await answer.text());
  return [answer.status, errors[0]?.code ?? ""];
}

describe("pull", () => {
  test("an image comes back as it was pushed, by tag and by digest", async () => {
    const image = makeImage({ labels: { a: "b" }, created: "2026-01-02T03:04:05Z" });
    const digest = await push("acme/app", "v1", image);
    const byTag = await ask("GET", "/v2/acme/app/manifests/v1");
    const manifest = Buffer.from(await byTag.arrayBuffer());
    expect([digestOf(manifest), byTag.headers.get("docker-content-digest")]).toEqual([
      digest,
      digest,
    ]);
    const byDigest = await ask("HEAD", `/v2/acme/app/manifests/${digest}`);
    expect([byDigest.status, byDigest.headers.get("content-length")]).toEqual([
      200,
      String(manifest.length),
    ]);
    const config: { digest: string } = JSON.parse(manifest.toString()).config;
    const blob = await ask("GET", `/v2/acme/app/blobs/${config.digest}`);
    expect(await blob.json()).toMatchObject({
      created: "2026-01-02T03:04:05Z",
      architecture: "amd64",
      config: { Labels: { a: "b" } },
    });
  });

  test("tags come by pages", async () => {
    for (const tag of ["c", "a", "b"]) await push("app", tag);
    const first = await ask("GET", "/v2/app/tags/list?n=2");
    expect(await first.json()).toEqual({ name: "app", tags: ["a", "b"] });
    const next = /<(.*)>; rel="next"/.exec(first.headers.get("link") ?? "")?.[1] ?? "";
    const second = await ask("GET", next);
    expect([await second.json(), second.headers.get("link")]).toEqual([
      { name: "app", tags: ["c"] },
      null,
    ]);
  });

  test("what another image holds is not readable through this one, unless it is mounted", async () => {
    const image = makeImage();
    await push("one", "v1", image);
    await push("two", "v1", makeImage({ content: "other" }));
    const digest = image.blobs[0]?.digest ?? "";
    expect(await codeOf(await ask("GET", `/v2/two/blobs/${digest}`))).toEqual([
      404,
      "BLOB_UNKNOWN",
    ]);
    const mounted = await ask("POST", `/v2/two/blobs/uploads/?mount=${digest}&from=one`);
    expect([mounted.status, (await ask("HEAD", `/v2/two/blobs/${digest}`)).status]).toEqual([
      201, 200,
    ]);
  });
});

describe("push", () => {
  test("a blob comes in chunks, which must fit", async () => {
    const opened = await ask("POST", "/v2/app/blobs/uploads/");
    const place = new URL(opened.headers.get("location") ?? "").pathname;
    const chunk = (range: string, body: string) =>
      ask("PATCH", place, { headers: { "content-range": range }, body });
    expect((await chunk("0-2", "abc")).headers.get("range")).toBe("0-2");
    expect(await codeOf(await chunk("7-9", "xyz"))).toEqual([416, "BLOB_UPLOAD_INVALID"]);
    expect((await chunk("3-4", "de")).status).toBe(202);
    const digest = digestOf(Buffer.from("abcdef"));
    const done = await ask("PUT", `${place}?digest=${digest}`, { body: "f" });
    expect([done.status, await (await ask("GET", `/v2/app/blobs/${digest}`)).text()]).toEqual([
      201,
      "abcdef",
    ]);
  });

  const wrong = `sha256:${"0".repeat(64)}`;
  const manifest = (value: unknown) => ({
    headers: { "content-type": "application/vnd.oci.image.manifest.v1+json" },
    body: typeof value === "string" ? value : JSON.stringify(value),
  });
  const missing = { mediaType: "x", size: 1, digest: wrong };
  test.each<[string, string, RequestInit, number, string]>([
    ["POST", `/v2/app/blobs/uploads/?digest=${wrong}`, { body: "x" }, 400, "DIGEST_INVALID"],
    ["PUT", "/v2/app/blobs/uploads/none?digest=x", { body: "x" }, 404, "BLOB_UPLOAD_UNKNOWN"],
    ["PUT", "/v2/app/manifests/v1", manifest("{"), 400, "MANIFEST_INVALID"],
    ["PUT", "/v2/app/manifests/v1", manifest("null"), 400, "MANIFEST_INVALID"],
    ["PUT", "/v2/app/manifests/v1", manifest({ config: 1 }), 400, "MANIFEST_INVALID"],
    ["PUT", "/v2/app/manifests/v1", manifest({ config: missing }), 404, "MANIFEST_BLOB_UNKNOWN"],
    ["PUT", "/v2/app/manifests/-v1", manifest({}), 400, "TAG_INVALID"],
    ["PUT", "/v2/app/manifests/v1", { body: "{}" }, 400, "MANIFEST_INVALID"],
    ["PUT", `/v2/app/manifests/${wrong}`, manifest({}), 400, "DIGEST_INVALID"],
    ["GET", "/v2/app/manifests/v1", {}, 404, "MANIFEST_UNKNOWN"],
    ["GET", "/v2/app/tags/list", {}, 404, "NAME_UNKNOWN"],
    ["GET", "/v2/App/tags/list", {}, 400, "NAME_INVALID"],
    ["PUT", "/v2/app/tags/list", {}, 405, "UNSUPPORTED"],
    ["POST", "/v2/app/manifests/v1", {}, 405, "UNSUPPORTED"],
  ])("%s %s is refused: %#", async (method, path, init, status, code) => {
    expect(await codeOf(await ask(method, path, init))).toEqual([status, code]);
  });

  test("a page number that is none is refused", async () => {
    await push("app", "v1");
    const answer = await ask("GET", "/v2/app/tags/list?n=-1");
    expect(await codeOf(answer)).toEqual([400, "PAGINATION_NUMBER_INVALID"]);
  });

  test("credentials are asked for", async () => {
    registry = open({ credentials: { user: "ci", password: "pw" } });
    const none = await ask("GET", "/v2/");
    expect([none.status, none.headers.get("www-authenticate")]).toEqual([
      401,
      'Basic realm="sandbox registry"',
    ]);
    const authorization = `Basic ${Buffer.from("ci:pw").toString("base64")}`;
    expect((await ask("GET", "/v2/", { headers: { authorization } })).status).toBe(200);
  });
});

describe("notifications", () => {
  test("children of an index are told without a tag, then the index with it", async () => {
    const image = makeImage({ platforms: ["linux/amd64", "linux/arm64"] });
    const digest = await push("acme/app", "bf76-qqxrq", image);
    await registry.idle();
    expect(told.map((event) => [event.action, event.target.tag])).toEqual([
      ["push", undefined],
      ["push", undefined],
      ["push", "bf76-qqxrq"],
    ]);
    expect(told[2]?.target).toMatchObject({
      mediaType: INDEX,
      digest,
      repository: "acme/app",
      url: `${BASE}/v2/acme/app/manifests/${digest}`,
      references: image.manifests.slice(0, 2).map((child) => ({ digest: child.digest })),
    });
  });

  test("what is refused is told again with the same id, and holds up what comes after", async () => {
    answers = [500, 404, 422, 429];
    await push("app", "v1");
    await push("app", "v2", makeImage({ content: "2" }));
    await registry.idle();
    expect(told.map((event) => event.target.tag)).toEqual(["v1", "v1", "v1", "v1", "v1", "v2"]);
    expect(new Set(told.map((event) => event.id)).size).toBe(2);
    // Three tries at once, then one after every pause.
    expect(waited).toEqual([2000, 2000]);
  });

  test("the same tag and digest again is another event; a deleted manifest is two", async () => {
    const digest = await push("app", "v1");
    await push("app", "v1");
    await ask("DELETE", `/v2/app/manifests/${digest}`);
    await registry.idle();
    expect(new Set(told.map((event) => event.id)).size).toBe(4);
    expect(told.slice(2).map((event) => event.target)).toEqual([
      { digest, repository: "app" },
      { repository: "app", tag: "v1" },
    ]);
    expect((await ask("GET", "/v2/app/manifests/v1")).status).toBe(404);
  });

  test("what is queued is given up when the registry stops", async () => {
    answers = Array.from({ length: 50 }, () => 500);
    await push("app", "v1");
    expect(registry.pending()).toBe(1);
    registry.stop();
    await registry.idle();
    expect(registry.pending()).toBe(0);
  });
});
