import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { basicOf, hostsOf, lockAll, openRig, type RegistryRig } from "./registry-stage.ts";
import { answerWith, INDEX, putImage, putManifest } from "./small-registry.ts";

let rig: RegistryRig;

beforeEach(async () => {
  rig = await openRig();
});

afterEach(() => rig.close());

/** An index of two platforms. */
function putIndex(tag: string): string {
  const manifests = ["amd64", "arm64"].map((architecture) => ({
    digest: putImage(rig.server, undefined, architecture),
    platform: { os: "linux", architecture },
  }));
  return putManifest(rig.server, { mediaType: INDEX, manifests, annotations: { tag } }, tag);
}

/** How many requests a piece of work costs. */
async function cost(work: () => Promise<unknown>): Promise<number> {
  const before = rig.server.asked.length;
  await work();
  return rig.server.asked.length - before;
}

/** The same by where it is asked: the registry itself, and its token service, which here is the other server. */
async function apart(work: () => Promise<unknown>) {
  const before = [rig.server.asked.length, rig.other.asked.length] as const;
  await work();
  return {
    registry: rig.server.asked.length - before[0],
    tokens: rig.other.asked.length - before[1],
  };
}

/** What the server has of `acme/app` under another name, too. */
function copyImage({ answers }: RegistryRig["server"], name: string): void {
  for (const [path, answer] of [...answers])
    answers.set(path.replace("/v2/acme/app/", `/v2/acme/${name}/`), answer);
}

function wantTokens(): void {
  const challenge = `Bearer realm="http://${rig.server.host}/token",service="s"`;
  rig.server.answers.set("/token", answerWith(200, '{"token":"t","expires_in":300}'));
  lockAll(rig.server, challenge, (a) => a === "Bearer t");
}

const wantPasswords = () => lockAll(rig.server, "Basic", (a) => a === basicOf("me", "s3cret"));
const entry = "{username: me, password: s3cret}";

describe("requests to a registry", () => {
  test.each([
    ["to anybody", () => {}, 2, 3],
    ["for a password", wantPasswords, 2, 3],
    ["for a token", wantTokens, 3, 4],
  ] as const)(
    "that answers %s: at most 3 for an image, 4 for an index",
    async (_, lock, image, index) => {
      putImage(rig.server, "seen");
      putImage(rig.server, "single", "s390x");
      putIndex("multi");
      lock();
      const read = (tag: string) => cost(() => registry.read(rig.image, tag, "acme"));
      const registry = rig.reader(entry);
      // The very first read of a host is refused once, which tells what it wants; a token is one more, of the token service.
      expect(await read("seen")).toBeLessThanOrEqual(4);
      await rig.clock.advance(3_600_000);
      expect(await read("single")).toBe(image);
      await rig.clock.advance(3_600_000);
      expect(await read("multi")).toBe(index);
    },
  );

  test("the first of all, with a password: 3 and 4", async () => {
    putImage(rig.server, "single");
    putIndex("multi");
    wantPasswords();
    expect(await cost(() => rig.reader(entry).read(rig.image, "single", "acme"))).toBe(3);
    expect(await cost(() => rig.reader(entry).read(rig.image, "multi", "acme"))).toBe(4);
  });

  test.each([
    ["an image", "single", 3, 2],
    ["an index", "multi", 4, 3],
  ] as const)(
    "that wants tokens of another service, from cold, for %s: its refusal is among the 3 and 4, the token is the service's",
    async (_, tag, cold, warm) => {
      putImage(rig.server, "single", "s390x");
      putIndex("multi");
      putImage(rig.server, "in-place", "ppc64le");
      const realm = `http://${rig.other.host}/token`;
      lockAll(rig.server, `Bearer realm="${realm}",service="s"`, (a) => a === "Bearer t");
      rig.other.answers.set("/token", answerWith(200, '{"token":"t","expires_in":300}'));
      const hosts = hostsOf(
        `registries:\n  ${rig.server.host}: {}\n  ${rig.other.host}: {plainHttp: true}\n`,
      );
      const registry = rig.reader("{}", { hosts });
      const read = (reference: string) =>
        apart(async () =>
          expect(await registry.read(rig.image, reference, "acme", "facts")).toMatchObject({
            kind: "found",
          }),
        );
      expect(await read(tag)).toEqual({ registry: cold, tokens: 1 });
      // The release in place, and the same image known by now.
      expect(await read("in-place")).toEqual({ registry: 2, tokens: 0 });
      expect(await read(tag)).toEqual({ registry: 0, tokens: 0 });
      // When its token has ended, a new image costs no refusal: 3 and 4 of both together.
      await rig.clock.advance(3_600_000);
      const other = rig.image.replace(/app$/, "other");
      copyImage(rig.server, "other");
      expect(
        await apart(async () =>
          expect(await registry.read(other, tag, "acme")).toMatchObject({ kind: "found" }),
        ),
      ).toEqual({ registry: warm, tokens: 1 });
    },
  );

  test("facts of a known digest: none, even when it is gone; whether it is there now: one", async () => {
    const digest = putImage(rig.server, "v1");
    const registry = rig.reader();
    const first = await registry.read(rig.image, "v1", "acme");
    if (first.kind !== "found") throw new Error(first.detail);
    rig.server.answers.clear();
    const facts = { ...first.facts, tag: null };
    expect(
      await cost(async () =>
        expect(await registry.read(rig.image, digest, "acme", "facts")).toEqual({
          kind: "found",
          facts,
        }),
      ),
    ).toBe(0);
    expect(
      await cost(async () =>
        expect(await registry.read(rig.image, digest, "acme")).toMatchObject({ kind: "missing" }),
      ),
    ).toBe(1);
  });

  test("facts of a tag: none for an hour after it was read", async () => {
    putImage(rig.server, "v1");
    const registry = rig.reader();
    const facts = () => cost(() => registry.read(rig.image, "v1", "acme", "facts"));
    expect(await facts()).toBe(2);
    expect(await facts()).toBe(0);
    await rig.clock.advance(3_600_000);
    expect(await facts()).toBe(1);
  });

  test("what is remembered is not told to an owner who may not read it", async () => {
    const digest = putImage(rig.server, "v1");
    const registry = rig.reader("{owners: [acme]}");
    await registry.read(rig.image, "v1", "acme");
    for (const reference of ["v1", digest])
      expect(await registry.read(rig.image, reference, "globex", "facts")).toMatchObject({
        kind: "not-allowed",
      });
  });

  test("an image that is denied is not asked for on and on", async () => {
    putImage(rig.server, "v1");
    let token = 0;
    rig.server.answers.set("/token", (request, response) => {
      token += 1;
      answerWith(200, `{"token":"anonymous-${token}"}`)(request, response);
    });
    lockAll(rig.server, `Bearer realm="http://${rig.server.host}/token"`, () => false);
    const registry = rig.reader();
    for (let round = 0; round < 3; round += 1)
      expect(await cost(() => registry.read(rig.image, "v1", "acme"))).toBeLessThanOrEqual(3);
  });
});

describe("what an image says of itself", () => {
  test("is bounded: labels, values and platforms", async () => {
    const architectures = Array.from({ length: 500 }, (_, at) => `arch${at}`);
    const child = putImage(rig.server);
    const manifests = architectures.map((architecture) => ({
      digest: child,
      platform: { os: "linux", architecture },
    }));
    const annotations = Object.fromEntries(
      Array.from({ length: 1000 }, (_, at) => [`label-${at}`, at === 0 ? "x".repeat(5000) : "y"]),
    );
    putManifest(rig.server, { mediaType: INDEX, manifests, annotations }, "v1");
    const read = await rig.reader().read(rig.image, "v1", "acme");
    if (read.kind !== "found") throw new Error(read.detail);
    expect(read.facts.platforms).toHaveLength(64);
    expect(Object.keys(read.facts.labels).length).toBeLessThanOrEqual(201);
    expect(read.facts.labels["label-0"]).toBeUndefined();
    expect(read.facts.labels["label-1"]).toBe("y");
  });
});
