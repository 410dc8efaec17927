import { describe, expect, test } from "@jest/globals";
import type { MergeMethod } from "../../../sandbox/world/entities.ts";
import { ruleset, type Seeded, seededWorld } from "./seeded-world.ts";

async function subjects(seeded: Seeded, limit: number): Promise<string[]> {
  const oids = await seeded.repo.store.log(await seeded.tip("main"), { limit });
  const commits = await Promise.all(oids.map((oid) => seeded.repo.store.readCommit(oid)));
  return commits.map((commit) => commit?.message.split("\n")[0] ?? "");
}

describe("the three methods", () => {
  const methods: [MergeMethod, string, string | undefined, boolean, string[]][] = [
    ["merge", "wanda", "wanda", true, ["Merge pull request #1 from acme/topic"]],
    ["squash", "wanda", "wim", true, ["Open topic (#1)", "Change z.yaml"]],
    ["rebase", "wanda", undefined, false, ["Change env/a.yaml", "Change z.yaml"]],
  ];

  test.each(methods)("%s", async (method, actor, author, signed, first) => {
    const seeded = await seededWorld();
    const { world, repo, told, tip, proposal, commit } = seeded;
    const pull = await proposal("topic");
    await commit("main", { "z.yaml": "z\n" });
    told.length = 0;
    const oid = await world.mergePull(repo, actor, pull, { method, expectedHead: pull.headOid });
    expect(await tip("main")).toBe(oid);
    expect(pull).toMatchObject({ state: "closed", mergedBy: actor, mergeOid: oid });
    expect(repo.authors.get(oid)).toBe(author);
    expect(repo.signed.has(oid)).toBe(signed);
    expect(await subjects(seeded, first.length)).toEqual(first);
    expect(told).toEqual(["push refs/heads/main", "pull_request closed #1"]);
    const files = await repo.store.diffTrees(
      null,
      (await repo.store.readCommit(oid))?.tree ?? null,
    );
    expect(files.map((file) => file.path)).toEqual(["env/a.yaml", "z.yaml"]);
  });
});

describe("what keeps a pull request from merging", () => {
  const bars: [string, (s: Seeded) => Promise<void>, number, string | RegExp, string][] = [
    [
      "a conflict",
      async (s) => void (await s.commit("main", { "env/a.yaml": "tag: 9\n" })),
      405,
      "Pull Request is not mergeable",
      "DIRTY",
    ],
    [
      "a draft",
      async ({ world, repo }) => {
        for (const pull of world.pulls(repo)) {
          await world.editPull(repo, "wim", pull, { draft: true });
        }
      },
      405,
      "Pull Request is still a draft",
      "DRAFT",
    ],
    [
      "approvals",
      async ({ repo }) => {
        repo.rulesets.push(ruleset({ pullRequest: { approvals: 2, dismissStale: false } }));
      },
      405,
      "Repository rule violations found\n\nAt least 2 approving reviews are required by reviewers with write access.",
      "BLOCKED",
    ],
    [
      "a required check that nobody reported",
      async ({ repo, app }) => {
        repo.rulesets.push(ruleset({ requiredChecks: [{ context: "ci", appId: app.id }] }));
      },
      405,
      'Repository rule violations found\n\nRequired status check "ci" is expected.',
      "BLOCKED",
    ],
    [
      "a base that moved on",
      async (s) => {
        await s.commit("main", { "z.yaml": "z\n" });
        s.repo.rulesets.push(ruleset({ upToDate: true }));
      },
      405,
      "Head branch is out of date. Review and try the merge again.",
      "BEHIND",
    ],
    [
      "a linear history",
      async ({ repo }) => void repo.rulesets.push(ruleset({ linearHistory: true })),
      405,
      "Merge commits are not allowed on this repository.",
      "CLEAN",
    ],
  ];

  test.each(bars)("%s", async (_, arrange, status, message, state) => {
    const seeded = await seededWorld();
    const { world, repo, tip, proposal } = seeded;
    const pull = await proposal("topic");
    await arrange(seeded);
    const before = await tip("main");
    expect(await world.mergeability(repo, pull)).toMatchObject({ state });
    const merge = world.mergePull(repo, "wanda", pull, { method: "merge" });
    await expect(merge).rejects.toMatchObject({ status, message });
    expect(await tip("main")).toBe(before);
  });

  test("a head that is not the expected one", async () => {
    const { world, repo, proposal, tip } = await seededWorld();
    const pull = await proposal("topic");
    const expectedHead = await tip("main");
    await expect(
      world.mergePull(repo, "wim", pull, { method: "merge", expectedHead }),
    ).rejects.toMatchObject({
      status: 409,
      message: "Head branch was modified. Review and try the merge again.",
    });
  });
});

describe("reviews", () => {
  test("nobody approves what is their own, and only people with write access count", async () => {
    const { world, repo, proposal } = await seededWorld();
    repo.rulesets.push(ruleset({ pullRequest: { approvals: 1, dismissStale: false } }));
    const pull = await proposal("topic");
    const approval = { state: "APPROVED", body: "" } as const;
    await expect(world.review(repo, "wim", pull, approval)).rejects.toThrow(
      "Can not approve your own pull request",
    );
    await world.review(repo, "rita", pull, approval);
    expect((await world.mergeability(repo, pull)).state).toBe("BLOCKED");
    await world.review(repo, "wanda", pull, approval);
    expect((await world.mergeability(repo, pull)).state).toBe("CLEAN");
    await world.review(repo, "olga", pull, { state: "CHANGES_REQUESTED", body: "No" });
    expect((await world.mergeability(repo, pull)).state).toBe("BLOCKED");
  });

  test.each([
    ["falls with a new change", { "env/a.yaml": "tag: 7\n" }, "DISMISSED"],
    ["stays when the change is the same", null, "APPROVED"],
  ])("under a rule against stale approvals, one %s", async (_, files, state) => {
    const { world, repo, tip, branch, proposal, commit } = await seededWorld();
    repo.rulesets.push(ruleset({ pullRequest: { approvals: 1, dismissStale: true } }));
    const pull = await proposal("topic");
    const review = await world.review(repo, "wanda", pull, { state: "APPROVED", body: "" });
    if (files !== null) await commit("topic", files);
    else {
      await branch("again");
      const after = await commit("again", { "env/a.yaml": "tag: 2\n" }, "olga");
      const before = await tip("topic");
      const name = "refs/heads/topic";
      await world.updateRefs(repo, "wim", [{ name, before, after, force: true }]);
    }
    expect(review.state).toBe(state);
  });
});

describe("auto-merge", () => {
  test("waits for what is required, then merges in the name of who asked", async () => {
    const { world, repo, app, told, proposal } = await seededWorld();
    repo.rulesets.push(ruleset({ requiredChecks: [{ context: "ci", appId: app.id }] }));
    const pull = await proposal("topic");
    await world.setAutoMerge(repo, "wanda", pull, "squash", {
      expectedHead: pull.headOid,
    });
    const other = world.addApp({ ...app, slug: "other" });
    const done = { name: "ci", headOid: pull.headOid, conclusion: "success" };
    await world.createCheck(repo, other, done);
    expect(pull.state).toBe("open");
    const check = await world.createCheck(repo, app, { name: "ci", headOid: pull.headOid });
    told.length = 0;
    await world.updateCheck(repo, app, check, { conclusion: "success" });
    expect(pull).toMatchObject({ state: "closed", mergedBy: "wanda", autoMerge: null });
    expect(told).toEqual(["check_run completed", "push refs/heads/main", "pull_request closed #1"]);
  });

  test("is refused when there is nothing to wait for", async () => {
    const { world, repo, proposal } = await seededWorld();
    const pull = await proposal("topic");
    await expect(world.setAutoMerge(repo, "wim", pull, "merge")).rejects.toThrow(
      "Pull request Pull request is in clean status",
    );
  });
});

describe("the merge queue", () => {
  async function queued() {
    const seeded = await seededWorld();
    const { world, repo, app, proposal } = seeded;
    const pull = await proposal("topic");
    const second = await proposal("second", { "z.yaml": "z\n" });
    repo.rulesets.push(
      ruleset({ mergeQueue: true, requiredChecks: [{ context: "ci", appId: null }] }),
    );
    for (const { headOid } of [pull, second]) {
      await world.createCheck(repo, app, { name: "ci", headOid, conclusion: "success" });
    }
    seeded.told.length = 0;
    await world.enqueue(repo, "wim", pull);
    await world.enqueue(repo, "wim", second);
    const groups = async () => [
      ...(await repo.store.refs("refs/heads/gh-readonly-queue/")).entries(),
    ];
    return { ...seeded, pull, second, groups };
  }

  test("asks for checks on a branch of its own and merges when they pass", async () => {
    const { world, repo, app, told, tip, pull, second, groups } = await queued();
    const main = await tip("main");
    const [first, next] = await groups();
    expect([first?.[0], next?.[0]].toSorted()).toEqual([
      `refs/heads/gh-readonly-queue/main/pr-1-${main}`,
      expect.stringMatching(/^refs\/heads\/gh-readonly-queue\/main\/pr-2-[0-9a-f]{40}$/),
    ]);
    expect(told.filter((line) => !line.startsWith("push"))).toEqual([
      "pull_request enqueued #1",
      "merge_group checks_requested",
      "pull_request enqueued #2",
      "merge_group checks_requested",
    ]);
    await expect(world.mergePull(repo, "wim", pull, { method: "merge" })).rejects.toThrow(
      "Changes must be made through the merge queue",
    );
    for (const [, headOid] of await groups()) {
      await world.createCheck(repo, app, { name: "ci", headOid, conclusion: "success" });
    }
    expect([pull.mergedBy, second.mergedBy]).toEqual([
      "github-merge-queue[bot]",
      "github-merge-queue[bot]",
    ]);
    expect(await groups()).toEqual([]);
  });

  test("a failed check takes one out and builds those behind it again", async () => {
    const { world, repo, app, told, tip, pull, second, groups } = await queued();
    const failed = (await groups()).find(([name]) => name.includes("/pr-1-"));
    told.length = 0;
    const headOid = failed?.[1] ?? "";
    await world.createCheck(repo, app, { name: "ci", headOid, conclusion: "failure" });
    expect(told).toContain("pull_request dequeued #1");
    expect(pull).toMatchObject({ state: "open", mergedAt: null });
    expect((await groups()).map(([name]) => name)).toEqual([
      `refs/heads/gh-readonly-queue/main/pr-2-${await tip("main")}`,
    ]);
    expect(second.state).toBe("open");
  });

  test("a push to the head takes it out", async () => {
    const { told, pull, commit, groups } = await queued();
    told.length = 0;
    await commit("topic", { "env/a.yaml": "tag: 8\n" });
    expect(told).toContain("pull_request dequeued #1");
    expect(pull.state).toBe("open");
    expect(await groups()).toHaveLength(1);
  });
});
