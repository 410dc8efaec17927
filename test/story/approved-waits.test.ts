import { describe, expect, test } from "@jest/globals";
import type { Harbour } from "../support/harbour.ts";
import { arrive, IMAGE, onlyPull, stories, V1, V2, V3, V4 } from "../support/story.ts";

const { start } = stories();
const HOUR = 3_600_000;

/** A proposal of V2 that ann has approved, and V3 that came afterwards. */
async function waiting(): Promise<{ h: Harbour; delivery: string }> {
  const h = await start();
  await arrive(h, V2);
  await h.people.approve("ann", onlyPull(h));
  await h.settle();
  const delivery = await h.push(IMAGE, V3, { created: "2026-11-22T07:00:00Z" });
  await h.settle();
  return { h, delivery };
}

describe("while a proposal is approved", () => {
  test("the newer version waits and the body names it, once", async () => {
    const { h, delivery } = await waiting();
    const pull = onlyPull(h);
    expect(pull.title).toBe(`dev: app ${V1} → ${V2}`);
    expect(pull.body).toContain(
      `> Newer: \`${V3}\`. It waits because this one is approved, until this is merged or closed, a check fails, or 2026-11-23 09:00 UTC.`,
    );
    expect(await h.outcomesOf(delivery)).toEqual([]);
    h.stage.recorder.clear();
    await arrive(h, V3);
    expect(h.stage.recorder.counted().filter((r) => r.write)).toEqual([]);
    await arrive(h, V4);
    expect(onlyPull(h).body).toContain(`> Newer: \`${V4}\`.`);
    expect(onlyPull(h).body).not.toContain(`\`${V3}\``);
  });

  test("a failed check lets it in, and the body says that approvals start again", async () => {
    const { h, delivery } = await waiting();
    const { headOid } = onlyPull(h);
    await h.people.check(headOid, "lint", "success");
    await h.settle();
    expect(onlyPull(h).headOid).toBe(headOid);
    await h.people.check(headOid, "lint", "failure");
    await h.settle();
    const pull = onlyPull(h);
    expect(pull.title).toBe(`dev: app ${V1} → ${V3}`);
    expect(pull.body).toContain("> The commit was rebuilt: approvals start again.");
    expect(pull.body).not.toContain("Newer:");
    expect(await h.outcomesOf(delivery)).toMatchObject([{ kind: "proposed", action: "updated" }]);
  });

  test("24 hours let it in", async () => {
    const { h, delivery } = await waiting();
    await h.clock.advance(23 * HOUR);
    await h.settle();
    expect(onlyPull(h).title).toBe(`dev: app ${V1} → ${V2}`);
    await h.clock.advance(2 * HOUR);
    await h.settle();
    expect(onlyPull(h).title).toBe(`dev: app ${V1} → ${V3}`);
    expect(await h.outcomesOf(delivery)).toMatchObject([{ kind: "proposed", action: "updated" }]);
  });

  test("its merge lets it in, as a pull request of its own", async () => {
    const { h, delivery } = await waiting();
    await h.people.merge("ann", onlyPull(h));
    await h.settle();
    expect(onlyPull(h).title).toBe(`dev: app ${V2} → ${V3}`);
    expect(onlyPull(h).number).toBe(2);
    expect(await h.outcomesOf(delivery)).toMatchObject([{ kind: "proposed", action: "opened" }]);
  });

  test("a reviewer who asks for changes lets it in", async () => {
    const { h } = await waiting();
    await h.people.requestChanges("ben", onlyPull(h));
    await h.settle();
    expect(onlyPull(h).title).toBe(`dev: app ${V1} → ${V3}`);
  });

  test("closed unmerged, the waiting version is proposed and the closed one is not", async () => {
    const { h } = await waiting();
    await h.people.close("ann", onlyPull(h));
    await h.settle();
    expect(onlyPull(h).title).toBe(`dev: app ${V1} → ${V3}`);
  });
});
