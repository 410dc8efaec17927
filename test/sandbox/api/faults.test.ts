import { expect, test } from "@jest/globals";
import type { Fault } from "../../../sandbox/api/faults.ts";
import { githubInProcess } from "./github-in-process.ts";

const cd = { owner: "acme", repo: "cd" };
const ROUTE = "POST /repos/{owner}/{repo}/git/refs";

/** Whether the ref was created says whether the fault came before or after the effect. */
test.each<[Fault, object, boolean]>([
  [{ kind: "bad-gateway-before" }, { status: 502 }, false],
  [{ kind: "bad-gateway-after" }, { status: 502 }, true],
  [{ kind: "reset-before" }, { status: 500, message: "other side closed" }, false],
  [{ kind: "reset-after" }, { status: 500, message: "other side closed" }, true],
  [
    { kind: "secondary-limit", retryAfter: 60 },
    { status: 403, response: { headers: { "retry-after": "60" } } },
    false,
  ],
  [
    { kind: "too-many-requests", retryAfter: 7 },
    { status: 429, response: { headers: { "retry-after": "7" } } },
    false,
  ],
])("%j", async (fault, error, happened) => {
  const github = await githubInProcess();
  const { rest } = github.person("ada");
  const sha = (await github.cd.store.readRef("refs/heads/main")) ?? "";
  github.faults.arm({ fault, at: ROUTE });
  await expect(rest.git.createRef({ ...cd, ref: "refs/heads/x", sha })).rejects.toMatchObject(
    error,
  );
  const made = (await github.cd.store.readRef("refs/heads/x")) !== null;
  expect([made, github.faults.fired.get(fault.kind), github.recorder.complaints]).toEqual([
    happened,
    1,
    [],
  ]);
  await expect(rest.git.getRef({ ...cd, ref: "heads/main" })).resolves.toMatchObject({
    status: 200,
  });
});

test("latency delays and changes nothing else", async () => {
  const github = await githubInProcess();
  github.faults.arm({ fault: { kind: "latency", ms: 20 } });
  const before = performance.now();
  const { status } = await github.person("ada").rest.repos.get(cd);
  expect([status, performance.now() - before >= 19]).toEqual([200, true]);
});

test("a moved head lets a compare-and-swap fail", async () => {
  const github = await githubInProcess();
  const ada = github.person("ada").rest;
  const path = "README.md";
  const { data } = await ada.repos.getContent({ ...cd, path });
  if (!("content" in data)) throw new Error("not a file");
  const move = async () => {
    await github.world.commitOnBranch(github.cd, "bob", {
      branch: "main",
      expectedHead: (await github.cd.store.readRef("refs/heads/main")) ?? "",
      message: "Be first",
      additions: [{ path, content: Buffer.from("bob\n") }],
      deletions: [],
    });
  };
  github.faults.arm({ fault: { kind: "moved-head", move }, at: "PUT " });
  const write = { ...cd, path, sha: data.sha, message: "m", content: "eA==" };
  await expect(ada.repos.createOrUpdateFileContents(write)).rejects.toMatchObject({ status: 409 });
});

test("requests are recorded by their route, tokens apart", async () => {
  const github = await githubInProcess();
  await github.as(await github.mint()).rest.git.getRef({ ...cd, ref: "heads/main" });
  expect(github.recorder.requests).toEqual([
    {
      kind: "token",
      method: "POST",
      what: "POST /app/installations/{installation_id}/access_tokens",
      status: 201,
      caller: github.app.bot.login,
      write: true,
    },
    {
      kind: "rest",
      method: "GET",
      what: "GET /repos/{owner}/{repo}/git/ref/{ref}",
      status: 200,
      caller: github.app.bot.login,
      write: false,
    },
  ]);
});

test.each([
  ["an unknown route", "GET", "/repos/acme/cd/nonsense", undefined, 404],
  ["a body that breaks the description", "POST", "/repos/acme/cd/git/refs", '{"ref":1}', 422],
  ["an unknown query parameter", "GET", "/repos/acme/cd/pulls?stat=open", undefined, 200],
])("complains of %s", async (_, method, path, body, status) => {
  const github = await githubInProcess();
  const headers = { authorization: `token ${github.tokens.forPerson("ada")}` };
  const init = { method, headers, ...(body === undefined ? {} : { body }) };
  const answer = await github.fetch(new Request(`http://github.test${path}`, init));
  expect([answer.status, github.recorder.complaints.length]).toEqual([status, 1]);
});
