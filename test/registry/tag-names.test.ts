import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { basicOf, lockAll, openRig, type RegistryRig } from "./registry-stage.ts";
import { type Answer, answerWith, putImage } from "./small-registry.ts";

let rig: RegistryRig;
let digest: string;
/** How the manifest of `v1` was asked for. */
let methods: (string | undefined)[];

beforeEach(async () => {
  rig = await openRig();
  digest = putImage(rig.server, "v1");
  methods = [];
});

afterEach(() => rig.close());

const PATH = "/v2/acme/app/manifests/v1";

/** From now on a HEAD of `v1` is answered so, and everything else as before. */
function answerHead(answer: Answer | null): void {
  const inner = rig.server.answers.get(PATH) ?? answerWith(404);
  rig.server.answers.set(PATH, (request, response) => {
    methods.push(request.method);
    const isHead = request.method === "HEAD" && answer !== null;
    (isHead ? answer : inner)(request, response);
  });
}

describe("what a tag names now", () => {
  test("costs one HEAD", async () => {
    answerHead(null);
    expect(await rig.reader().names(rig.image, "v1", "acme")).toEqual({ kind: "named", digest });
    expect(methods).toEqual(["HEAD"]);
  });

  test("is told to who shows credentials", async () => {
    lockAll(rig.server, "Basic", (a) => a === basicOf("me", "s3cret"));
    const registry = rig.reader("{username: me, password: s3cret}");
    expect(await registry.names(rig.image, "v1", "acme")).toEqual({ kind: "named", digest });
  });

  test.each([
    ["does not tell there", answerWith(200)],
    ["tells something else there", answerWith(200, "", { "docker-content-digest": "md5:1" })],
    ["knows no HEAD", answerWith(405)],
  ])("is read from the manifest of a registry that %s", async (_, answer) => {
    answerHead(answer);
    expect(await rig.reader().names(rig.image, "v1", "acme")).toEqual({ kind: "named", digest });
    expect(methods).toEqual(["HEAD", "GET"]);
  });

  test.each([
    ["missing", answerWith(404)],
    ["unavailable", answerWith(503)],
    ["not-allowed", answerWith(403)],
    ["unreadable", answerWith(302, "", { location: "https://elsewhere.example/" })],
  ])("is %s where the registry says so", async (kind, answer) => {
    answerHead(answer);
    expect(await rig.reader().names(rig.image, "v1", "acme")).toMatchObject({ kind });
    expect(methods).toEqual(["HEAD"]);
  });

  test("is not told to an owner who may not read it, nor of what is no tag", async () => {
    const registry = rig.reader("{owners: [acme]}");
    expect(await registry.names(rig.image, "v1", "globex")).toMatchObject({ kind: "not-allowed" });
    for (const tag of ["../v1", digest, ""])
      expect(await registry.names(rig.image, tag, "acme")).toMatchObject({ kind: "unreadable" });
    expect(rig.server.asked).toEqual([]);
  });
});
