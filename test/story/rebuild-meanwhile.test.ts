import { describe, expect, test } from "@jest/globals";
import type { Pull } from "../../sandbox/world/entities.ts";
import { ease, replies, say } from "../support/conversation.ts";
import type { Harbour } from "../support/harbour.ts";
import { PRE } from "../support/ladder-story.ts";
import { ladderStories, promotion, pushed, talk } from "../support/pinned-story.ts";
import { commitsOf, DEV, ourBranches, overlay, V2, V3 } from "../support/story.ts";

const { begin } = ladderStories();
const V0 = "0ld0-aaaaa";

async function promoted(h: Harbour): Promise<Pull> {
  const pull = await talk(h);
  await say(h, "ben", pull, "/promote pre-prod");
  return promotion(h);
}

/** What happens between the look and the move of the head, as the base moves. */
async function whileRebuilt(h: Harbour, move: () => Promise<void>): Promise<void> {
  h.stage.faults.arm({ fault: { kind: "moved-head", move }, at: "updateRefs" });
  await pushed(h, "main", { [PRE]: overlay(V0) });
}

describe("while a promotion is rebuilt", () => {
  test("it is closed by a person: closed it stays, and nothing is said", async () => {
    const h = await begin();
    const made = await promoted(h);
    await whileRebuilt(h, () => h.people.close("ann", made));
    expect(made.state).toBe("closed");
    expect(made.mergedAt).toBeNull();
    expect(replies(h, made)).toEqual([]);
    expect(h.open()).toHaveLength(1);
    expect(await ourBranches(h)).toEqual([]);
  });

  test("a person pushes to its branch: that stays, and is named", async () => {
    const h = await begin();
    const made = await promoted(h);
    let theirs = "";
    await whileRebuilt(h, async () => {
      theirs = await h.people.gitPush("ann", made.headBranch, { "notes.md": "by hand\n" });
    });
    expect(made.headOid).toBe(theirs);
    expect(replies(h, made)).toEqual([
      expect.stringContaining(`(commit ${theirs.slice(0, 7)} is not ours)`),
    ]);
  });

  test("its branch is deleted: the host closes it, and nothing comes back", async () => {
    const h = await begin();
    const made = await promoted(h);
    await whileRebuilt(h, () => h.people.deleteBranch("ann", made.headBranch));
    expect(made.state).toBe("closed");
    // What it was built on is swept later.
    expect(await h.people.tip(made.headBranch)).toBeNull();
  });

  test("the base moves once more: it comes to the newest", async () => {
    const h = await begin();
    const made = await promoted(h);
    await whileRebuilt(h, async () => {
      await h.people.gitPush("ann", "main", { [PRE]: overlay("0ld0-bbbbb") });
    });
    await ease(h);
    const tip = (await h.people.tip("main")) ?? "";
    expect((await h.repo.store.readCommit(made.headOid))?.parents).toEqual([tip]);
    expect(await commitsOf(h, made)).toHaveLength(1);
    expect(await h.read(made.headBranch, PRE)).toBe(overlay(V2));
    expect(made.title).toBe(`pre-prod: app 0ld0-bbbbb → ${V2}`);
  });

  test("the answer of the move is lost: the approvals that it cost are told nevertheless", async () => {
    const h = await begin();
    const made = await promoted(h);
    await h.people.approve("ann", made);
    await ease(h);
    h.stage.faults.arm({ fault: { kind: "bad-gateway-after" }, at: "updateRefs" });
    await pushed(h, "main", { [PRE]: overlay(V0) });
    expect(await h.read(made.headBranch, PRE)).toBe(overlay(V2));
    expect(await commitsOf(h, made)).toHaveLength(1);
    expect(replies(h, made)).toEqual([expect.stringContaining("approvals start again.")]);
  });
});

test("one that was superseded is not rebuilt, and a rebuild of it is refused with words", async () => {
  const h = await begin();
  const made = await promoted(h);
  await pushed(h, "main", { [DEV]: overlay(V3) });
  await say(h, "ben", made, "/promote pre-prod");
  expect(made.state).toBe("closed");
  await pushed(h, "main", { [PRE]: overlay(V0) });
  await say(h, "ben", made, "/tagboat rebuild");
  expect(replies(h, made).at(-1)).toBe(`#${made.number} is closed: write its command again.`);
  expect(h.open()).toHaveLength(2);
});
