import { describe, expect, test } from "@jest/globals";
import { ease, replies, say } from "../support/conversation.ts";
import type { Harbour } from "../support/harbour.ts";
import { PRE } from "../support/ladder-story.ts";
import { ladderStories, promotion, pushed, talk } from "../support/pinned-story.ts";
import { DEV, overlay, V1, V2, V3 } from "../support/story.ts";

/** What people are told before anything is done, and of what is passed over. */

const { begin } = ladderStories();
const PLAN = "/tagboat plan promote pre-prod";
const STEP = `\`pre-prod: app ${V1} → ${V2}\`, changing \`${PRE}\`.`;

async function asked(h: Harbour, login: string, command: string): Promise<string> {
  const pull = h.open().find(({ author }) => author === "ann") ?? (await talk(h));
  await say(h, login, pull, command);
  return replies(h, pull).at(-1) ?? "";
}

describe("a plan", () => {
  test("of what is not there yet would open it", async () => {
    const h = await begin();
    expect(await asked(h, "ben", PLAN)).toBe(`It would open a pull request: ${STEP}`);
  });

  test("of what is open already says where", async () => {
    const h = await begin();
    await asked(h, "ben", "/promote pre-prod");
    const made = promotion(h);
    const before = made.headOid;
    expect(await asked(h, "ann", PLAN)).toBe(`It is open already: #${made.number}, ${STEP}`);
    expect(made.headOid).toBe(before);
  });

  test("of what is open in conflict says that it would be built anew", async () => {
    const h = await begin();
    await asked(h, "ben", "/promote pre-prod");
    const made = promotion(h);
    const before = made.headOid;
    const texts = { [PRE]: `${overlay(V1).replace(V1, "6322-other")}# more\n` };
    // Before the push is told to anybody, which would mend it.
    const move = async () => void (await h.people.gitPush("ann", "main", texts));
    h.stage.faults.arm({ fault: { kind: "moved-head", move }, at: "collaborators" });
    const heads: string[] = [];
    h.stage.world.on((event) => {
      if (event.kind === "issue_comment" && event.actor === h.app.bot.login)
        heads.push(made.headOid);
    });
    const reply = await asked(h, "ann", PLAN);
    expect(reply).toBe(
      `It is open already: #${made.number}, and would be built anew on the base as it is now, for which approvals start again: ${STEP.replace(V1, "6322-other")}`,
    );
    expect(heads[0]).toBe(before);
  });

  test("of what a person works on says so", async () => {
    const h = await begin();
    await asked(h, "ben", "/promote pre-prod");
    const made = promotion(h);
    await h.people.gitPush("ann", made.headBranch, { "notes.md": "mine\n" });
    await ease(h);
    expect(await asked(h, "ben", PLAN)).toContain("carries a person's work");
  });

  test("of what is held tells by whom", async () => {
    const h = await begin();
    await asked(h, "ann", '/tagboat hold pre-prod --reason "a demo"');
    expect(await asked(h, "ben", PLAN)).toBe(
      `It would open a pull request: ${STEP} Not now: \`pre-prod\` is held by \`ann\`: a demo. \`/tagboat unhold\` lifts it.`,
    );
    expect(h.open()).toHaveLength(1);
  });
});

describe("after a rollback", () => {
  const BANNED = (version: string) =>
    `Passed over: \`${version}\` was banned by \`ben\` (rolled back): \`/tagboat unban\` lifts it.`;

  /** dev held V1, V2 and then the newest; that came to pre-prod, and went back. */
  async function rolledBack(newest: string): Promise<Harbour> {
    const h = await begin({ [DEV]: overlay(V1) });
    for (const version of new Set([V2, newest]))
      await pushed(h, "main", { [DEV]: overlay(version) });
    await asked(h, "ben", "/promote pre-prod");
    await h.people.merge("ann", promotion(h));
    await ease(h);
    await asked(h, "ben", "/rollback pre-prod");
    await h.people.merge("ann", promotion(h));
    await ease(h);
    return h;
  }

  test("a promotion of what came before it tells what it passes over", async () => {
    const h = await rolledBack(V3);
    const reply = await asked(h, "ben", "/promote pre-prod");
    const made = promotion(h);
    expect(made.title).toBe(`pre-prod: app ${V1} → ${V2}`);
    expect(reply).toContain(BANNED(V3));
    expect(made.body).toContain(BANNED(V3));
  });

  test("where nothing else is left, that is why", async () => {
    const h = await rolledBack(V2);
    expect(await asked(h, "ben", "/promote pre-prod")).toBe(
      `\`pre-prod\` holds \`${V1}\` already: nothing newer comes from \`dev\`. ${BANNED(V2)}`,
    );
    expect(await asked(h, "ben", `/promote pre-prod to ${V2}`)).toContain(
      `\`${V2}\` was banned by \`ben\``,
    );
  });
});
