import { expect, test } from "@jest/globals";
import { check, ease, replies, say } from "../support/conversation.ts";
import { ladderConfig, PRE } from "../support/ladder-story.ts";
import { ladderStories, promotion, talk } from "../support/pinned-story.ts";
import { CONFIG, IMAGE, overlay, V1, V2 } from "../support/story.ts";

const { begin } = ladderStories();
const MIRROR = "registry.prod.example/app";

test("a rollback takes the name back that the promotion gave", async () => {
  const h = await begin({
    [CONFIG]: ladderConfig({ pre: `    image: { ${IMAGE}: ${MIRROR} }\n` }),
  });
  h.registry.put(MIRROR, V2, { created: "2026-11-21T10:00:00Z" });
  const pull = await talk(h);
  await say(h, "ben", pull, "/promote pre-prod");
  const made = promotion(h);
  expect(await h.read(made.headBranch, PRE)).toContain(`newName: ${MIRROR}`);
  await h.people.merge("ann", made);
  await ease(h);
  await say(h, "ben", pull, "/rollback pre-prod");
  const back = promotion(h);
  expect(await h.read(back.headBranch, PRE)).toBe(overlay(V1));
  expect(replies(h, pull).at(-1)).toContain(`\`${V2}\` → \`${V1}\``);
  await h.people.approve("ann", back);
  await ease(h);
  expect(check(h, back)).toMatchObject({ conclusion: "success" });
  await h.people.merge("ann", back);
  await ease(h);
  expect(await h.read("main", PRE)).toBe(overlay(V1));
});

test("a rollback brings the form back: a tag where the version before had no digest", async () => {
  const h = await begin({
    [CONFIG]: ladderConfig().replace(`- name: ${IMAGE}`, `- name: ${IMAGE}\n    pin: tag+digest`),
  });
  const pull = await talk(h);
  await say(h, "ben", pull, "/promote pre-prod");
  const made = promotion(h);
  expect(await h.read(made.headBranch, PRE)).toContain("digest: sha256:");
  await h.people.merge("ann", made);
  await ease(h);
  await say(h, "ben", pull, "/rollback pre-prod");
  expect(await h.read(promotion(h).headBranch, PRE)).toBe(overlay(V1));
});
