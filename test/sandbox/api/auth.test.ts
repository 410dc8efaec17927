import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { githubInProcess, jwt } from "./github-in-process.ts";

const cd = { owner: "acme", repo: "cd" };
const main = { ...cd, ref: "heads/main" };

type Github = Awaited<ReturnType<typeof githubInProcess>>;

describe("an App's JWT", () => {
  const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const foreign = stranger.export({ type: "pkcs8", format: "pem" }).toString();
  const rows: [string, (g: Github) => string, number][] = [
    ["with the App's id", (g) => g.appToken(), 200],
    [
      "with the client id",
      (g) => jwt({ iss: g.app.clientId, iat: g.seconds(), exp: g.seconds() + 60 }),
      200,
    ],
    [
      "signed with another key",
      (g) => jwt({ iss: g.app.id, iat: g.seconds(), exp: g.seconds() + 60 }, foreign),
      401,
    ],
    ["expired", (g) => jwt({ iss: g.app.id, iat: g.seconds() - 700, exp: g.seconds() - 1 }), 401],
    [
      "eleven minutes and more ahead",
      (g) => jwt({ iss: g.app.id, iat: g.seconds(), exp: g.seconds() + 700 }),
      401,
    ],
    [
      "issued in the future",
      (g) => jwt({ iss: g.app.id, iat: g.seconds() + 90, exp: g.seconds() + 300 }),
      401,
    ],
    [
      "of an App that is not there",
      (g) => jwt({ iss: 999, iat: g.seconds(), exp: g.seconds() + 60 }),
      404,
    ],
    ["that is no JSON", () => "a.b.c", 401],
  ];
  test.each(rows)("%s", async (_, token, status) => {
    const github = await githubInProcess();
    const answer = await github.fetch(
      new Request("http://github.test/api/v3/app", {
        headers: { authorization: `Bearer ${token(github)}` },
      }),
    );
    expect([answer.status, github.recorder.complaints]).toEqual([status, []]);
  });
});

describe("an installation token", () => {
  test("reaches the repos of its installation and no other", async () => {
    const github = await githubInProcess();
    const { rest } = github.as(await github.mint());
    const { data } = await rest.apps.listReposAccessibleToInstallation();
    expect(data.repositories.map((repo) => repo.name)).toEqual(["cd", "open"]);
    await expect(rest.repos.get({ owner: "acme", repo: "other" })).rejects.toMatchObject({
      status: 404,
    });
    expect(github.recorder.complaints).toEqual([]);
  });

  test("narrowed to a repo does not see the other", async () => {
    const github = await githubInProcess();
    const { rest } = github.as(await github.mint({ repositories: ["open"] }));
    await expect(rest.repos.get(cd)).rejects.toMatchObject({ status: 404 });
    expect((await rest.repos.get({ owner: "acme", repo: "open" })).status).toBe(200);
  });

  test("narrowed to reading may not write", async () => {
    const github = await githubInProcess();
    const { rest } = github.as(await github.mint({ permissions: { contents: "read" } }));
    const { data } = await rest.git.getRef(main);
    await expect(
      rest.git.createRef({ ...cd, ref: "refs/heads/x", sha: data.object.sha }),
    ).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining("Resource not accessible by integration"),
    });
    await expect(rest.pulls.list(cd)).rejects.toMatchObject({ status: 403 });
    expect(github.recorder.complaints).toEqual([]);
  });

  test.each([
    ["a permission that the App has not", { permissions: { administration: "read" } }],
    ["a higher level than the App has", { permissions: { issues: "write" } }],
    ["a repo of which it is not installed", { repositories: ["other"] }],
  ])("cannot be widened: %s", async (_, narrow) => {
    const github = await githubInProcess();
    await expect(github.mint(narrow)).rejects.toMatchObject({ status: 422 });
  });

  test("expires after an hour", async () => {
    const github = await githubInProcess();
    const { rest } = github.as(await github.mint());
    github.clock.now = new Date(github.clock.now.getTime() + 3_599_000);
    expect((await rest.repos.get(cd)).status).toBe(200);
    github.clock.now = new Date(github.clock.now.getTime() + 1_000);
    await expect(rest.repos.get(cd)).rejects.toMatchObject({ status: 401 });
  });

  test("of a suspended installation is refused, and none is minted", async () => {
    const github = await githubInProcess();
    const { rest } = github.as(await github.mint());
    github.world.suspend(github.installation.id, true);
    await expect(rest.repos.get(cd)).rejects.toMatchObject({ status: 403 });
    await expect(github.mint()).rejects.toMatchObject({ status: 403 });
  });

  test("dies with its installation", async () => {
    const github = await githubInProcess();
    const { rest } = github.as(await github.mint());
    github.world.uninstall(github.installation.id);
    await expect(rest.repos.get(cd)).rejects.toMatchObject({ status: 401 });
  });
});

describe("a person", () => {
  test("is known by the token in Basic, as git sends it", async () => {
    const github = await githubInProcess();
    const basic = Buffer.from(`x:${github.tokens.forPerson("ada")}`).toString("base64");
    expect(github.authenticate(`Basic ${basic}`)).toEqual({ kind: "user", login: "ada" });
  });

  test.each([
    ["eve", "cd", 404],
    ["eve", "open", 403],
    ["ada", "open", 201],
  ])("%s creates a ref in %s: %i", async (login, repo, status) => {
    const github = await githubInProcess();
    const sha = (await github.open.store.readRef("refs/heads/main")) ?? "";
    const answer = await github
      .person(login)
      .rest.git.createRef({ owner: "acme", repo, ref: "refs/heads/x", sha })
      .catch((error: { status: number }) => error);
    expect([answer.status, github.recorder.complaints]).toEqual([status, []]);
  });

  test("without a token reads what is public and writes nothing", async () => {
    const github = await githubInProcess();
    const { rest } = github.as(null);
    const open = { owner: "acme", repo: "open" };
    expect((await rest.repos.get(open)).status).toBe(200);
    await expect(rest.repos.get(cd)).rejects.toMatchObject({ status: 404 });
    await expect(
      rest.issues.createComment({ ...open, issue_number: 1, body: "x" }),
    ).rejects.toMatchObject({ status: 401 });
  });
});
