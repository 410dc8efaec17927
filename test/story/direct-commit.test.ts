import { describe, expect, test } from "@jest/globals";
import {
  arrive,
  CONFIG,
  configText,
  DEV,
  ourBranches,
  overlay,
  stories,
  V1,
  V2,
  V3,
} from "../support/story.ts";

const { start } = stories();
const direct = { [CONFIG]: configText(["delivery: commit"]) };

describe("`delivery: commit`", () => {
  test("commits to the base itself, by the App, with its trailers, and opens nothing", async () => {
    const h = await start(direct);
    const before = await h.people.tip("main");
    const [outcome] = await arrive(h, V2);
    const oid = (await h.people.tip("main")) ?? "";
    expect(outcome).toMatchObject({ kind: "committed", oid });
    const commit = await h.repo.store.readCommit(oid);
    expect(commit?.parents).toEqual([before]);
    expect(commit?.message).toMatch(
      /^dev: app 6322-rbbs9 → bf76-qqxrq\n\n[\s\S]*\nTagboat-Signature: v1\./,
    );
    expect(await h.read("main", DEV)).toBe(overlay(V2));
    expect([h.open(), await ourBranches(h)]).toEqual([[], []]);
  });

  test("goes on from a base that moved in between", async () => {
    const h = await start(direct);
    await arrive(h, V2);
    await h.people.gitPush("ann", "main", { "README.md": "# CD\n" });
    expect(await arrive(h, V3)).toMatchObject([{ kind: "committed" }]);
    expect(await h.read("main", "README.md")).toBe("# CD\n");
    expect(await arrive(h, V2)).toMatchObject([{ kind: "skipped", reason: "older" }]);
    expect(await arrive(h, V3)).toMatchObject([{ kind: "skipped", reason: "up-to-date" }]);
  });

  test("is refused without an order on either side: nobody would review it", async () => {
    const h = await start(direct);
    h.registry.put("quay.io/acme/app", V1, { created: null });
    const delivery = await h.push("quay.io/acme/app", V2, { created: null });
    await h.settle();
    expect(await h.outcomesOf(delivery)).toMatchObject([
      { kind: "refused", reason: "order-unknown" },
    ]);
    expect(await h.read("main", DEV)).toBe(overlay(V1));
    expect(await h.inbox.nextDue()).toBeNull();
  });

  test("is refused by a protected base, which is told and not tried for ever", async () => {
    const h = await start(direct);
    h.repo.rulesets.push({
      id: 1,
      name: "protect",
      branches: ["~DEFAULT_BRANCH"],
      pullRequest: { approvals: 1, dismissStale: true },
      requiredChecks: [],
      upToDate: false,
      linearHistory: false,
      mergeQueue: false,
    });
    const delivery = await h.push("quay.io/acme/app", V2, { created: "2026-11-21T10:00:00Z" });
    await h.settleFor(6 * 3_600_000);
    expect(await h.read("main", DEV)).toBe(overlay(V1));
    expect(await h.inbox.nextDue()).toBeNull();
    expect(await h.outcomesOf(delivery)).toMatchObject([
      { kind: "refused", reason: "base-protected" },
    ]);
  });
});
