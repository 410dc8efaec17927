import { describe, expect, test } from "@jest/globals";
import type { Pull } from "../../sandbox/world/entities.ts";
import { type Gate, gates } from "../../src/model/gate.ts";
import { ruleset } from "../sandbox/world/seeded-world.ts";
import { approve, say } from "../support/conversation.ts";
import type { Harbour } from "../support/harbour.ts";
import { type Layout, layouts, type Settings } from "../support/layouts.ts";
import { patience } from "../support/patience.ts";
import { beginOn, onlyProposal, placeOf, talk, textsAt } from "../support/promotion-steps.ts";
import { CONFIG, stories } from "../support/story.ts";

/** Each gate closes the check, says why, and GitHub lets nobody past: on each layout. */

const { start } = stories();
const GATE = "tagboat/promotion";
const HOUR = 3_600_000;

interface Scene {
  readonly h: Harbour;
  readonly layout: Layout;
  /** Where people talk. */
  readonly pull: Pull;
  /** The approved proposal for the second environment. */
  readonly made: Pull;
}

interface Row {
  readonly settings?: Settings;
  readonly approved?: false;
  /** What closes the gate; returns the pull request whose gate it is, if that is another one. */
  readonly close?: (scene: Scene) => Promise<Pull | undefined>;
  readonly words: RegExp;
  /** What opens it again. */
  readonly open?: (scene: Scene) => Promise<unknown>;
}

/** A person's pull request into the second environment's branch. */
async function ownPull(
  { h, layout }: Scene,
  files: Readonly<Record<string, string>>,
  base = layout.steps[1].branch,
): Promise<Pull> {
  await h.people.branch("ben", "mine", base);
  await h.commit("ben", "mine", files);
  const pull = await h.people.openPull("ben", "mine", base);
  await patience(h, 60_000);
  return pull;
}

/** Somebody asks for all of it to be looked at again. */
async function lookAgain({ h, made }: Scene): Promise<void> {
  const [run] = h.stage.world.checks(h.repo, made.headOid).filter(({ name }) => name === GATE);
  if (run === undefined) throw new Error("no check");
  await h.stage.world.rerequestCheck(h.repo, "ann", run);
  await patience(h, 60_000);
}

const rows: Readonly<Record<Gate, Row>> = {
  content: {
    async close({ h, made }) {
      await h.people.gitPush("ben", made.headBranch, { "MINE.md": "mine\n" });
      await patience(h, 60_000);
      return undefined;
    },
    words: /^The branch holds what Tagboat did not write: .+ \/tagboat rebuild makes it anew/,
  },
  ladder: {
    close: (scene) =>
      ownPull(scene, textsAt(scene.layout, scene.layout.steps[1], scene.layout.tags[2])),
    words: /was never in \S+: promote it there first\.$/,
  },
  artifact: {
    async close(scene) {
      scene.h.registry.outage = { kind: "missing", detail: "no such manifest" };
      await lookAgain(scene);
      return undefined;
    },
    words: /is gone from its registry\.$/,
    async open(scene) {
      scene.h.registry.outage = null;
      await lookAgain(scene);
    },
  },
  ban: {
    async close({ h, layout, pull }) {
      const what = `${placeOf(layout, 1)} version ${layout.tags[1]}`;
      await say(h, "ben", pull, `/tagboat ban ${what} --reason "it leaks"`);
      return undefined;
    },
    words: /^Banned: .+ by ben \(it leaks\)\.$/,
    open: ({ h, layout, pull }) =>
      say(h, "ben", pull, `/tagboat unban ${placeOf(layout, 1)} version ${layout.tags[1]}`),
  },
  hold: {
    async close({ h, layout, pull }) {
      await say(h, "ben", pull, `/tagboat hold ${placeOf(layout, 1)} --for 2h --reason "a demo"`);
      return undefined;
    },
    words: /^Held by ben: a demo\. \/tagboat unhold lifts it\. Until 2026-11-22 \d\d:\d\d UTC\.$/,
    async open({ h }) {
      await h.clock.advance(2 * HOUR);
      await patience(h, HOUR);
    },
  },
  freeze: {
    settings: { second: ['freeze: [{ cron: "0 0 * * *", for: 11h }]'] },
    words: /^\S+ is frozen\. Until 2026-11-22 11:00 UTC\.$/,
    async open({ h }) {
      await h.clock.advance(2 * HOUR);
      await patience(h, HOUR);
    },
  },
  age: {
    // The second version was built a day before the story begins.
    settings: { second: ["age: 26h"] },
    words: /is younger than 1d2h\. Until 2026-11-22 12:00 UTC\.$/,
    async open({ h }) {
      await h.clock.advance(3 * HOUR);
      await patience(h, HOUR);
    },
  },
  soak: {
    settings: { second: ["soak: 1s"] },
    words: /no notification of Argo CD tells how it runs there/,
  },
  health: {
    settings: { second: ["require: { health: argocd }"] },
    words: /no notification of Argo CD tells how it runs there/,
  },
  checks: {
    settings: { second: ["require: { checks: [acs] }"] },
    words: /^Not reported on this commit: acs\.$/,
    async open({ h, made }) {
      await h.people.check(made.headOid, "acs", "success");
      await patience(h, 60_000);
    },
  },
  approvals: {
    approved: false,
    words: /^0 of 1 approvals: somebody with write, not ben, who asked for it, approves commit /,
    open: ({ h, made }) => approve(h, "ann", made),
  },
  config: {
    close: (scene) =>
      ownPull(
        scene,
        { [CONFIG]: scene.layout.config({ second: ["approvals: { count: 0 }"] }) },
        "main",
      ),
    words: /^It loosens \S+ \(approvals\.count\)\. 0 of 1 approvals: /,
    open: ({ h, made }) => approve(h, "ann", made),
  },
};

/** What the newest check on a head says of one gate: its mark and its sentence. */
function told(h: Harbour, pull: Pull, gate: Gate) {
  const runs = h.stage.world.checks(h.repo, pull.headOid).filter(({ name }) => name === GATE);
  const run = runs.at(-1);
  const line = (run?.summary ?? "").split("\n").find((one) => one.includes(`| ${gate} |`));
  const [, mark, , sentence] = (line ?? "").split(" | ").join("|").split("|");
  return { conclusion: run?.conclusion, mark: mark?.trim(), sentence: sentence?.trim() ?? "" };
}

async function play(layout: Layout, gate: Gate): Promise<void> {
  const { approved, close, open, settings, words } = rows[gate];
  const h = await beginOn(start, layout, settings);
  const pull = await talk(h);
  const requiredChecks = [{ context: GATE, appId: h.app.id }];
  h.repo.rulesets.push(ruleset({ branches: ["main", "production"], requiredChecks }));
  await h.clock.advance(5_000);
  await say(h, "ben", pull, `/promote ${placeOf(layout, 1)}`);
  const made = onlyProposal(h);
  if (approved !== false) await approve(h, "ann", made);
  const scene = { h, layout, pull, made };
  const concerned = (await close?.(scene)) ?? made;
  const state = told(h, concerned, gate);
  expect(state.sentence).toMatch(words);
  expect(state).toMatchObject({ conclusion: "failure", mark: expect.stringMatching(/^[✗…]$/) });
  await expect(h.people.merge("ann", concerned)).rejects.toThrow(/rule violations/);
  if (open === undefined) return;
  await open({ ...scene, made: concerned });
  expect(told(h, concerned, gate)).toMatchObject({ conclusion: "success", mark: "✓" });
  await h.people.merge("ann", concerned);
}

describe.each(layouts)("on the $name layout", (layout) => {
  test.each(gates)("%s", (gate) => play(layout, gate));
});
