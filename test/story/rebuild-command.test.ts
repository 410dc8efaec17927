import { describe, expect, test } from "@jest/globals";
import type { Pull } from "../../sandbox/world/entities.ts";
import { ease, replies, say } from "../support/conversation.ts";
import type { Harbour } from "../support/harbour.ts";
import { ladderConfig, PRE, PROD } from "../support/ladder-story.ts";
import { ladderStories, promotion, pushed, talk } from "../support/pinned-story.ts";
import { CONFIG, commitsOf, DEV, IMAGE, overlay, V1, V2, V3 } from "../support/story.ts";

const { begin } = ladderStories();
const REBUILD = "/tagboat rebuild";

async function promoted(h: Harbour): Promise<Pull> {
  const pull = await talk(h);
  await say(h, "ben", pull, "/promote pre-prod");
  return promotion(h);
}

async function tip(h: Harbour): Promise<string> {
  return (await h.people.tip("main"))?.slice(0, 7) ?? "";
}

describe("/tagboat rebuild", () => {
  test("brings a proposal that merges to the newest base, by anybody who may command there", async () => {
    const h = await begin();
    const made = await promoted(h);
    await h.people.approve("ann", made);
    await pushed(h, "main", { [PROD]: overlay("0ld0-aaaaa") });
    await say(h, "ann", made, REBUILD);
    expect(replies(h, made)).toEqual([
      `Rebuilt on \`main\` at \`${await tip(h)}\`: \`pre-prod: app ${V1} → ${V2}\`. Approvals start again.`,
    ]);
    expect(made.body).toContain("asked for by `ben`");
    expect(await commitsOf(h, made)).toHaveLength(1);
  });

  test("where nothing is to be done says so", async () => {
    const h = await begin();
    const made = await promoted(h);
    const before = made.headOid;
    await say(h, "ben", made, REBUILD);
    expect(made.headOid).toBe(before);
    expect(replies(h, made)).toEqual([
      "Nothing to rebuild: it stands on the newest `main` and holds what it is to hold.",
    ]);
  });

  test("takes away what a person put on the branch, and names it", async () => {
    const h = await begin();
    const made = await promoted(h);
    const theirs = await h.people.gitPush("ann", made.headBranch, { [PRE]: overlay("evil-11111") });
    await ease(h);
    await pushed(h, "main", { [PROD]: overlay("0ld0-aaaaa") });
    await say(h, "ben", made, REBUILD);
    expect(await h.read(made.headBranch, PRE)).toBe(overlay(V2));
    expect(await commitsOf(h, made)).toHaveLength(1);
    const [reply, ...others] = replies(h, made);
    expect(others).toEqual([]);
    expect(reply).toContain(`Rebuilt on \`main\` at \`${await tip(h)}\``);
    expect(reply).toContain(`\`${theirs.slice(0, 12)}\` pushed with git`);
  });

  test("takes it away even where the base stands still", async () => {
    const h = await begin();
    const made = await promoted(h);
    await h.people.gitPush("ann", made.headBranch, { "notes.md": "by hand\n" });
    await ease(h);
    await say(h, "ben", made, REBUILD);
    expect(await commitsOf(h, made)).toHaveLength(1);
    expect(await h.read(made.headBranch, "notes.md")).toBeNull();
    expect(await h.read(made.headBranch, PRE)).toBe(overlay(V2));
  });

  test("proves nothing where no commit of ours is left", async () => {
    const h = await begin();
    const made = await promoted(h);
    await h.people.deleteBranch("ann", "topic");
    await h.people.branch("ann", "other");
    const theirs = await h.people.gitPush("ann", "other", { [PRE]: overlay("evil-11111") });
    const { headBranch, headOid } = made;
    await h.stage.world.updateRefs(h.repo, "ann", [
      { name: `refs/heads/${headBranch}`, before: headOid, after: theirs, force: true },
    ]);
    await ease(h);
    await say(h, "ben", made, REBUILD);
    expect(made.headOid).toBe(theirs);
    expect(replies(h, made).at(-1)).toContain("It cannot be made anew");
  });

  test("closes what the base holds already", async () => {
    const h = await begin();
    const made = await promoted(h);
    await h.people.gitPush("ann", made.headBranch, { "notes.md": "by hand\n" });
    await h.people.gitPush("ann", "main", { [PRE]: overlay(V2) });
    await ease(h);
    expect(made.state).toBe("open");
    await say(h, "ben", made, REBUILD);
    expect(made.state).toBe("closed");
    expect(replies(h, made)).toContain(
      "Nothing is left of it, so it is closed: `main` holds all of this already.",
    );
  });

  test("of a tracking proposal looks at its place again", async () => {
    const h = await begin();
    await h.push(IMAGE, V3, { created: "2026-11-22T07:00:00Z" });
    await ease(h);
    const made = promotion(h);
    await say(h, "ben", made, REBUILD);
    expect(replies(h, made)).toEqual([
      "`main` is looked at again, and this is rebuilt where it has to be.",
    ]);
    expect(await h.read(made.headBranch, DEV)).toBe(overlay(V3));
  });
});

describe("/tagboat rebuild is refused", () => {
  test.each([
    ["a pull request of a person", "talk", "This is no proposal of Tagboat's"],
    ["a merged one", "merged", "is merged."],
    ["a closed one", "closed", "is closed: write its command again."],
  ])("on %s", async (_name, which, words) => {
    const h = await begin();
    const made = await promoted(h);
    if (which === "merged") await h.people.merge("ann", made);
    if (which === "closed") await h.people.close("ann", made);
    await ease(h);
    const on = which === "talk" ? (h.open()[0] as Pull) : made;
    await say(h, "ben", on, REBUILD);
    expect(replies(h, on).at(-1)).toContain(words);
  });

  test("to a stranger, and to who may not command the environment", async () => {
    const h = await begin({
      [CONFIG]: ladderConfig({ pre: "    allow: { teams: [ops] }\n" }),
    });
    h.stage.world.addTeam("acme", "ops", ["ann"]);
    const pull = await talk(h);
    await say(h, "ann", pull, "/promote pre-prod");
    const made = promotion(h);
    const before = made.headOid;
    await pushed(h, "main", { [PROD]: overlay("0ld0-aaaaa") });
    await say(h, "cara", made, REBUILD);
    await say(h, "ben", made, REBUILD);
    expect(made.headOid).toBe(before);
    expect(replies(h, made)).toEqual([
      "`cara` may not `/rebuild` here: ask somebody with write in this repo.",
      "`ben` may not command `pre-prod` here: ask somebody with write who is in `ops`.",
    ]);
  });
});
