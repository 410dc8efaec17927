import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { changeByPullRequest } from "../../sandbox/examples/octokit-script.ts";
import { tidyRepo } from "../../sandbox/fixtures/tidy-repo.ts";
import { fileAt } from "../../sandbox/git/tree-edit.ts";
import { openSandbox, type Sandbox } from "../../sandbox/open-sandbox.ts";
import { readRegistriesFile } from "../../src/registry/registries-file.ts";

let dir: string;
let sandbox: Sandbox;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "sandbox-"));
  sandbox = await openSandbox({
    dir,
    webhookUrl: "http://127.0.0.1:9/hooks",
    repos: (host) => ({ "myapp-cd": tidyRepo({ image: `${host}/myapp-ci/myapp-runtime` }) }),
  });
});

afterAll(async () => {
  await sandbox.close();
  await rm(dir, { recursive: true, force: true });
});

function change() {
  const author = sandbox.tokenOf("ben");
  const reviewer = sandbox.tokenOf("ann");
  return { url: sandbox.url, owner: "acme", repo: "myapp-cd", author, reviewer };
}

test("git and a plain octokit open, comment, review and merge a pull request", async () => {
  const { number, merged } = await changeByPullRequest(change());
  const repo = sandbox.seeded.repos["myapp-cd"];
  if (repo === undefined) throw new Error("no repo");
  const { world, recorder } = sandbox.stage;
  const pull = world.pull(repo, number);
  if (pull === null) throw new Error("no pull request");
  expect([pull.author, pull.mergedBy, pull.mergeOid]).toEqual(["ben", "ben", merged]);
  expect(world.comments(pull).map((comment) => comment.body)).toEqual(["Please have a look."]);
  expect(world.reviews(pull).map((review) => [review.author, review.state])).toEqual([
    ["ann", "APPROVED"],
  ]);
  const head = (await repo.store.readRef("refs/heads/main")) ?? "";
  const readme = await fileAt(repo.store, head, "README.md");
  expect((await repo.store.readBlob(readme?.oid ?? ""))?.toString()).toMatch(/\nHello\.\n$/);
  expect(recorder.complaints).toEqual([]);
});

test.each([
  ["cara", "403"],
  ["dave", "not found"],
])("%s cannot push: %s", async (login, text) => {
  const author = sandbox.tokenOf(login);
  await expect(changeByPullRequest({ ...change(), author })).rejects.toThrow(text);
});

test("git asks who is there, and believes no made-up token", async () => {
  const info = `${sandbox.url}/acme/myapp-cd.git/info/refs?service=git-upload-pack`;
  const authorization = `Basic ${Buffer.from("ben:guess").toString("base64")}`;
  const answers = [await fetch(info), await fetch(info, { headers: { authorization } })];
  expect(answers.map((answer) => answer.status)).toEqual([401, 401]);
});

test("the variables point an App at it", async () => {
  const { environment, registryAddress, url } = sandbox;
  expect(environment.GHE_HOST).toBe(new URL(url).host);
  const key = environment.PRIVATE_KEY_PATH ?? "";
  expect((await stat(key)).mode & 0o777).toBe(0o600);
  expect(await readFile(key, "utf8")).toBe(sandbox.privateKey);
  const read = readRegistriesFile(await readFile(environment.TAGBOAT_REGISTRIES ?? "", "utf8"));
  expect(read).toMatchObject({
    kind: "read",
    hosts: { rules: [{ prefix: registryAddress.host, owners: ["acme"], plainHttp: true }] },
  });
});

test("a port that is taken is not insisted on", async () => {
  const other = await mkdtemp(join(tmpdir(), "sandbox-"));
  const port = Number(new URL(sandbox.url).port);
  const second = await openSandbox({
    dir: other,
    webhookUrl: "http://x.test",
    port,
    repos: () => ({}),
  });
  await second.close();
  await rm(other, { recursive: true, force: true });
  expect(second.url).not.toBe(sandbox.url);
});
