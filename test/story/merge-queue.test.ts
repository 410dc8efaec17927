import { describe, expect, test } from "@jest/globals";
import type { Pull } from "../../sandbox/world/entities.ts";
import { ruleset } from "../sandbox/world/seeded-world.ts";
import { approve, check, say } from "../support/conversation.ts";
import type { Harbour } from "../support/harbour.ts";
import { layouts } from "../support/layouts.ts";
import { patience } from "../support/patience.ts";
import { beginOn, onlyProposal, placeOf, proposals, talk } from "../support/promotion-steps.ts";
import { stories } from "../support/story.ts";

/** What happens between an open gate and the merge, where GitHub itself waits for more. */

const { start } = stories();
const [tidy] = layouts;
if (tidy === undefined) throw new Error("no layout");
const layout = tidy;
const GATE = "tagboat/promotion";

/** Approved, queued, and its group waits for `ci`. */
async function queued(): Promise<{
  h: Harbour;
  made: Pull;
  pull: Pull;
  group: () => Promise<string | null>;
}> {
  const h = await beginOn(start, layout, { second: ["merge: approved"] });
  const pull = await talk(h);
  const requiredChecks = [
    { context: GATE, appId: h.app.id },
    { context: "ci", appId: null },
  ];
  h.repo.rulesets.push(ruleset({ mergeQueue: true, requiredChecks }));
  await say(h, "ben", pull, `/promote ${placeOf(layout, 1)}`);
  const made = onlyProposal(h);
  await h.people.check(made.headOid, "ci", "success");
  await approve(h, "ann", made);
  const group = async () => {
    const refs = await h.repo.store.refs("refs/heads/gh-readonly-queue/");
    return [...refs.values()][0] ?? null;
  };
  return { h, made, pull, group };
}

async function ci(h: Harbour, oid: string | null, conclusion: "success" | "failure") {
  await h.people.check(oid ?? "", "ci", conclusion);
  await patience(h, 60_000);
}

function enqueues(h: Harbour): number {
  return h.stage.recorder.counted().filter(({ what }) => what === "enqueuePullRequest").length;
}

describe("in the merge queue", () => {
  test("it merges when its group has passed", async () => {
    const { group, h, made } = await queued();
    expect(made.state).toBe("open");
    await ci(h, await group(), "success");
    expect(made.mergedAt).not.toBeNull();
    expect(enqueues(h)).toBe(1);
  });

  test("it leaves when a gate closes, and comes back when that opens", async () => {
    const { group, h, made, pull } = await queued();
    const before = await group();
    await say(h, "ben", pull, `/tagboat hold ${placeOf(layout, 1)}`);
    expect(check(h, made)).toEqual({ conclusion: "failure", title: "Closed: hold" });
    expect(await group()).toBeNull();
    await ci(h, before, "success");
    expect(made.state).toBe("open");
    // Another second: the next group is another commit.
    await h.clock.advance(2_000);
    await say(h, "ben", pull, `/tagboat unhold ${placeOf(layout, 1)}`);
    await ci(h, await group(), "success");
    expect(made.mergedAt).not.toBeNull();
  });

  test("whose group failed is not queued again by us", async () => {
    const { group, h, made } = await queued();
    await ci(h, await group(), "failure");
    expect(await group()).toBeNull();
    expect(enqueues(h)).toBe(1);
    expect(made.state).toBe("open");
  });

  test("who takes it out has the last word", async () => {
    const { group, h, made } = await queued();
    await h.stage.world.dequeue(h.repo, "ann", made);
    await patience(h, 60_000);
    expect(await group()).toBeNull();
    expect(enqueues(h)).toBe(1);
  });
});

describe("under native auto-merge", () => {
  const guarded = async (merge: string, approvals: number) => {
    const lines = [`merge: ${merge}`, `approvals: { count: ${approvals} }`];
    const h = await beginOn(start, layout, { second: lines });
    h.repo.allowAutoMerge = true;
    const pull = await talk(h);
    const requiredChecks = [{ context: GATE, appId: h.app.id }];
    const pullRequest = { approvals: 1, dismissStale: true };
    h.repo.rulesets.push(ruleset({ pullRequest, requiredChecks }));
    await say(h, "ben", pull, `/promote ${placeOf(layout, 1)}`);
    return { h, made: onlyProposal(h), pull };
  };

  test("GitHub waits for its own rules, and merges", async () => {
    const { h, made } = await guarded("auto", 0);
    expect(made).toMatchObject({ state: "open", autoMerge: { by: h.app.bot.login } });
    await approve(h, "ann", made);
    expect(made.mergedAt).not.toBeNull();
    expect(await h.read("main", layout.steps[1].files[0] ?? "")).toContain(layout.tags[1]);
  });

  test("a gate that closes takes it back, and it comes again", async () => {
    const { h, made, pull } = await guarded("auto", 0);
    await say(h, "ben", pull, `/tagboat hold ${placeOf(layout, 1)}`);
    expect(made.autoMerge).toBeNull();
    await approve(h, "ann", made);
    expect(made.state).toBe("open");
    await say(h, "ben", pull, `/tagboat unhold ${placeOf(layout, 1)}`);
    expect(made.mergedAt).not.toBeNull();
  });

  test("who turns it off has the last word", async () => {
    const { h, made } = await guarded("auto", 0);
    await h.stage.world.setAutoMerge(h.repo, "ann", made, null);
    await approve(h, "ann", made);
    expect(made).toMatchObject({ state: "open", autoMerge: null });
  });

  test("where our check is not required GitHub is not left to merge", async () => {
    const { h, made } = await guarded("approved", 1);
    h.repo.rulesets.splice(0, 1, ruleset({ pullRequest: { approvals: 1, dismissStale: true } }));
    await approve(h, "ann", made);
    expect(made.mergedAt).not.toBeNull();
    const sent = h.stage.recorder.counted().map(({ what }) => what);
    expect(sent).not.toContain("enablePullRequestAutoMerge");
    expect(sent).toContain("PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge");
  });
});

describe("by ourselves", () => {
  test("exactly the head that was judged is merged", async () => {
    const h = await beginOn(start, layout, { second: ["merge: approved"] });
    await say(h, "ben", await talk(h), `/promote ${placeOf(layout, 1)}`);
    const made = onlyProposal(h);
    const move = async () =>
      void (await h.people.gitPush("ann", made.headBranch, { "x.md": "x\n" }));
    const at = "PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge";
    h.stage.faults.arm({ fault: { kind: "moved-head", move }, at });
    await approve(h, "ann", made);
    expect(h.stage.faults.fired.get("moved-head")).toBe(1);
    expect(made.state).toBe("open");
    expect(check(h, made)).toMatchObject({ conclusion: "failure" });
  });
});

test("one at a time on a base: what is approved together is merged one after the other", async () => {
  const [, , mono] = layouts;
  if (mono === undefined) throw new Error("no mono-repo");
  const h = await beginOn(start, mono, { second: ["merge: approved"] });
  const pull = await talk(h);
  const stock = "components/stock/staging/base/kustomization.yaml";
  const text = (await h.read("main", stock)) ?? "";
  const [old = ""] = /[0-9a-f]{40}/.exec(text) ?? [];
  const next = "7b".repeat(20);
  const image = mono.image.replace("orders", "stock");
  for (const [tag, created] of [
    [old, "2026-11-01T00:00:00Z"],
    [next, "2026-11-02T00:00:00Z"],
  ] as const)
    h.registry.put(image, tag, { created });
  h.registry.put(mono.image.replace("orders", "proxy"), "v1.1.0", {
    created: "2026-11-01T00:00:00Z",
  });
  await h.people.gitPush("ann", "main", { [stock]: text.replaceAll(old, next) });
  await patience(h, 60_000);
  await say(h, "ben", pull, "/promote pilot orders stock");
  const made = proposals(h);
  expect(made).toHaveLength(2);
  for (const one of made) await h.people.approve("ann", one);
  await patience(h, 60_000);
  expect(made.map(({ mergedAt }) => mergedAt === null)).toEqual([false, false]);
  const pilot = (name: string) => `components/${name}/production/cluster-1/kustomization.yaml`;
  expect(await h.read("main", pilot("orders"))).toContain(mono.tags[1]);
  expect(await h.read("main", pilot("stock"))).toContain(next);
});
