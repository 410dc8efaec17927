import { describe, expect, test } from "@jest/globals";
import type { Pull, Ruleset } from "../../sandbox/world/entities.ts";
import { ruleset } from "../sandbox/world/seeded-world.ts";
import { approve, check, replies, say } from "../support/conversation.ts";
import type { Harbour } from "../support/harbour.ts";
import { type Layout, layouts } from "../support/layouts.ts";
import { patience } from "../support/patience.ts";
import {
  beginOn,
  onlyProposal,
  placeOf,
  talk,
  textsAt,
  textsOf,
} from "../support/promotion-steps.ts";
import { ourBranches, stories } from "../support/story.ts";

/** Promotions into branches that GitHub itself guards, each way to merge. */

const { start } = stories();
const GATE = "tagboat/promotion";

/** The rules of the base branches. */
type Rules = (h: Harbour) => Partial<Ruleset>;
const gate: Rules = ({ app }) => ({ requiredChecks: [{ context: GATE, appId: app.id }] });
const reviews: Rules = () => ({ pullRequest: { approvals: 1, dismissStale: true } });
const linear: Rules = () => ({ linearHistory: true });
const queue: Rules = () => ({ mergeQueue: true });
const all =
  (...rules: readonly Rules[]): Rules =>
  (h) =>
    Object.assign({}, ...rules.map((one) => one(h)));
const upToDate = all(gate, () => ({ upToDate: true }));

const guards: readonly (readonly [string, Rules])[] = [
  ["no rules", () => ({})],
  ["our check required", gate],
  ["reviews required", reviews],
  ["our check and reviews", all(gate, reviews)],
  ["a linear history", linear],
  ["our check on branches that are up to date", upToDate],
  ["a merge queue", queue],
  ["a merge queue and our check", all(queue, gate)],
  ["everything", all(queue, upToDate, reviews, linear)],
];

async function guarded(layout: Layout, rules: Rules, merge: string, native: boolean) {
  const h = await beginOn(start, layout, { second: [`merge: ${merge}`] });
  h.repo.allowAutoMerge = native;
  const pull = await talk(h);
  h.repo.rulesets.push(ruleset({ branches: ["main", "production"], ...rules(h) }));
  await say(h, "ben", pull, `/promote ${placeOf(layout, 1)}`);
  return { h, made: onlyProposal(h) };
}

/** A person's own way to merge: the button, or the queue's. */
async function press(h: Harbour, made: Pull): Promise<void> {
  const { linearHistory, mergeQueue } = h.repo.rulesets[0] ?? ruleset({});
  if (mergeQueue) await h.stage.world.enqueue(h.repo, "ann", made);
  else await h.people.merge("ann", made, linearHistory ? "squash" : "merge");
  await patience(h, 60_000);
}

async function expectMerged(h: Harbour, layout: Layout, made: Pull): Promise<void> {
  const [, step] = layout.steps;
  expect({ state: made.state, merged: made.mergedAt !== null }).toEqual({
    state: "closed",
    merged: true,
  });
  expect(await textsOf(h, step.branch, step)).toEqual(textsAt(layout, step, layout.tags[1]));
  if (h.repo.rulesets.some(({ linearHistory }) => linearHistory)) {
    const tip = await h.repo.store.readCommit((await h.people.tip(step.branch)) ?? "");
    expect(tip?.parents).toHaveLength(1);
  }
  expect(await ourBranches(h)).toEqual([]);
  expect(replies(h, made)).toEqual([
    `Merged. Next: \`/promote ${placeOf(layout, 2)}\` in a comment here.`,
  ]);
}

describe.each(layouts)("on the $name layout", (layout) => {
  // Rules do not know layouts: all of them on the tidy one, the ends of the list on the others.
  const own = layout.name === "tidy" ? guards : guards.filter((_, at) => at === 0 || at === 8);
  describe.each(own)("%s", (_name, rules) => {
    test.each([
      ["approved", false],
      ["approved", true],
      ["auto", true],
    ])("`merge: %s`, native auto-merge %s: the approval merges it", async (merge, native) => {
      const { h, made } = await guarded(layout, rules, merge, native);
      expect(made.state).toBe("open");
      await approve(h, "ann", made);
      await expectMerged(h, layout, made);
    });

    test("`merge: manual`: a person merges it", async () => {
      const { h, made } = await guarded(layout, rules, "manual", true);
      const required = rules(h).requiredChecks !== undefined;
      const advisory = required ? "" : " (advisory)";
      expect(check(h, made)?.title).toBe(`Waiting: approvals${advisory}`);
      if (required) await expect(press(h, made)).rejects.toThrow(/rule violations/);
      await approve(h, "ann", made);
      expect(made).toMatchObject({ state: "open", autoMerge: null });
      await press(h, made);
      await expectMerged(h, layout, made);
    });
  });
});
