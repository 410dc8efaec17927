import { describe, expect, test } from "@jest/globals";
import type { WantedUpdate } from "../../../sandbox/world/refs.ts";
import { ruleset, type Seeded, seededWorld } from "./seeded-world.ts";

const nobody = "1".repeat(40);

describe("updateRefs", () => {
  const refused: [string, (s: Seeded) => Promise<WantedUpdate>, number, string, string][] = [
    [
      "a branch that is there",
      async (s) => ({ name: "refs/heads/topic", before: null, after: await s.tip("main") }),
      422,
      "UNPROCESSABLE",
      "Reference already exists",
    ],
    [
      "deleting one that is not",
      async () => ({ name: "refs/heads/ghost", after: null }),
      422,
      "UNPROCESSABLE",
      "Reference does not exist",
    ],
    [
      "a head that moved",
      async (s) => ({ name: "refs/heads/topic", before: nobody, after: await s.tip("main") }),
      409,
      "STALE_DATA",
      `Expected branch to point to "${nobody}" but it did not.  Pull and try again.`,
    ],
    [
      "going back without force",
      async (s) => ({ name: "refs/heads/topic", after: await s.tip("main") }),
      422,
      "UNPROCESSABLE",
      "Update is not a fast forward",
    ],
    [
      "an object that is not there",
      async () => ({ name: "refs/heads/new", before: null, after: nobody }),
      422,
      "UNPROCESSABLE",
      "Object does not exist",
    ],
    [
      "a name below another ref's",
      async (s) => ({ name: "refs/heads/topic/x", before: null, after: await s.tip("main") }),
      422,
      "UNPROCESSABLE",
      "Reference update failed",
    ],
    [
      "a name that is none",
      async (s) => ({ name: "refs/heads/a..b", before: null, after: await s.tip("main") }),
      422,
      "UNPROCESSABLE",
      "refs/heads/a..b is not a valid ref name.",
    ],
    [
      "the heads of pull requests",
      async (s) => ({ name: "refs/pull/1/head", after: await s.tip("main") }),
      422,
      "UNPROCESSABLE",
      "Reference cannot be updated",
    ],
  ];

  test.each(refused)("refuses: %s", async (_, wanted, status, type, message) => {
    const seeded = await seededWorld();
    await seeded.proposal("topic");
    const before = await seeded.repo.store.refs();
    const update = seeded.world.updateRefs(seeded.repo, "wim", [await wanted(seeded)]);
    await expect(update).rejects.toMatchObject({ status, type, message });
    expect(await seeded.repo.store.refs()).toEqual(before);
  });

  test("is all or nothing", async () => {
    const { world, repo, tip } = await seededWorld();
    const after = await tip("main");
    const update = world.updateRefs(repo, "wim", [
      { name: "refs/heads/one", before: null, after },
      { name: "refs/heads/main", before: null, after },
    ]);
    await expect(update).rejects.toThrow("Reference already exists");
    expect(await repo.store.readRef("refs/heads/one")).toBeNull();
  });

  test("a branch whose rules want a pull request takes no commit past it", async () => {
    const { world, repo, tip, proposal } = await seededWorld();
    await proposal("topic");
    repo.rulesets.push(ruleset({ pullRequest: { approvals: 1, dismissStale: false } }));
    const after = await tip("topic");
    await expect(
      world.updateRefs(repo, "wim", [{ name: "refs/heads/main", after }]),
    ).rejects.toThrow("Repository rule violations found\n\nChanges must be made through a pull");
  });
});

describe("commitOnBranch", () => {
  const change = { message: "Change", additions: [], deletions: ["env/a.yaml"] };

  test("says what GitHub says when the head moved or the branch is missing", async () => {
    const { world, repo, tip } = await seededWorld();
    const stale = { ...change, branch: "main", expectedHead: nobody };
    await expect(world.commitOnBranch(repo, "wim", stale)).rejects.toMatchObject({
      type: "STALE_DATA",
      message: `Expected branch to point to "${nobody}" but it did not.  Pull and try again.`,
    });
    const missing = { ...change, branch: "ghost", expectedHead: await tip("main") };
    await expect(world.commitOnBranch(repo, "wim", missing)).rejects.toMatchObject({
      type: "BRANCH_NOT_FOUND",
      message: "Branch not found",
    });
  });

  test("the actor is the author, the host commits and signs", async () => {
    const { world, repo, app, bot, tip } = await seededWorld();
    const wanted = { ...change, branch: "main", expectedHead: await tip("main") };
    const oid = await world.commitOnBranch(repo, bot, wanted);
    expect(await repo.store.readCommit(oid)).toMatchObject({
      author: {
        name: "tagboat[bot]",
        email: `${app.bot.id}+tagboat[bot]@users.noreply.github.com`,
      },
      committer: { name: "GitHub", email: "noreply@github.com" },
      parents: [wanted.expectedHead],
    });
    expect(repo.signed.has(oid)).toBe(true);
    expect(repo.authors.get(oid)).toBe(bot);
  });

  test("two at once from the same head: one wins", async () => {
    const { world, repo, tip } = await seededWorld();
    const wanted = { ...change, branch: "main", expectedHead: await tip("main") };
    const results = await Promise.allSettled([
      world.commitOnBranch(repo, "wim", wanted),
      world.commitOnBranch(repo, "wanda", wanted),
    ]);
    expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected"]);
  });
});

test("an archived repo refuses every write", async () => {
  const { world, repo, tip, proposal } = await seededWorld();
  const pull = await proposal("topic");
  repo.archived = true;
  const after = await tip("main");
  const writes = [
    () => world.updateRefs(repo, "wim", [{ name: "refs/heads/x", before: null, after }]),
    () => world.comment(repo, "wim", pull, "hello"),
    () => world.closePull(repo, "wim", pull),
    () => world.mergePull(repo, "wim", pull, { method: "merge" }),
  ];
  for (const write of writes) {
    await expect(write()).rejects.toMatchObject({
      status: 403,
      message: "Repository was archived so is read-only.",
    });
  }
});

test("refs that git itself pushed are followed", async () => {
  const { world, repo, told, tip, proposal } = await seededWorld();
  const pull = await proposal("topic");
  const [before, after] = [pull.headOid, await tip("main")];
  const tag = { name: "refs/tags/v1", after };
  await repo.store.updateRefs([{ name: "refs/heads/topic", after: null }, tag]);
  told.length = 0;
  await world.pushed(repo, "wim", [
    { name: "refs/heads/topic", before, after: null },
    { ...tag, before: null },
  ]);
  expect(told).toEqual(["push refs/heads/topic", "push refs/tags/v1", "pull_request closed #1"]);
});
