import { afterEach, describe, expect, test } from "@jest/globals";
import { checkOn } from "../support/ladder-story.ts";
import { begin, ladder, PRE, type Scene, type Setting } from "../support/scene.ts";
import { CONFIG, overlay, V1, V2 } from "../support/story.ts";

/** What is judged is judged by the config that stands, also where nobody told of it: the webhook of its push is late, or lost. */

const merges = "merge: approved";
const ONE = ladder({ pre: [merges] });
const TWO = ladder({ pre: [merges, "approvals: { count: 2 }"] });

let s: Scene;
afterEach(() => s.h.close());

async function scene(setting: Setting = {}): Promise<void> {
  s = await begin({ pre: [merges], ...setting });
}

/** Another config is in force, past all rules, and nothing told of it. */
async function tightenUnheard(): Promise<void> {
  const { people, repo } = s.h;
  await people.branch("ann", "two");
  const after = await people.gitPush("ann", "two", { [CONFIG]: TWO });
  const before = await people.tip("main");
  await repo.store.updateRefs([{ name: "refs/heads/main", before, after }]);
}

function titleOf(oid: string): string | null | undefined {
  return checkOn(s.h, oid)?.title;
}

describe("a config that asks for more, unheard of", () => {
  test("is what a pull request that loosens it is held against", async () => {
    await scene();
    await tightenUnheard();
    const back = await s.change("ben", "back", { [CONFIG]: ONE });
    expect(titleOf(back.headOid)).toBe("Waiting: config (advisory)");
  });

  test("is what approvals are counted by, and nothing is merged below it", async () => {
    await scene();
    await s.say("ben", "/promote pre-prod");
    const made = s.ours();
    await tightenUnheard();
    await s.approve("ann", made);
    expect([made.state, titleOf(made.headOid)]).toEqual(["open", "Waiting: approvals (advisory)"]);
    expect(await s.h.read("main", PRE)).toBe(overlay(V1));
    await s.approve("erin", made);
    expect(await s.h.read("main", PRE)).toBe(overlay(V2));
  });

  test("keeps the App from merging also where it comes between the verdict and the merge", async () => {
    await scene();
    await s.say("ben", "/promote pre-prod");
    const made = s.ours();
    s.meanwhile("PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}", tightenUnheard);
    await s.approve("ann", made);
    expect(s.h.stage.faults.fired.get("moved-head")).toBe(1);
    expect(await s.h.read("main", CONFIG)).toBe(TWO);
    expect(made.state).toBe("open");
  });

  test("is what a group of the merge queue is held against", async () => {
    await scene({ rules: { checks: ["ci"], queue: true } });
    await s.say("ben", "/promote pre-prod");
    const made = s.ours();
    await s.h.people.check(made.headOid, "ci", "success");
    await s.approve("ann", made);
    const [entry] = s.h.stage.world.queue(s.h.repo, "main");
    const group = entry?.headOid ?? "";
    expect(titleOf(group)).toBe("May merge");
    await tightenUnheard();
    await s.hook("merge_group", {});
    expect(titleOf(group)).toBe("Waiting: approvals");
  });
});
