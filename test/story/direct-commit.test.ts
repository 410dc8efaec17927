import { describe, expect, test } from "@jest/globals";
import type { Harbour } from "../support/harbour.ts";
import {
  arrive,
  CONFIG,
  configText,
  DEV,
  IMAGE,
  ourBranches,
  overlay,
  stories,
  V1,
  V2,
  V3,
  V4,
} from "../support/story.ts";

const { start } = stories();
const direct = { [CONFIG]: configText(["delivery: commit"]) };

const minute = (n: number) => new Date(Date.UTC(2026, 10, 21, 8, n)).toISOString();

/** A reproducible build is pushed, of which the sender alone tells when. */
async function told(h: Harbour, tag: string, at: number, put = true) {
  if (put) h.registry.put(IMAGE, tag, { created: "1970-01-01T00:00:00Z" });
  const delivery = await h.deliver({
    body: JSON.stringify({ image: IMAGE, tag, at: minute(at) }),
  });
  await h.settle();
  return h.outcomesOf(delivery);
}

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

  test("knows from its own commits when a reproducible build was pushed, also below a person's changes", async () => {
    const h = await start(direct);
    expect(await told(h, V3, 3)).toMatchObject([{ kind: "committed" }]);
    for (const n of [1, 2, 3]) await h.commit("ann", "main", { [DEV]: `# ${n}\n${overlay(V3)}` });
    expect(await told(h, V2, 2)).toMatchObject([{ kind: "skipped", reason: "older" }]);
    expect(await told(h, V4, 4)).toMatchObject([{ kind: "committed" }]);
    expect(await h.read("main", DEV)).toBe(`# 3\n${overlay(V4)}`);
  });

  test("does not believe what a copy of its words says: nobody proved when that was pushed", async () => {
    const h = await start(direct);
    await told(h, V2, 2);
    const oid = (await h.people.tip("main")) ?? "";
    const { message = "" } = (await h.repo.store.readCommit(oid)) ?? {};
    expect(message).toContain(minute(2));
    // What stands there then is of no known time: a copy that dates it back would let older ones pass.
    const forged = message.replaceAll(V2, V3).replaceAll(minute(2), minute(1));
    await h.commit("ann", "main", { [DEV]: overlay(V3) }, forged);
    h.registry.put(IMAGE, V3, { created: null });
    expect(await told(h, V4, 4)).toMatchObject([{ kind: "refused", reason: "order-unknown" }]);
  });

  test("tells that a tag which it wrote without a digest names other content now", async () => {
    const h = await start(direct);
    await told(h, V2, 2);
    h.registry.put(IMAGE, V2, { created: null, digest: `sha256:${"22".repeat(32)}` });
    expect(await told(h, V2, 3, false)).toMatchObject([
      { kind: "skipped", reason: "tag-pushed-again" },
    ]);
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
