import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { MergeMethod, Pull } from "../../sandbox/world/entities.ts";
import {
  ENABLE_AUTO_MERGE,
  ENQUEUE,
  MERGE_STATE,
  STOP_MERGE,
} from "../../src/github/merge-pull.ts";
import { ForgeDenied } from "../../src/model/forge.ts";
import type { PullFacts } from "../../src/model/pulls.ts";
import { DEV } from "../contract/forge.contract.ts";
import { ruleset } from "../sandbox/world/seeded-world.ts";
import { problemsOf } from "./official-schema.ts";
import { HEAD, REPO } from "./samples.ts";
import { type SandboxStage, sandboxStage } from "./sandbox-stage.ts";
import { type Answer, scriptedHost } from "./scripted-host.ts";

test.each([MERGE_STATE, ENQUEUE, ENABLE_AUTO_MERGE, STOP_MERGE])(
  "$what is valid by GitHub's schema",
  ({ text }) => {
    expect(problemsOf(text)).toEqual([]);
  },
);

const GATE = "tagboat/promotion";

describe("over the sandbox", () => {
  let stage: SandboxStage;
  let pull: Pull;
  const facts = async (): Promise<PullFacts> => {
    const read = await stage.pulls.read(stage.repo, pull.number);
    if (read === null) throw new Error("gone");
    return read;
  };
  const merge = async (seen?: PullFacts) => {
    const wanted = seen ?? (await facts());
    stage.requests();
    return await stage.pulls.merge({
      repo: stage.repo,
      pull: wanted,
      title: "Promote app v2 to prod",
      message: "Tagboat-Kind: promotion",
    });
  };
  const tipCommit = async () => {
    const commit = await stage.cd.store.readCommit((await stage.tip("main")) ?? "");
    return { parents: commit?.parents.length, message: commit?.message };
  };
  const gate = () => ({
    requiredChecks: [{ context: GATE, appId: stage.app.id }],
  });
  const report = (oid: string) =>
    stage.world.createCheck(stage.cd, stage.app, {
      name: GATE,
      headOid: oid,
      conclusion: "success",
    });

  beforeEach(async () => {
    stage = await sandboxStage();
    const { world, cd, app } = stage;
    await stage.branch("topic", (await stage.tip("main")) ?? "");
    await stage.push("topic", { [DEV]: "images: []\n" });
    pull = await world.openPull(cd, app.bot.login, {
      title: "A topic",
      body: "With hidden state",
      head: { repo: cd, branch: "topic" },
      base: "main",
      draft: false,
    });
  });
  afterEach(() => stage.close());

  test("merges at once where nothing is awaited, in two requests", async () => {
    expect(await merge()).toEqual({ kind: "done", value: { kind: "merged" } });
    expect(stage.requests()).toEqual([
      "repository",
      "PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge",
    ]);
    expect(pull.mergedBy).toBe(stage.app.bot.login);
    expect(await tipCommit()).toEqual({
      parents: 2,
      message: "Promote app v2 to prod\n\nTagboat-Kind: promotion",
    });
  });

  test("merged is merged, however often it is asked", async () => {
    const seen = await facts();
    await merge(seen);
    expect(await merge(seen)).toEqual({ kind: "done", value: { kind: "merged" } });
  });

  test.each<readonly [string, readonly MergeMethod[], boolean, number, string]>([
    ["a linear history", ["merge", "squash", "rebase"], true, 1, "Promote app v2 to prod"],
    ["squash alone", ["squash"], false, 1, "Promote app v2 to prod"],
    ["rebase alone", ["rebase"], true, 1, "A person's work"],
  ])("a base that wants %s", async (_what, methods, linear, parents, headline) => {
    stage.cd.mergeMethods.clear();
    for (const method of methods) stage.cd.mergeMethods.add(method);
    stage.cd.rulesets.push(ruleset({ linearHistory: linear }));
    expect(await merge()).toEqual({ kind: "done", value: { kind: "merged" } });
    const tip = await tipCommit();
    expect({ parents: tip.parents, headline: tip.message?.split("\n")[0] }).toEqual({
      parents,
      headline,
    });
  });

  test("settings that leave no way are a refusal", async () => {
    stage.cd.mergeMethods.clear();
    stage.cd.mergeMethods.add("merge");
    stage.cd.rulesets.push(ruleset({ linearHistory: true }));
    expect(await merge()).toMatchObject({ value: { kind: "refused" } });
    expect(pull.state).toBe("open");
  });

  test("waits by auto-merge where our gate is required, with our words", async () => {
    stage.cd.rulesets.push(ruleset(gate()));
    expect(await merge()).toEqual({ kind: "done", value: { kind: "auto-merge" } });
    expect(stage.requests()).toEqual(["repository", "enablePullRequestAutoMerge"]);
    expect(await merge()).toEqual({ kind: "done", value: { kind: "auto-merge" } });
    expect(stage.requests()).toEqual(["repository"]);
    await report(pull.headOid);
    expect(pull.mergedAt).not.toBeNull();
    expect((await tipCommit()).message).toBe("Promote app v2 to prod\n\nTagboat-Kind: promotion");
  });

  test("never waits on rules that do not hold our gate: others would merge it", async () => {
    stage.cd.rulesets.push(ruleset({ requiredChecks: [{ context: "ci", appId: null }] }));
    expect(await merge()).toMatchObject({
      kind: "done",
      value: { kind: "refused", detail: "Repository rule violations found" },
    });
    expect(pull.autoMerge).toBeNull();
  });

  test("leaves it where somebody else took auto-merge back, until there is another head", async () => {
    stage.cd.rulesets.push(ruleset(gate()));
    await merge();
    await stage.world.setAutoMerge(stage.cd, "ana", pull, null);
    expect(await merge()).toMatchObject({
      value: { kind: "refused", detail: expect.stringContaining("for a person to say") },
    });
    expect(pull.autoMerge).toBeNull();
    await stage.push("topic", { [DEV]: "images: [] # again\n" });
    expect(await merge()).toEqual({ kind: "done", value: { kind: "auto-merge" } });
  });

  test("takes it up again after it took it back itself", async () => {
    stage.cd.rulesets.push(ruleset(gate()));
    await merge();
    await stage.pulls.stopMerge(stage.repo, await facts());
    expect(await merge()).toEqual({ kind: "done", value: { kind: "auto-merge" } });
  });

  test("takes auto-merge back; there being none is fine", async () => {
    stage.cd.rulesets.push(ruleset(gate()));
    await merge();
    const on = await facts();
    expect(on.autoMerge).toBe("on");
    const done = { kind: "done", value: null };
    expect(await stage.pulls.stopMerge(stage.repo, on)).toEqual(done);
    expect(pull.autoMerge).toBeNull();
    expect(await stage.pulls.stopMerge(stage.repo, on)).toEqual(done);
    stage.requests();
    expect(await stage.pulls.stopMerge(stage.repo, await facts())).toEqual(done);
    expect(stage.requests()).toHaveLength(2);
  });

  test("a base with a queue: enqueued, told so again, taken out, merged by the queue", async () => {
    stage.cd.rulesets.push(ruleset({ mergeQueue: true, ...gate() }));
    await report(pull.headOid);
    expect(await merge()).toEqual({ kind: "done", value: { kind: "queued" } });
    const queued = await facts();
    expect(queued.queue).toBe("queued");
    expect(await merge(queued)).toEqual({ kind: "done", value: { kind: "queued" } });
    await stage.pulls.stopMerge(stage.repo, queued);
    expect(await facts()).toMatchObject({ queue: "outside", state: "open" });
    expect(await stage.pulls.stopMerge(stage.repo, queued)).toEqual({ kind: "done", value: null });
    await merge();
    const [group] = (await stage.cd.store.refs("refs/heads/gh-readonly-queue/")).values();
    await report(group ?? "");
    expect(pull.mergedAt).not.toBeNull();
  });

  test("a queue that does not take it yet: when it is ready", async () => {
    stage.cd.rulesets.push(ruleset({ mergeQueue: true, ...gate() }));
    expect(await merge()).toEqual({ kind: "done", value: { kind: "auto-merge" } });
    await report(pull.headOid);
    expect((await facts()).queue).toBe("queued");
  });

  test.each<readonly [string, (seen: PullFacts) => Promise<unknown>]>([
    ["another head", () => stage.push("topic", { "README.md": "# more\n" })],
    [
      "another base",
      async () => {
        await stage.branch("production", (await stage.tip("main")) ?? "");
        await stage.world.editPull(stage.cd, "ana", pull, { base: "production" });
      },
    ],
    ["a draft", () => stage.world.editPull(stage.cd, "ana", pull, { draft: true })],
    ["closed", () => stage.closeAsPerson(pull.number)],
  ])("what has become %s since it was read is not merged", async (_what, change) => {
    const seen = await facts();
    await change(seen);
    expect(await merge(seen)).toMatchObject({ kind: "done", value: { kind: "refused" } });
    expect(pull.mergedAt).toBeNull();
    expect(stage.requests()).toEqual(["repository"]);
  });

  test("a head that moves in the very instant is not merged", async () => {
    stage.faults.arm({
      fault: {
        kind: "moved-head",
        move: async () => {
          await stage.push("topic", { "README.md": "# more\n" });
        },
      },
      at: "PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge",
    });
    expect(await merge()).toMatchObject({ kind: "done", value: { kind: "refused" } });
    expect(pull.mergedAt).toBeNull();
  });

  test("an answer that was lost is in doubt, and asked again it is merged", async () => {
    const seen = await facts();
    stage.faults.arm({
      fault: { kind: "reset-after" },
      at: "PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge",
    });
    expect(await merge(seen)).toMatchObject({ kind: "unsure" });
    expect(await merge(seen)).toEqual({ kind: "done", value: { kind: "merged" } });
  });

  test("a repo of another id is not touched", async () => {
    const seen = await facts();
    const repo = { ...stage.repo, id: 1 };
    const result = await stage.pulls.merge({ repo, pull: seen, title: "t", message: "m" });
    expect(result).toMatchObject({ value: { kind: "refused" } });
  });
});

describe("what GitHub may answer otherwise", () => {
  const rules = {
    rules: {
      nodes: [
        {
          type: "REQUIRED_STATUS_CHECKS",
          parameters: {
            strictRequiredStatusChecksPolicy: false,
            requiredStatusChecks: [{ context: GATE, integrationId: 7 }],
          },
        },
        { type: "PULL_REQUEST", parameters: { allowedMergeMethods: ["SQUASH", "MERGE"] } },
        { type: "PULL_REQUEST", parameters: { allowedMergeMethods: ["squash"] } },
        { type: "DELETION", parameters: null },
        null,
      ],
    },
    refUpdateRule: null,
  };
  const state = (change: object = {}): Answer => ({
    body: {
      data: {
        repository: {
          databaseId: REPO.id,
          autoMergeAllowed: true,
          mergeCommitAllowed: true,
          squashMergeAllowed: true,
          rebaseMergeAllowed: true,
          pullRequest: {
            state: "OPEN",
            isDraft: false,
            baseRefName: "main",
            headRefOid: HEAD,
            mergeStateStatus: "BLOCKED",
            autoMergeRequest: null,
            isMergeQueueEnabled: false,
            isInMergeQueue: false,
            baseRef: rules,
            head: { nodes: [{ commit: { committedDate: "2026-03-01T10:00:00Z" } }] },
            stopped: { nodes: [] },
            ...change,
          },
        },
      },
    },
  });
  const refused = (message: string, type = "UNPROCESSABLE"): Answer => ({
    body: { data: { done: null }, errors: [{ type, path: ["done"], message }] },
  });
  const merged: Answer = { body: { sha: "1", merged: true } };
  const seen = {
    number: 5,
    nodeId: "PR_5",
    head: { branch: "topic", oid: HEAD, sameRepo: true },
    base: { branch: "main", oid: HEAD },
    queue: "queued",
    autoMerge: "on",
  } as unknown as PullFacts;
  const wanted = { repo: REPO, pull: seen, title: "t", message: "m" };

  test.each(["clean", "unstable"])(
    "auto-merge that finds a %s pull request merges it, by the way that all rules allow",
    async (word) => {
      const host = scriptedHost([
        state(),
        refused(`Pull request Pull request is in ${word} status`),
        merged,
      ]);
      expect(await host.pulls.merge(wanted)).toEqual({ kind: "done", value: { kind: "merged" } });
      expect(host.seen[2]?.body).toEqual({
        sha: HEAD,
        merge_method: "squash",
        commit_title: "t",
        commit_message: "m",
      });
    },
  );

  test("another refusal of auto-merge is one", async () => {
    const host = scriptedHost([state(), refused("Auto merge is not allowed")]);
    expect(await host.pulls.merge(wanted)).toEqual({
      kind: "done",
      value: { kind: "refused", detail: "Auto merge is not allowed" },
    });
  });

  test("what the App may not do is denied", async () => {
    const forbidden = refused("Resource not accessible by integration", "FORBIDDEN");
    const merging = scriptedHost([state(), forbidden]);
    await expect(merging.pulls.merge(wanted)).rejects.toThrow(ForgeDenied);
    const stopping = scriptedHost([forbidden]);
    await expect(stopping.pulls.stopMerge(REPO, seen)).rejects.toThrow(ForgeDenied);
  });

  test("a base that moves in between is tried again, three times at most", async () => {
    const moved: Answer = {
      status: 405,
      body: { message: "Base branch was modified. Review and try the merge again." },
    };
    const clean = state({ mergeStateStatus: "CLEAN" });
    const later = scriptedHost([clean, moved, moved, merged]);
    expect(await later.pulls.merge(wanted)).toMatchObject({ value: { kind: "merged" } });
    const never = scriptedHost([clean, moved, moved, moved]);
    expect(await never.pulls.merge(wanted)).toMatchObject({ value: { kind: "refused" } });
    expect(never.slept).toEqual([1000, 1000]);
  });

  test.each<readonly [string, Answer]>([
    ["silence", { broken: "ECONNRESET" }],
    ["an empty answer", { body: { data: {} } }],
  ])("%s to auto-merge is in doubt", async (_what, answer) => {
    const host = scriptedHost([state(), answer]);
    expect(await host.pulls.merge(wanted)).toMatchObject({ kind: "unsure" });
  });

  test("a stop that fails for another reason is in doubt", async () => {
    const host = scriptedHost([refused("Something odd"), { broken: "ECONNRESET" }]);
    expect(await host.pulls.stopMerge(REPO, seen)).toMatchObject({ kind: "unsure" });
    expect(await host.pulls.stopMerge(REPO, seen)).toMatchObject({ kind: "unsure" });
  });
});
