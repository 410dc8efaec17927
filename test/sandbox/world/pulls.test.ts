import { describe, expect, test } from "@jest/globals";
import { seededWorld } from "./seeded-world.ts";

describe("opening", () => {
  test.each([
    [
      "the same head and base again",
      "topic",
      "main",
      "A pull request already exists for acme:topic.",
    ],
    ["nothing between", "even", "main", "No commits between main and even"],
    [
      "no head",
      "ghost",
      "main",
      "Head sha can't be blank, Base sha can't be blank, No commits between main and ghost, Head ref must be a branch",
    ],
    [
      "no base",
      "topic",
      "ghost",
      "Base sha can't be blank, No commits between ghost and topic, Base ref must be a branch",
    ],
  ])("refuses: %s", async (_, branch, base, message) => {
    const { world, repo, proposal, branch: make } = await seededWorld();
    await proposal("topic");
    await make("even");
    const wanted = { title: "Again", body: "", head: { repo, branch }, base, draft: false };
    await expect(world.openPull(repo, "wim", wanted)).rejects.toMatchObject({
      status: 422,
      type: "UNPROCESSABLE",
      message,
    });
    expect(world.pulls(repo)).toHaveLength(1);
  });

  test("numbers, heads and node ids are the host's own", async () => {
    const { world, repo, tip, proposal } = await seededWorld();
    const pull = await proposal("topic");
    expect(pull).toMatchObject({ number: 1, headOid: await tip("topic"), author: "wim" });
    expect(await repo.store.readRef("refs/pull/1/head")).toBe(pull.headOid);
    expect(pull.nodeId).toMatch(/^PR_[\w-]+$/);
    expect(world.node(pull.nodeId)).toEqual({ type: "PullRequest", value: pull });
    expect(world.node(`${pull.nodeId}x`)).toBeNull();
  });

  test("a fork's branch can be opened, and its objects stay readable in the base repo", async () => {
    const { world, repo } = await seededWorld();
    const fork = await world.fork(repo, "rita");
    const expectedHead = (await fork.store.readRef("refs/heads/main")) ?? "";
    const oid = await world.commitOnBranch(fork, "rita", {
      branch: "main",
      expectedHead,
      message: "From afar",
      additions: [{ path: "b.yaml", content: Buffer.from("b\n") }],
      deletions: [],
    });
    const head = { repo: fork, branch: "main" };
    const wanted = { title: "Afar", body: "", head, base: "main", draft: false };
    const pull = await world.openPull(repo, "rita", wanted);
    expect(pull.headOid).toBe(oid);
    expect(await repo.store.typeOf(oid)).toBe("commit");
  });
});

describe("what happens to a pull request when refs move", () => {
  test("a push to its head is told as synchronize", async () => {
    const { told, proposal, commit } = await seededWorld();
    const pull = await proposal("topic");
    told.length = 0;
    const oid = await commit("topic", { "env/a.yaml": "tag: 3\n" });
    expect(pull.headOid).toBe(oid);
    expect(told).toEqual(["push refs/heads/topic", "pull_request synchronize #1"]);
  });

  test("a head that is moved to its base closes it for good", async () => {
    const { world, repo, told, tip, proposal, commit } = await seededWorld();
    const pull = await proposal("topic");
    told.length = 0;
    const after = await tip("main");
    await world.updateRefs(repo, "wim", [{ name: "refs/heads/topic", after, force: true }]);
    expect(pull).toMatchObject({ state: "closed", mergedAt: null, closedBy: "wim" });
    expect(told).toEqual([
      "push refs/heads/topic forced",
      "pull_request synchronize #1",
      "pull_request closed #1",
    ]);
    await commit("topic", { "env/a.yaml": "tag: 4\n" });
    await expect(world.reopenPull(repo, "wim", pull)).rejects.toThrow(
      "state cannot be changed. The topic branch was force-pushed or recreated.",
    );
  });

  test("a head that its base takes in is merged", async () => {
    const { world, repo, proposal, tip } = await seededWorld();
    const pull = await proposal("topic");
    await world.updateRefs(repo, "olga", [{ name: "refs/heads/main", after: await tip("topic") }]);
    expect(pull).toMatchObject({ state: "closed", mergedBy: "olga", closedForGood: false });
  });

  test("head and base moved to the same new commit in one push: merged", async () => {
    const { world, repo, proposal, commit, tip } = await seededWorld();
    const pull = await proposal("topic");
    const [topic, main] = [await tip("topic"), await tip("main")];
    await world.updateRefs(repo, "wim", [{ name: "refs/heads/tmp", before: null, after: topic }]);
    const after = await commit("tmp", { "c.yaml": "c\n" });
    await world.updateRefs(repo, "wim", [
      { name: "refs/heads/topic", before: topic, after },
      { name: "refs/heads/main", before: main, after },
    ]);
    expect(pull).toMatchObject({ state: "closed", mergedBy: "wim", headOid: after });
  });

  test("deleting the head branch closes it; restoring the branch allows reopening", async () => {
    const { world, repo, proposal } = await seededWorld();
    const pull = await proposal("topic");
    const name = "refs/heads/topic";
    await world.updateRefs(repo, "wim", [{ name, after: null }]);
    expect(pull).toMatchObject({ state: "closed", headDeleted: true });
    expect(await repo.store.readCommit(pull.headOid)).not.toBeNull();
    await expect(world.reopenPull(repo, "wim", pull)).rejects.toThrow(
      "state cannot be changed. The topic branch has been deleted.",
    );
    await world.updateRefs(repo, "wim", [{ name, before: null, after: pull.headOid }]);
    await world.reopenPull(repo, "wim", pull);
    expect(pull).toMatchObject({ state: "open", headDeleted: false, closedAt: null });
  });
});

test("the base can be changed to a branch that the head is ahead of, and to no other", async () => {
  const { world, repo, proposal, branch, commit } = await seededWorld();
  const pull = await proposal("topic");
  await branch("production");
  await commit("topic", { "b.yaml": "b\n" });
  await branch("ahead", "topic");
  await expect(world.editPull(repo, "wim", pull, { base: "ghost" })).rejects.toThrow(
    "Proposed base branch 'ghost' was not found",
  );
  await expect(world.editPull(repo, "wim", pull, { base: "ahead" })).rejects.toThrow(
    "There are no new commits between base branch 'ahead' and head branch 'topic'",
  );
  await world.editPull(repo, "wim", pull, { base: "production", title: "For production" });
  expect(pull).toMatchObject({ baseBranch: "production", title: "For production" });
});

test("two that open the same pull request at once: one does", async () => {
  const { world, repo, branch, commit } = await seededWorld();
  await branch("topic");
  await commit("topic", { "b.yaml": "b\n" });
  const head = { repo, branch: "topic" };
  const wanted = { title: "Same", body: "", head, base: "main", draft: false };
  const results = await Promise.allSettled([
    world.openPull(repo, "wim", wanted),
    world.openPull(repo, "wanda", wanted),
  ]);
  expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected"]);
  expect(world.pulls(repo)).toHaveLength(1);
});
