import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Pull } from "../../sandbox/world/entities.ts";
import { FILE_HISTORY } from "../../src/github/file-history.ts";
import { LIST_PULLS } from "../../src/github/list-pulls.ts";
import { ForgeUnavailable } from "../../src/model/forge.ts";
import { DEV, PROD, stageFiles } from "../contract/forge.contract.ts";
import { problemsOf } from "./official-schema.ts";
import { BASE, entry, oidOf, REPO } from "./samples.ts";
import { type SandboxStage, sandboxStage } from "./sandbox-stage.ts";
import { type Answer, scriptedHost } from "./scripted-host.ts";

test.each([FILE_HISTORY, LIST_PULLS])("a document is valid by GitHub's schema", ({ text }) => {
  expect(problemsOf(text)).toEqual([]);
});

describe("over the sandbox", () => {
  let stage: SandboxStage;
  const versions = async (path = DEV, limit = 20, branch = "main") =>
    (await stage.pulls.history(stage.repo, branch, path, limit)).map(({ file }) =>
      file.kind === "text" ? file.text : file.kind,
    );
  const proposal = async (branch: string, text: string): Promise<Pull> => {
    await stage.branch(branch, (await stage.tip("main")) ?? "");
    await stage.push(branch, { [DEV]: text });
    return await stage.world.openPull(stage.cd, "ana", {
      title: branch,
      body: "",
      head: { repo: stage.cd, branch },
      base: "main",
      draft: false,
    });
  };

  beforeEach(async () => {
    stage = await sandboxStage();
  });
  afterEach(() => stage.close());

  test("tells the versions of a file, newest first, in one request", async () => {
    await stage.push("main", { [DEV]: "v2\n" });
    await stage.push("main", { "README.md": "# other\n" });
    const tip = await stage.push("main", { [DEV]: "v3\n" });
    stage.requests();
    expect(await versions()).toEqual(["v3\n", "v2\n", stageFiles[DEV]]);
    expect(stage.requests()).toEqual(["repository"]);
    expect(await versions(DEV, 2)).toEqual(["v3\n", "v2\n"]);
    const [newest] = await stage.pulls.history(stage.repo, "main", DEV, 1);
    expect(newest?.commit).toBe(tip);
  });

  test("a merge counts once, from when it came to the branch", async () => {
    const pull = await proposal("topic", "v2\n");
    const written = stage.world.now();
    for (let at = 0; at < 100; at += 1) stage.world.now();
    await stage.world.mergePull(stage.cd, "ana", pull, { method: "merge" });
    const [first, second] = await stage.pulls.history(stage.repo, "main", DEV, 5);
    expect(first?.commit).toBe(pull.headOid);
    expect(first?.at).toBe(pull.mergedAt);
    expect(Date.parse(first?.at ?? "")).toBeGreaterThan(written.getTime() + 99_000);
    expect(second?.file).toMatchObject({ text: stageFiles[DEV] });
    expect(await versions()).toHaveLength(2);
  });

  test("a squashed one counts from its merge too", async () => {
    const pull = await proposal("topic", "v2\n");
    await stage.world.mergePull(stage.cd, "ana", pull, { method: "squash" });
    const [first] = await stage.pulls.history(stage.repo, "main", DEV, 1);
    expect(first).toMatchObject({ at: pull.mergedAt, commit: await stage.tip("main") });
  });

  test("a file that was deleted, one that GraphQL does not carry, and none", async () => {
    const { world, cd } = stage;
    await world.commitOnBranch(cd, "ana", {
      branch: "main",
      expectedHead: (await stage.tip("main")) ?? "",
      message: "Gone",
      additions: [],
      deletions: [DEV],
    });
    expect(await versions()).toEqual(["absent", stageFiles[DEV]]);
    expect(await versions(PROD)).toEqual([stageFiles[PROD]]);
    expect(await versions("nowhere.yaml")).toEqual([]);
    expect(await versions(DEV, 20, "nowhere")).toEqual([]);
    expect(await stage.pulls.history({ ...stage.repo, id: 1 }, "main", DEV, 5)).toEqual([]);
  });

  test("pages through more than a hundred versions", async () => {
    for (let at = 0; at < 120; at += 1) await stage.push("main", { [DEV]: `v${at}\n` });
    stage.requests();
    const texts = await versions(DEV, 110);
    expect(texts).toHaveLength(110);
    expect(texts.at(-1)).toBe("v10\n");
    expect(stage.requests()).toHaveLength(2);
  });

  test("reads files of a commit, fifty at a time", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 60 }, (_, at) => [`many/${at}.yaml`, `${at}\n`]),
    );
    const commit = await stage.push("main", files);
    await stage.push("main", { "many/0.yaml": "later\n" });
    stage.requests();
    const { pulls, repo } = stage;
    const texts = await pulls.textsAt(repo, commit, [...Object.keys(files), "no.yaml", "no.yaml"]);
    expect(stage.requests()).toEqual(["repository", "repository"]);
    expect(texts.size).toBe(61);
    expect(texts.get("many/0.yaml")).toMatchObject({ kind: "text", text: "0\n" });
    expect(texts.get("no.yaml")).toEqual({ kind: "absent", path: "no.yaml" });
    expect((await pulls.textsAt(repo, commit, [PROD])).get(PROD)).toMatchObject({
      text: stageFiles[PROD],
    });
    expect(await pulls.textsAt(repo, commit, [])).toEqual(new Map());
    await expect(pulls.textsAt(repo, BASE, [DEV])).rejects.toThrow(ForgeUnavailable);
    await expect(pulls.textsAt({ ...repo, id: 1 }, commit, [DEV])).rejects.toThrow(
      ForgeUnavailable,
    );
  });
});

describe("what GitHub may answer otherwise", () => {
  const history = (nodes: object[]): Answer => ({
    body: {
      data: {
        repository: {
          databaseId: REPO.id,
          ref: {
            target: { history: { pageInfo: { hasNextPage: false, endCursor: null }, nodes } },
          },
        },
      },
    },
  });
  const at = (day: number) => `2026-03-0${day}T00:00:00Z`;
  const merged = (day: number | null, baseRefName = "main") => ({
    mergedAt: day === null ? null : at(day),
    baseRefName,
  });

  test.each<readonly [string, object | null, string]>([
    ["no pull request", { nodes: [] }, at(1)],
    ["pull requests that the host does not tell", null, at(1)],
    ["one that is open", { nodes: [merged(null), null] }, at(1)],
    ["one into another branch", { nodes: [merged(3, "production")] }, at(1)],
    ["two: the first counts", { nodes: [merged(5), merged(4)] }, at(4)],
  ])("a commit with %s", async (_what, associatedPullRequests, expected) => {
    const host = scriptedHost([
      history([{ oid: BASE, committedDate: at(1), file: entry("a: 1\n"), associatedPullRequests }]),
    ]);
    const [version] = await host.pulls.history(REPO, "main", "a", 1);
    expect(version?.at).toBe(expected);
  });

  test("what is no commit has no files, and is not taken for one without them", async () => {
    const host = scriptedHost([
      { body: { data: { repository: { databaseId: REPO.id, commit: {} } } } },
    ]);
    await expect(host.pulls.textsAt(REPO, BASE, ["a"])).rejects.toThrow(ForgeUnavailable);
  });

  test("a text that was cut is read as a blob", async () => {
    const text = "a: 1\n";
    const cut = { mode: 33188, oid: oidOf(text), object: { byteSize: 5, text: "a:" } };
    const host = scriptedHost([
      {
        body: {
          data: { repository: { databaseId: REPO.id, commit: { oid: BASE, f0: cut } } },
        },
      },
      { body: { content: Buffer.from(text).toString("base64"), encoding: "base64" } },
    ]);
    const texts = await host.pulls.textsAt(REPO, BASE, ["a"]);
    expect(texts.get("a")).toMatchObject({ kind: "text", text });
    expect(problemsOf(host.seen[0]?.document ?? "")).toEqual([]);
  });
});
