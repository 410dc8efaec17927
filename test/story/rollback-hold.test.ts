import { describe, expect, test } from "@jest/globals";
import type { Pull } from "../../sandbox/world/entities.ts";
import { ease, replies, say } from "../support/conversation.ts";
import type { Harbour } from "../support/harbour.ts";
import { ladderConfig, PRE } from "../support/ladder-story.ts";
import { ladderStories, promotion, pushed, talk } from "../support/pinned-story.ts";
import { CONFIG, DEV, overlay, V1, V2, V3, V4 } from "../support/story.ts";

const { begin } = ladderStories();

/** V2 came to pre-prod and went back to V1; by ben, and merged. */
async function rolledBack(h: Harbour): Promise<Pull> {
  const pull = await talk(h);
  await say(h, "ben", pull, "/promote pre-prod");
  await h.people.merge("ann", promotion(h));
  await ease(h);
  await say(h, "ben", pull, "/rollback pre-prod");
  await h.people.merge("ann", promotion(h));
  await ease(h);
  return pull;
}

describe("a promotion of something newer", () => {
  test("lifts the hold of a rollback when it is merged, and says so before and after", async () => {
    const h = await begin();
    const pull = await rolledBack(h);
    await pushed(h, "main", { [DEV]: overlay(V3) });
    await say(h, "ann", pull, "/promote pre-prod");
    expect(replies(h, pull).at(-1)).toContain(
      "Merged, it lifts the hold of the rollback by `ben`.",
    );
    const made = promotion(h);
    expect(made.body).toContain("Merged, it lifts the hold of the rollback by `ben`.");
    expect([...made.labels]).toEqual([]);
    await h.people.merge("ben", made);
    await ease(h);
    expect(replies(h, made)).toEqual([
      "Merged. It lifts the hold of the rollback by `ben` on `pre-prod`. Next: `/promote prod` in a comment here.",
    ]);
    expect([...made.labels]).toEqual(["tagboat:hold"]);
    // Nothing is left that the next promotion would lift.
    await pushed(h, "main", { [DEV]: overlay(V4) });
    await say(h, "ann", pull, "/promote pre-prod");
    expect(replies(h, pull).at(-1)).not.toContain("lifts");
    expect(await h.read("main", PRE)).toBe(overlay(V3));
  });

  test("leaves the hold while it is open, and when it is closed", async () => {
    const h = await begin();
    const pull = await rolledBack(h);
    await pushed(h, "main", { [DEV]: overlay(V3) });
    await say(h, "ann", pull, "/promote pre-prod");
    await h.people.close("ann", promotion(h));
    await ease(h);
    await say(h, "ann", pull, "/promote pre-prod");
    expect(replies(h, pull).at(-1)).toContain("Merged, it lifts the hold");
  });

  test("lifts no hold of a person", async () => {
    const h = await begin();
    const pull = await rolledBack(h);
    await pushed(h, "main", { [DEV]: overlay(V3) });
    await say(h, "ann", pull, "/promote pre-prod");
    const made = promotion(h);
    await say(h, "ann", pull, '/tagboat hold pre-prod --reason "a demo"');
    await h.people.merge("ann", made);
    await ease(h);
    await pushed(h, "main", { [DEV]: overlay(V4) });
    await say(h, "ben", pull, "/promote pre-prod");
    expect(replies(h, pull).at(-1)).toContain("`pre-prod` is held by `ann`");
  });

  test("lifts it in the name of somebody who may still command there", async () => {
    const h = await begin({ [CONFIG]: ladderConfig({ pre: "    allow: { teams: [ops] }\n" }) });
    const team = h.stage.world.addTeam("acme", "ops", ["ben"]);
    const pull = await rolledBack(h);
    await pushed(h, "main", { [DEV]: overlay(V3) });
    await say(h, "ben", pull, "/promote pre-prod");
    const made = promotion(h);
    team.members.delete("ben");
    await h.people.merge("ann", made);
    await ease(h);
    expect(replies(h, made)).toEqual([
      "Merged. The hold of the rollback by `ben` stays, since `ben` may not command `pre-prod` any more: `/tagboat unhold pre-prod` lifts it. Next: `/promote prod` in a comment here.",
    ]);
    expect([...made.labels]).toEqual([]);
  });
});

test("where merges are followed a rollback holds them, until somebody promotes", async () => {
  const h = await begin({ [CONFIG]: ladderConfig({ pre: "    on: merge\n" }), [DEV]: overlay(V1) });
  const pull = await talk(h);
  await pushed(h, "main", { [DEV]: overlay(V2) });
  await h.people.merge("ann", promotion(h));
  await ease(h);
  await say(h, "ben", pull, "/rollback pre-prod");
  await h.people.merge("ann", promotion(h));
  await ease(h);
  await pushed(h, "main", { [DEV]: overlay(V3) });
  expect(h.open()).toEqual([pull]);
  await say(h, "ben", pull, "/tagboat unhold pre-prod");
  expect(promotion(h).title).toBe(`pre-prod: app ${V1} → ${V3}`);
});
