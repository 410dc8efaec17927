import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Pull } from "../../sandbox/world/entities.ts";
import { OPEN_CHANGES } from "../../src/github/open-changes.ts";
import { QUEUE_GROUP } from "../../src/github/queue-group.ts";
import { CONFIG_PATH as CONFIG } from "../../src/model/config.ts";
import type { PullGlance } from "../../src/model/gate-reads.ts";
import { blobOid } from "../../src/propose/blob-oid.ts";
import { ruleset } from "../sandbox/world/seeded-world.ts";
import { problemsOf } from "./official-schema.ts";
import { type SandboxStage, sandboxStage } from "./sandbox-stage.ts";

let stage: SandboxStage;
let pull: Pull;

beforeEach(async () => {
  stage = await sandboxStage();
  pull = await opened("topic", { "a.md": "a\n" });
  stage.requests();
});
afterEach(() => stage.close());

async function opened(
  branch: string,
  files: Readonly<Record<string, string>>,
  base = "main",
): Promise<Pull> {
  await stage.branch(branch, (await stage.tip("main")) ?? "");
  await stage.push(branch, files);
  return open(branch, base);
}

function open(branch: string, base = "main"): Promise<Pull> {
  const head = { repo: stage.cd, branch };
  const wish = { title: branch, body: "", head, base, draft: false };
  return stage.world.openPull(stage.cd, "ana", wish);
}

function look(isEnough: (glance: PullGlance) => boolean = () => true, number = pull.number) {
  return stage.gateReads.look(stage.repo, { number, counted: "tagboat:hold", isEnough });
}

describe("a glance", () => {
  test("is one request that tells the files, the check and what was said", async () => {
    const { app, cd, world } = stage;
    await world.createCheck(cd, app, {
      name: "tagboat/promotion",
      headOid: pull.headOid,
      conclusion: "success",
      title: "Nothing to gate",
    });
    await world.label(cd, "ana", await opened("second", { "b.md": "b\n" }), ["tagboat:hold"]);
    stage.requests();
    expect(await look()).toEqual({
      facts: null,
      glance: {
        number: 1,
        state: "open",
        base: "main",
        headOid: pull.headOid,
        files: [{ path: "a.md", previousPath: null }],
        check: { verdict: "passing", title: "Nothing to gate" },
        required: false,
        said: 1,
        sameHead: [],
        configOid: expect.stringMatching(/^[0-9a-f]{40}$/),
      },
    });
    expect(stage.requests()).toEqual(["viewer+repository"]);
  });

  test("tells which config the default branch has, whatever its base is, and whether it has one", async () => {
    const { cd, world } = stage;
    await stage.branch("release", (await stage.tip("main")) ?? "");
    const released = await opened("fix", { "b.md": "b\n" }, "release");
    await stage.push("main", { [CONFIG]: "version: 1\n" });
    for (const { number } of [pull, released])
      expect((await look(() => true, number))?.glance.configOid).toBe(blobOid("version: 1\n"));
    await world.commitOnBranch(cd, "ana", {
      branch: "main",
      expectedHead: (await stage.tip("main")) ?? "",
      message: "Away with it",
      additions: [],
      deletions: [CONFIG],
    });
    expect((await look())?.glance.configOid).toBe("");
  });

  test("is followed by the comparison where it is not enough", async () => {
    const found = await look(() => false);
    expect(found?.facts).toEqual(await stage.pulls.read(stage.repo, 1));
    expect(stage.requests()?.slice(0, 2)).toEqual([
      "viewer+repository",
      "GET /repos/{owner}/{repo}/compare/{basehead}",
    ]);
  });

  test("does not take another's check for ours", async () => {
    const { cd, world } = stage;
    const other = world.addApp({
      slug: "other",
      publicKey: "",
      webhookUrl: null,
      webhookSecret: "",
      permissions: { checks: "write" },
      events: [],
    });
    const check = { name: "tagboat/promotion", headOid: pull.headOid, conclusion: "success" };
    await world.createCheck(cd, other, check);
    expect((await look())?.glance.check).toBeNull();
  });

  test("does not know the files once the base has moved", async () => {
    await stage.push("main", { "c.md": "c\n" });
    const found = await look();
    // The sandbox keeps the base as it was when the head last moved, as GitHub does.
    expect(found?.glance.files).toBeNull();
  });

  test("tells other open pull requests of the same head", async () => {
    await stage.branch("free", (await stage.tip("main")) ?? "");
    const twin = await open("topic", "free");
    await stage.branch("gone", (await stage.tip("main")) ?? "");
    const over = await open("topic", "gone");
    await stage.world.closePull(stage.cd, "ana", over);
    expect((await look())?.glance.sameHead).toEqual([twin.number]);
    expect((await look(() => true, twin.number))?.glance.sameHead).toEqual([1]);
  });

  test("finds what is open with a commit as its head", async () => {
    await stage.branch("free", (await stage.tip("main")) ?? "");
    await open("topic", "free");
    stage.requests();
    expect(await stage.gateReads.ofHead(stage.repo, pull.headOid)).toEqual([1, 2]);
    expect(await stage.gateReads.ofHead(stage.repo, "0".repeat(40))).toEqual([]);
    expect(stage.requests()).toEqual(["repository", "repository"]);
  });

  test("tells of everything that is open what it changes, where that is certain", async () => {
    await opened("gone", { "c.md": "c\n" });
    await stage.world.closePull(stage.cd, "ana", await opened("over", { "d.md": "d\n" }));
    await stage.branch("free", (await stage.tip("main")) ?? "");
    await opened("other", { "b.md": "b\n" }, "free");
    await stage.push("main", { "e.md": "e\n" });
    await opened("late", { "f.md": "f\n" });
    stage.requests();
    const file = (path: string) => [{ path, previousPath: null }];
    expect(await stage.gateReads.openChanges(stage.repo)).toEqual([
      { number: 1, base: "main", files: null },
      { number: 2, base: "main", files: null },
      { number: 4, base: "free", files: file("b.md") },
      { number: 5, base: "main", files: file("f.md") },
    ]);
    expect(stage.requests()).toEqual(["repository"]);
    expect(problemsOf(OPEN_CHANGES.text)).toEqual([]);
  });

  test("tells of more than a page, and of nothing where another repo has taken the name", async () => {
    for (let n = 2; n <= 51; n += 1) {
      await stage.branch(`to-${n}`, (await stage.tip("main")) ?? "");
      await open("topic", `to-${n}`);
    }
    stage.requests();
    const open51 = await stage.gateReads.openChanges(stage.repo);
    expect(open51.map(({ number }) => number)).toEqual(Array.from({ length: 51 }, (_, n) => n + 1));
    expect(stage.requests()).toEqual(["repository", "repository"]);
    expect(await stage.gateReads.openChanges({ ...stage.repo, id: 1 })).toEqual([]);
  });

  test("of a pull request that is not there is none", async () => {
    expect(await look(() => true, 99)).toBeNull();
  });
});

describe("a group of the merge queue", () => {
  const group = (branch: string, oid: string) =>
    stage.gateReads.queueGroup(stage.repo, { branch, oid });

  async function queued() {
    const { cd, world } = stage;
    const second = await opened("second", { "b.md": "b\n" });
    for (const { headOid } of [pull, second])
      await world.createCheck(cd, stage.app, { name: "ci", headOid, conclusion: "success" });
    cd.rulesets.push(
      ruleset({ mergeQueue: true, requiredChecks: [{ context: "ci", appId: null }] }),
    );
    await world.enqueue(cd, "ana", pull);
    await world.enqueue(cd, "ana", second);
    stage.requests();
    const [one, two] = world.queue(cd, "main");
    if (one === undefined || two === undefined) throw new Error("not queued");
    const branch = ({ baseOid, pull: { number } }: typeof one) =>
      `gh-readonly-queue/main/pr-${number}-${baseOid}`;
    return { one, two, first: branch(one), last: branch(two) };
  }

  test("holds all up to its own pull request, and their files", async () => {
    const { first, last, one, two } = await queued();
    expect(await group(first, one.headOid)).toEqual({
      base: "main",
      pulls: [1],
      files: [{ path: "a.md", previousPath: null }],
      filesComplete: true,
    });
    expect(await group(last, two.headOid)).toMatchObject({
      pulls: [1, 2],
      files: [{ path: "a.md" }, { path: "b.md" }],
    });
    expect(stage.requests()).toHaveLength(4);
  });

  test("is not known by another commit, another name, or without a queue", async () => {
    const { first, last, one, two } = await queued();
    expect(await group(last, one.headOid)).toBeNull();
    expect(await group(first, two.headOid)).toBeNull();
    expect(await group(last, "0".repeat(40))).toBeNull();
    expect(await group("topic", two.headOid)).toBeNull();
    expect(await group(last.replace("/main/", "/free/"), two.headOid)).toBeNull();
  });

  test("GitHub's own schema has the question", () => {
    expect(problemsOf(QUEUE_GROUP.text)).toEqual([]);
  });
});
