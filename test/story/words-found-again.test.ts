import { expect, test } from "@jest/globals";
import { replies, say } from "../support/conversation.ts";
import { beginLadder, pullOf } from "../support/ladder-story.ts";
import { patience } from "../support/patience.ts";
import { stories } from "../support/story.ts";

const { start } = stories();

test("a hold stands however much was said after it, and whatever the store has lost", async () => {
  const h = await beginLadder(start);
  const { world } = h.stage;
  const first = await pullOf(h, "topic");
  await say(h, "ben", first, '/tagboat hold pre-prod --reason "an audit"');
  for (let count = 0; count < 105; count += 1) await world.comment(h.repo, "ann", first, "talk");
  for (let count = 0; count < 51; count += 1) {
    await h.people.branch("ann", `topic-${count}`);
    await h.people.gitPush("ann", `topic-${count}`, { [`${count}.md`]: "talk\n" });
    const pull = await h.people.openPull("ann", `topic-${count}`);
    await world.label(h.repo, "ann", pull, ["tagboat:hold"]);
    await h.people.close("ann", pull);
  }
  await patience(h, 600_000);
  const last = await pullOf(h, "last", { "last.md": "the last\n" });
  h.stage.recorder.clear();
  await say(h, "ben", last, "/promote pre-prod");
  expect(replies(h, last).at(-1)).toContain("`pre-prod` is held by `ben`: an audit.");
  const reads = h.stage.recorder.counted().filter(({ what }) => what === "repository");
  expect(reads).toHaveLength(3);
  expect(h.open()).toHaveLength(2);
});
