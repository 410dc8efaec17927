import { expect, test } from "@jest/globals";
import { outcomeWords } from "../../src/cli/outcome-words.ts";
import { ease, say } from "../support/conversation.ts";
import type { Harbour } from "../support/harbour.ts";
import { PRE } from "../support/ladder-story.ts";
import { ladderStories, promotion, pushed, talk } from "../support/pinned-story.ts";
import { IMAGE, overlay, V1, V2 } from "../support/story.ts";

const { begin } = ladderStories();

/** What `tagboat explain` tells of a version by its history, oldest first. */
async function explained(h: Harbour, tag: string): Promise<readonly string[]> {
  const entries = await h.entries();
  return entries
    .filter(({ subject }) => subject?.image === IMAGE && subject.tag === tag)
    .map(({ outcome }) => outcomeWords(outcome).replace(/: http.*$/, ""))
    .toReversed();
}

test("a version's history tells of its promotion, its rebuild and its rollback", async () => {
  const h = await begin();
  const pull = await talk(h);
  await say(h, "ben", pull, "/promote pre-prod");
  const made = promotion(h);
  await pushed(h, "main", { [PRE]: overlay("0ld0-aaaaa") });
  await say(h, "ben", pull, "/promote pre-prod");
  expect(await explained(h, V2)).toEqual([
    "promotion, pull request 2 was opened",
    "promotion, pull request 2 was updated",
    "promotion, pull request 2 was open already",
  ]);
  await h.people.merge("ann", made);
  await ease(h);
  await say(h, "ben", pull, `/rollback pre-prod to ${V1}`);
  expect((await explained(h, V2)).at(-1)).toBe("rollback, pull request 3 was opened");
  expect(await explained(h, V1)).toEqual(["rollback, pull request 3 was opened"]);
});

test("what is there already, and what was closed, is told as well", async () => {
  const h = await begin();
  const pull = await talk(h);
  await say(h, "ben", pull, "/promote prod");
  expect((await explained(h, V1)).at(-1)).toContain(
    "left alone: the base or the open pull request has it",
  );
  await say(h, "ben", pull, "/promote pre-prod");
  await pushed(h, "main", { [PRE]: overlay(V2) });
  expect((await explained(h, V2)).at(-1)).toBe(
    "promotion, pull request 2 was closed: the base has it",
  );
});
