import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { refuseReasons } from "../../src/model/outcome.ts";
import { replies, say } from "../support/conversation.ts";
import { type Layout, layouts } from "../support/layouts.ts";
import { beginOn, proposals, reactions, talk } from "../support/promotion-steps.ts";
import { type Row, refusals } from "../support/refusal-rows.ts";
import { stories } from "../support/story.ts";

/** Everything that a command may be refused for, on each layout: said once, in words, and nothing is written. */

const { start } = stories();

const rows = refuseReasons.flatMap((reason) => {
  const own = refusals[reason];
  return own === undefined || "shownIn" in own ? [] : own.map((row) => ({ ...row, reason }));
});

test.each(refuseReasons)("%s has a story", (reason) => {
  const own = refusals[reason];
  if (own === undefined) throw new Error("nothing shows it");
  const text = "shownIn" in own ? readFileSync(own.shownIn, "utf8") : `"${reason}"`;
  expect(text).toContain(`"${reason}"`);
});

async function refused(layout: Layout, row: Row & { readonly reason: string }): Promise<void> {
  const h = await beginOn(start, layout, row.settings?.(layout));
  const pull = await talk(h);
  await row.arrange?.(h, layout);
  const before = { proposals: proposals(h).length, entries: (await h.entries()).length };
  const comment = await say(h, row.by ?? "ben", pull, row.command(layout));
  const words = row.words(layout);
  const [reply = "", ...more] = replies(h, pull);
  expect(more).toEqual([]);
  if (typeof words === "string") expect(reply).toBe(words);
  else expect(reply).toMatch(words);
  expect(reactions(comment)).toEqual(["eyes", "confused"]);
  expect(proposals(h)).toHaveLength(before.proposals);
  const outcomes = (await h.entries()).map(({ outcome }) => outcome);
  expect(outcomes).toContainEqual(
    expect.objectContaining({ kind: "refused", reason: row.reason, detail: reply }),
  );
}

describe.each(layouts)("on the $name layout", (layout) => {
  const own = rows.filter(({ on }) => on?.(layout) ?? true);
  test.each(own)("$reason: $what", (row) => refused(layout, row));
});
