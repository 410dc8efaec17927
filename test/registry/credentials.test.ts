import { existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { basicOf, lockAll, openRig, type RegistryRig } from "./registry-stage.ts";
import { answerWith, putImage } from "./small-registry.ts";

let rig: RegistryRig;
/** The password that the registry takes now. */
let password: string;

beforeEach(async () => {
  rig = await openRig();
  password = "s3cret-1";
  putImage(rig.server, "v1");
});

afterEach(() => rig.close());

const isGood = (authorization: string) => authorization === basicOf("me", password);
const shown = () => rig.server.asked.map(({ authorization }) => authorization);

function dockerConfig(secret: string, name = "config.json"): string {
  const auth = Buffer.from(`me:${secret}`).toString("base64");
  return rig.file(name, JSON.stringify({ auths: { [rig.server.host]: { auth } } }));
}

describe("docker's config.json", () => {
  test("is read, and read again when it changes, without a refusal in between", async () => {
    lockAll(rig.server, "Basic", isGood);
    const registry = rig.reader(`{dockerConfig: ${dockerConfig("s3cret-1")}}`);
    expect(await registry.read(rig.image, "v1", "acme")).toMatchObject({ kind: "found" });
    password = "s3cret-2";
    dockerConfig("s3cret-2");
    rig.server.asked.length = 0;
    expect(await registry.read(rig.image, "v1", "acme")).toMatchObject({ kind: "found" });
    expect(shown()).toEqual([basicOf("me", "s3cret-2")]);
  });

  test("is followed through the links of a mounted secret", async () => {
    lockAll(rig.server, "Basic", isGood);
    dockerConfig("old", "..1/.dockerconfigjson");
    dockerConfig("s3cret-1", "..2/.dockerconfigjson");
    const data = join(rig.folder, "..data");
    symlinkSync("..1", data);
    symlinkSync("..data/.dockerconfigjson", join(rig.folder, ".dockerconfigjson"));
    const registry = rig.reader(`{dockerConfig: ${join(rig.folder, ".dockerconfigjson")}}`);
    expect(await registry.read(rig.image, "v1", "acme")).toMatchObject({ kind: "not-allowed" });
    rmSync(data);
    symlinkSync("..2", data);
    expect(await registry.read(rig.image, "v1", "acme")).toMatchObject({ kind: "found" });
  });

  test.each([
    ["that is not there", null, /cannot be read/],
    ["of another kind", '{"s3cret": [', /is not docker's/],
  ])("one %s is waited for", async (_, text, detail) => {
    lockAll(rig.server, "Basic", isGood);
    const path = text === null ? "/nowhere/config.json" : rig.file("config.json", text);
    const read = await rig.reader(`{dockerConfig: ${path}}`).read(rig.image, "v1", "acme");
    expect(read).toMatchObject({ kind: "unavailable", detail: expect.stringMatching(detail) });
    expect(JSON.stringify(read) + rig.logged()).not.toContain("s3cret");
  });

  test("without the host's entry, nothing is shown", async () => {
    lockAll(rig.server, "Basic", isGood);
    const path = rig.file("config.json", '{"auths": {}}');
    const read = await rig.reader(`{dockerConfig: ${path}}`).read(rig.image, "v1", "acme");
    expect(read).toMatchObject({ kind: "not-allowed" });
    expect(shown()).toEqual([null]);
  });
});

/** A helper that counts its runs, keeps what it was asked and given, and then does this. */
function helper(script: string, name = "docker-credential-mine"): void {
  const head = `#!/bin/sh\ncd ${rig.folder}\necho "$1" >> runs\ncat > asked\nenv > env\n`;
  rig.file(name, `${head}${script}\n`, 0o755);
}

const answer = (username: string) =>
  `printf '{"ServerURL":"x","Username":"${username}","Secret":"%s"}' "$(cat secret)"`;
const runs = () => readFileSync(join(rig.folder, "runs"), "utf8").trim().split("\n");

function readerWithHelper(entry = "{helper: mine}") {
  const environment = {
    PATH: `${rig.folder}:${process.env.PATH}`,
    AWS_REGION: "eu-west-1",
    PRIVATE_KEY: "of the App",
    TAGBOAT_SECRET: "ours",
    WEBHOOK_SECRET: "ours",
    DATABASE_URL: "postgres://ours",
  };
  return rig.reader(entry, { environment, helperTimeout: 5000 });
}

describe("credential helpers", () => {
  test("are asked for the host by stdin, once for all reads, without our own secrets", async () => {
    lockAll(rig.server, "Basic", isGood);
    rig.file("secret", "s3cret-1");
    helper(answer("me"));
    const registry = readerWithHelper();
    const reads = [1, 2, 3].map(() => registry.read(rig.image, "v1", "acme"));
    for (const read of await Promise.all(reads)) expect(read).toMatchObject({ kind: "found" });
    expect(runs()).toEqual(["get"]);
    expect(readFileSync(join(rig.folder, "asked"), "utf8")).toBe(`${rig.server.host}\n`);
    const given = readFileSync(join(rig.folder, "env"), "utf8");
    expect(given).toContain("AWS_REGION=eu-west-1");
    expect(given).not.toMatch(/ours|of the App/);
  });

  test("are asked again once when what they said has ended", async () => {
    lockAll(rig.server, "Basic", isGood);
    rig.file("secret", "s3cret-1");
    helper(answer("me"));
    const registry = readerWithHelper();
    await registry.read(rig.image, "v1", "acme");
    password = "s3cret-2";
    rig.file("secret", "s3cret-2");
    expect(await registry.read(rig.image, "v1", "acme")).toMatchObject({ kind: "found" });
    expect(runs()).toHaveLength(2);
    password = "s3cret-3";
    rig.server.asked.length = 0;
    expect(await registry.read(rig.image, "v1", "acme")).toMatchObject({ kind: "not-allowed" });
    expect(runs()).toHaveLength(3);
    expect(shown()).toHaveLength(2);
  });

  test("also when it is the token service that refuses", async () => {
    lockAll(rig.server, `Bearer realm="http://${rig.server.host}/token"`, (a) => a === "Bearer t");
    let taken = "";
    rig.server.answers.set("/token", (request, response) => {
      const good = request.headers.authorization === basicOf("me", password);
      taken += good ? "+" : "-";
      answerWith(good ? 200 : 401, '{"token":"t","expires_in":60}')(request, response);
    });
    rig.file("secret", "s3cret-1");
    helper(answer("me"));
    const registry = readerWithHelper();
    await registry.read(rig.image, "v1", "acme");
    password = "s3cret-2";
    rig.file("secret", "s3cret-2");
    await rig.clock.advance(60_000);
    expect(await registry.read(rig.image, "v1", "acme")).toMatchObject({ kind: "found" });
    expect(taken).toBe("+-+");
  });

  test("of config.json are asked, Docker Hub's by its name", async () => {
    lockAll(rig.server, "Basic", isGood);
    rig.file("secret", "s3cret-1");
    helper(answer("me"));
    const path = rig.file("config.json", `{"credHelpers": {"${rig.server.host}": "mine"}}`);
    const registry = readerWithHelper(`{dockerConfig: ${path}}`);
    expect(await registry.read(rig.image, "v1", "acme")).toMatchObject({ kind: "found" });
  });

  test("that know nothing of the host leave us without credentials", async () => {
    lockAll(rig.server, "Basic", isGood);
    helper("echo credentials not found in native keychain; exit 1");
    const read = await readerWithHelper().read(rig.image, "v1", "acme");
    expect(read).toMatchObject({ kind: "not-allowed" });
    expect(shown()).toEqual([null]);
  });

  test.each([
    ["fails", "echo s3cret; echo s3cret >&2; exit 3", /docker-credential-mine ended with code 3/],
    ["writes nonsense", "echo s3cret", /did not write what a credential helper writes/],
    ["writes too much", "yes s3cret", /wrote too much/],
    ["has no secret", `echo '{"Username":"s3cret","Secret":""}'`, /did not write/],
  ])("one that %s: later, without a word of what it wrote", async (_, script, detail) => {
    lockAll(rig.server, "Basic", isGood);
    helper(script);
    const read = await readerWithHelper().read(rig.image, "v1", "acme");
    expect(read).toMatchObject({ kind: "unavailable", detail: expect.stringMatching(detail) });
    expect(JSON.stringify(read) + rig.logged()).not.toContain("s3cret");
  });

  test("one that hangs, children and all, is ended", async () => {
    lockAll(rig.server, "Basic", isGood);
    helper("sleep 3");
    const { PATH } = process.env;
    const environment = { PATH: `${rig.folder}:${PATH}` };
    const registry = rig.reader("{helper: mine}", { environment, helperTimeout: 200 });
    expect(await registry.read(rig.image, "v1", "acme")).toMatchObject({
      kind: "unavailable",
      detail: "docker-credential-mine did not answer in time.",
    });
  });

  test("one that is not there", async () => {
    lockAll(rig.server, "Basic", isGood);
    const read = await readerWithHelper("{helper: none}").read(rig.image, "v1", "acme");
    expect(read).toMatchObject({
      kind: "unavailable",
      detail: "docker-credential-none is not there.",
    });
  });

  test("a name is no shell's text", async () => {
    const path = rig.file(
      "config.json",
      `{"credsStore": "mine; touch ${join(rig.folder, "touched")}"}`,
    );
    lockAll(rig.server, "Basic", isGood);
    const read = await readerWithHelper(`{dockerConfig: ${path}}`).read(rig.image, "v1", "acme");
    expect(read).toMatchObject({ kind: "not-allowed" });
    expect(existsSync(join(rig.folder, "touched"))).toBe(false);
  });
});

describe("refresh tokens", () => {
  test("are exchanged by POST, and never shown to the registry", async () => {
    lockAll(
      rig.server,
      `Bearer realm="http://${rig.server.host}/oauth2/token",service="a.example"`,
      (a) => a === "Bearer t",
    );
    const forms: string[] = [];
    rig.server.answers.set("/oauth2/token", (request, response) => {
      request.on("data", (part: Buffer) => forms.push(`${request.method} ${part.toString()}`));
      request.on("end", () => {
        const good = forms.at(-1)?.includes("refresh_token=r3fresh%2F%2B") === true;
        answerWith(good ? 200 : 400, '{"access_token":"t","expires_in":300}')(request, response);
      });
    });
    const auths = { [rig.server.host]: { auth: "MDAwMDo=", identitytoken: "r3fresh/+" } };
    const path = rig.file("config.json", JSON.stringify({ auths }));
    const registry = rig.reader(`{dockerConfig: ${path}}`);
    expect(await registry.read(rig.image, "v1", "acme")).toMatchObject({ kind: "found" });
    expect(forms).toEqual([
      "POST grant_type=refresh_token&refresh_token=r3fresh%2F%2B&service=a.example&scope=repository%3Aacme%2Fapp%3Apull&client_id=tagboat",
    ]);
    expect(new Set(shown())).toEqual(new Set([null, "Bearer t"]));
  });

  test("of a helper are known by their name", async () => {
    const challenge = `Bearer realm="http://${rig.server.host}/token"`;
    lockAll(rig.server, challenge, (a) => a === "Bearer t");
    let method = "";
    rig.server.answers.set("/token", (request, response) => {
      method = request.method ?? "";
      answerWith(200, '{"access_token":"t"}')(request, response);
    });
    rig.file("secret", "r3fresh");
    helper(answer("<token>"));
    expect(await readerWithHelper().read(rig.image, "v1", "acme")).toMatchObject({ kind: "found" });
    expect(method).toBe("POST");
  });

  test("are not shown to a token service elsewhere that the rule does not name", async () => {
    lockAll(rig.server, `Bearer realm="http://${rig.other.host}/token"`, (a) => a === "Bearer t");
    const auths = { [rig.server.host]: { identitytoken: "r3fresh" } };
    const path = rig.file("config.json", JSON.stringify({ auths }));
    await rig.reader(`{dockerConfig: ${path}}`).read(rig.image, "v1", "acme");
    expect(rig.other.asked).toEqual([]);
  });
});
