import { describe, expect, test } from "@jest/globals";
import type { Pull } from "../../sandbox/world/entities.ts";
import { check, ease, replies, say } from "../support/conversation.ts";
import type { Harbour } from "../support/harbour.ts";
import { ladderConfig, PRE, PROD } from "../support/ladder-story.ts";
import { ladderStories, promotion, pushed, talk } from "../support/pinned-story.ts";
import { CONFIG, commitsOf, overlay, V1, V2, V3, V4 } from "../support/story.ts";

const { begin } = ladderStories();

/** ben's promotion of V2 to pre-prod, where V1 is. */
async function promoted(h: Harbour): Promise<Pull> {
  const pull = await talk(h);
  await say(h, "ben", pull, "/promote pre-prod");
  return promotion(h);
}

const V0 = "0ld0-aaaaa";

describe("the base moves under a promotion", () => {
  test("its entry changed: it is rebuilt in place for the same requester, and nobody is disturbed", async () => {
    const h = await begin();
    const made = await promoted(h);
    const before = made.headOid;
    await pushed(h, "main", { [PRE]: overlay(V0) });
    expect(made.state).toBe("open");
    expect(made.headOid).not.toBe(before);
    expect(await h.read(made.headBranch, PRE)).toBe(overlay(V2));
    expect(await commitsOf(h, made)).toHaveLength(1);
    expect(made.title).toBe(`pre-prod: app ${V0} → ${V2}`);
    expect(made.body).toContain("asked for by `ben`");
    expect(replies(h, made)).toEqual([]);
    await h.people.approve("ben", made);
    await ease(h);
    expect(check(h, made)).toMatchObject({ conclusion: "failure" });
    await h.people.approve("ann", made);
    await ease(h);
    expect(check(h, made)).toMatchObject({ conclusion: "success" });
  });

  test("approvals start again, which one comment says", async () => {
    const h = await begin();
    const made = await promoted(h);
    await h.people.approve("ann", made);
    await ease(h);
    await pushed(h, "main", { [PRE]: overlay(V0) });
    const tip = (await h.people.tip("main"))?.slice(0, 7);
    expect(replies(h, made)).toEqual([
      `Rebuilt on \`main\` at \`${tip}\`, since it was in conflict with it: approvals start again.`,
    ]);
    expect(made.body).toContain("The commit was rebuilt: approvals start again.");
    expect(check(h, made)).toMatchObject({ conclusion: "failure" });
  });

  test("the file changed elsewhere: untouched while it merges", async () => {
    const h = await begin();
    const made = await promoted(h);
    const before = made.headOid;
    await h.people.approve("ann", made);
    await pushed(h, "main", { [PRE]: overlay(V1).replace("dev", "pre-prod") });
    expect(made.headOid).toBe(before);
    expect(replies(h, made)).toEqual([]);
    expect(check(h, made)).toMatchObject({ conclusion: "success" });
  });

  test("it holds what is proposed: closed, with words, and the branch is gone", async () => {
    const h = await begin();
    const made = await promoted(h);
    await pushed(h, "main", { [PRE]: overlay(V2) });
    expect(made.state).toBe("closed");
    expect(replies(h, made)).toEqual(["Closed: `main` holds all of this already."]);
    expect(await h.people.tip(made.headBranch)).toBeNull();
  });

  test("it holds something newer: closed, since nothing goes backwards without a rollback", async () => {
    const h = await begin();
    const made = await promoted(h);
    await pushed(h, "main", { [PRE]: overlay(V3) });
    expect(made.state).toBe("closed");
    expect(replies(h, made)).toEqual([
      `Closed: \`${PRE}\` on \`main\` holds \`${V3}\` by now, which is newer than \`${V2}\`.`,
    ]);
  });

  test("it has no entry for it any more: closed, with words", async () => {
    const h = await begin();
    const made = await promoted(h);
    await pushed(h, "main", { [PRE]: "resources:\n- ../../base\n" });
    expect(made.state).toBe("closed");
    expect(replies(h, made)).toEqual([
      `Closed: \`${PRE}\` on \`main\` has no place for \`quay.io/acme/app\` any more.`,
    ]);
  });

  test("a person's commit is on its branch: never overwritten, which is said once", async () => {
    const h = await begin();
    const made = await promoted(h);
    const theirs = await h.people.gitPush("ann", made.headBranch, { "notes.md": "by hand\n" });
    await ease(h);
    await pushed(h, "main", { [PRE]: overlay(V0) });
    await pushed(h, "main", { [PRE]: overlay(V4) });
    expect(made.headOid).toBe(theirs);
    expect(replies(h, made)).toEqual([
      `It is in conflict with \`main\`, and its branch carries others' work (commit ${theirs.slice(0, 7)} is not ours): mend it there, or \`/tagboat rebuild\` makes it anew without that.`,
    ]);
  });

  test("where only up-to-date heads merge, it follows the base", async () => {
    const h = await begin();
    const made = await promoted(h);
    await h.people.gitPush("ann", "main", { [PROD]: overlay(V0) });
    h.repo.rulesets.push({
      id: 1,
      name: "main",
      branches: ["main"],
      pullRequest: null,
      requiredChecks: [{ context: "other", appId: null }],
      upToDate: true,
      linearHistory: false,
      mergeQueue: false,
    });
    await ease(h);
    const tip = (await h.people.tip("main")) ?? "";
    expect((await h.repo.store.readCommit(made.headOid))?.parents).toEqual([tip]);
    expect(replies(h, made)).toEqual([]);
  });

  test("a rollback is rebuilt as well: it goes back from whatever is there", async () => {
    const h = await begin();
    const made = await promoted(h);
    await h.people.merge("ann", made);
    await ease(h);
    await say(h, "ben", made, '/rollback pre-prod --reason "it leaks"');
    const back = promotion(h);
    await pushed(h, "main", { [PRE]: overlay(V3) });
    expect(back.state).toBe("open");
    expect(back.title).toBe(`Roll back pre-prod: app ${V3} → ${V1}`);
    expect(back.body).toContain("Reason: `it leaks`.");
    expect(await h.read(back.headBranch, PRE)).toBe(overlay(V1));
    await h.people.approve("ann", back);
    await ease(h);
    expect(check(h, back)).toMatchObject({ conclusion: "success" });
  });

  test("`mode: observe` writes nothing", async () => {
    const h = await begin();
    const made = await promoted(h);
    const before = made.headOid;
    await pushed(h, "main", { [CONFIG]: `${ladderConfig()}mode: observe\n`, [PRE]: overlay(V0) });
    expect(made.headOid).toBe(before);
    expect(made.state).toBe("open");
  });
});
