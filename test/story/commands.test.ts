import { describe, expect, test } from "@jest/globals";
import type { Pull } from "../../sandbox/world/entities.ts";
import { type Verb, verbs } from "../../src/model/command.ts";
import { grammars } from "../../src/promote/command-grammar.ts";
import { approve, check, replies, say } from "../support/conversation.ts";
import type { Harbour } from "../support/harbour.ts";
import { type Layout, layouts, type Settings } from "../support/layouts.ts";
import { patience } from "../support/patience.ts";
import {
  beginOn,
  changedPaths,
  merge,
  onlyProposal,
  placeOf,
  proposals,
  reactions,
  talk,
  textsAt,
  textsOf,
  toldPlace,
} from "../support/promotion-steps.ts";
import { ourBranches, stories } from "../support/story.ts";

/** Each command on each layout, from the comment to what stands in git. */

const { start } = stories();

/** One conversation on one layout. */
interface Talk {
  readonly h: Harbour;
  readonly layout: Layout;
  readonly pull: Pull;
  /** Somebody with write says it; returns the last reply. */
  ask(command: string): Promise<string>;
}

async function open(layout: Layout, settings: Settings = {}, teams = false): Promise<Talk> {
  const h = await beginOn(start, layout, settings);
  if (teams) h.stage.world.addTeam("acme", "on-call", ["ben"]);
  const pull = await talk(h);
  return {
    h,
    layout,
    pull,
    async ask(command) {
      await say(h, "ben", pull, command);
      return replies(h, pull).at(-1) ?? "";
    },
  };
}

/** Promotes to the second environment and merges. */
async function promoted({ ask, h, layout }: Talk): Promise<Pull> {
  await ask(`/promote ${placeOf(layout, 1)}`);
  const made = onlyProposal(h);
  await merge(h, "ann", made);
  return made;
}

/** The newest version is pushed. */
async function push({ h, layout }: Talk): Promise<void> {
  await h.push(layout.image, layout.tags[2], { created: "2026-11-22T09:59:58Z" });
  await patience(h, 60_000);
}

const APPROVAL =
  "It needs the approval of somebody with write other than `ben`. A person merges it.";

const storyOf: Readonly<Record<Verb, (layout: Layout) => Promise<void>>> = {
  async promote(layout) {
    const { ask, h, pull } = await open(layout);
    const [, step, last] = layout.steps;
    const [old, now] = layout.tags;
    expect(await ask(`/promote ${placeOf(layout, 1)}`)).toBe(
      `#2 promotes ${layout.told(old, now)} to ${toldPlace(layout, 1)}. ${APPROVAL}`,
    );
    const made = onlyProposal(h);
    expect(made.baseBranch).toBe(step.branch);
    expect(await changedPaths(h, made)).toEqual([...step.files].sort());
    expect(await textsOf(h, made.headBranch, step)).toEqual(textsAt(layout, step, now));
    expect(check(h, made)).toMatchObject({ conclusion: "failure" });
    await approve(h, "ben", made);
    expect(check(h, made)).toMatchObject({ conclusion: "failure" });
    await approve(h, "ann", made);
    expect(check(h, made)).toEqual({ conclusion: "success", title: "May merge" });
    expect(made.state).toBe("open");
    await merge(h, "ann", made);
    expect(await ourBranches(h)).toEqual([]);
    expect(await textsOf(h, step.branch, step)).toEqual(textsAt(layout, step, now));
    expect(replies(h, made)).toEqual([
      `Merged. Next: \`/promote ${placeOf(layout, 2)}\` in a comment here.`,
    ]);
    await say(h, "ben", made, `/promote ${placeOf(layout, 2)}`);
    const further = onlyProposal(h);
    expect(further.baseBranch).toBe(last.branch);
    expect(await changedPaths(h, further)).toEqual([...last.files].sort());
    expect(await textsOf(h, further.headBranch, last)).toEqual(textsAt(layout, last, now));
    await merge(h, "ann", further);
    expect(replies(h, further)).toEqual([]);
    expect(replies(h, pull)).toHaveLength(1);
  },

  async rollback(layout) {
    const talking = await open(layout);
    const { ask, h } = talking;
    const [, step] = layout.steps;
    const [old, now] = layout.tags;
    await promoted(talking);
    expect(await ask(`/rollback ${placeOf(layout, 1)} --reason "it leaks"`)).toBe(
      `#3 rolls back ${layout.told(now, old)} in ${toldPlace(layout, 1)}. ${APPROVAL} ${toldPlace(layout, 1)} is held against pushes, and what goes is banned from here on, until somebody lifts it or promotes something newer.`,
    );
    const back = onlyProposal(h);
    expect(await textsOf(h, back.headBranch, step)).toEqual(textsAt(layout, step, old));
    expect(await ask(`/promote ${placeOf(layout, 2)} to ${now.slice(0, 9)}`)).toContain(
      "was banned by `ben` (it leaks)",
    );
    await approve(h, "ann", back);
    expect(check(h, back)).toEqual({ conclusion: "success", title: "May merge" });
    await merge(h, "ann", back);
    expect(await textsOf(h, step.branch, step)).toEqual(textsAt(layout, step, old));
    // What was banned comes no more; what is newer does.
    expect(await ask(`/promote ${placeOf(layout, 1)}`)).toContain("holds");
    expect(proposals(h)).toEqual([]);
  },

  async hold(layout) {
    const talking = await open(layout);
    const { ask, h, pull } = talking;
    expect(await ask(`/tagboat hold ${placeOf(layout, 0)} --reason "a demo"`)).toBe(
      `${toldPlace(layout, 0)} stays as it is until somebody lifts it: a demo. \`/tagboat unhold ${placeOf(layout, 0)}\` lifts it.`,
    );
    expect([...pull.labels]).toEqual(["tagboat:hold"]);
    expect(await ask(`/tagboat hold ${placeOf(layout, 1)} --for 2h`)).toBe(
      `${toldPlace(layout, 1)} stays as it is for 2h: no reason given. \`/tagboat unhold ${placeOf(layout, 1)}\` lifts it.`,
    );
    await push(talking);
    expect(proposals(h).map(({ title }) => title)).toEqual(untouched(layout));
    expect(await ask(`/promote ${placeOf(layout, 1)}`)).toMatch(
      /^`\S+` is held by `ben` until 2026-11-22 \d\d:\d\d UTC: no reason given\. `\/tagboat unhold` lifts it\.$/,
    );
    await h.clock.advance(2 * 3_600_000);
    expect(await ask(`/promote ${placeOf(layout, 1)}`)).toContain("promotes");
  },

  async unhold(layout) {
    const talking = await open(layout);
    const { ask, h } = talking;
    const [first] = layout.steps;
    await ask(`/tagboat hold ${placeOf(layout, 0)}`);
    await push(talking);
    expect(await ask(`/tagboat unhold ${placeOf(layout, 0)}`)).toBe(
      `Nothing holds ${toldPlace(layout, 0)} any more.`,
    );
    const made = proposals(h).find(({ title }) => title.startsWith(first.environment));
    const texts = Object.values(await textsOf(h, made?.headBranch ?? "", first));
    expect(texts.every((text) => text?.includes(layout.tags[2]))).toBe(true);
  },

  async ban(layout) {
    const { ask, h } = await open(layout);
    const [, now] = layout.tags;
    expect(await ask(`/tagboat ban ${placeOf(layout, 1)} version ${now} --reason "bad"`)).toBe(
      `\`${now}\` goes no further than before ${toldPlace(layout, 1)}: bad. \`/tagboat unban\` lifts it.`,
    );
    expect(await ask(`/promote ${placeOf(layout, 1)} to ${now}`)).toBe(
      `${versionsOf(layout, now)} was banned by \`ben\` (bad): \`/tagboat unban\` lifts it.`,
    );
    expect(proposals(h)).toEqual([]);
  },

  async unban(layout) {
    const { ask, h } = await open(layout);
    const [, now] = layout.tags;
    await ask(`/tagboat ban ${placeOf(layout, 1)} version ${now}`);
    expect(await ask(`/tagboat unban ${placeOf(layout, 1)} version ${now}`)).toBe(
      `\`${now}\` may come to ${toldPlace(layout, 1)} again.`,
    );
    await ask(`/promote ${placeOf(layout, 1)} to ${now}`);
    expect(await textsOf(h, onlyProposal(h).headBranch, layout.steps[1])).toEqual(
      textsAt(layout, layout.steps[1], now),
    );
  },

  async override(layout) {
    const freeze = ['freeze: [{ cron: "0 0 * * *", for: 23h, override: { teams: [on-call] } }]'];
    const { ask, h } = await open(layout, { second: freeze }, true);
    await ask(`/promote ${placeOf(layout, 1)}`);
    const made = onlyProposal(h);
    await approve(h, "ann", made);
    expect(check(h, made)).toEqual({
      conclusion: "failure",
      title: "Waiting: freeze (advisory)",
    });
    const { environment } = layout.steps[1];
    await say(h, "ben", made, `/tagboat override ${environment} --reason "a fix"`);
    expect(replies(h, made)).toEqual([
      `The freeze of \`${environment}\` is open for \`${made.headOid.slice(0, 7)}\` of this pull request: a fix`,
    ]);
    expect(check(h, made)).toEqual({ conclusion: "success", title: "May merge" });
  },

  async status(layout) {
    const { ask } = await open(layout);
    const { environment, files } = layout.steps[1];
    const status = (await ask(`/tagboat status ${environment}`)).split("\n");
    expect(status[0]).toBe("| environment | file | what | version |");
    for (const path of files)
      expect(status).toContainEqual(
        `| \`${environment}\` | \`${path}\` | \`${layout.image.split("/").at(-1)}\` | \`${layout.tags[0]}\` |`,
      );
    if (layout.component !== null)
      expect(status).toContainEqual(
        `| \`${environment}\` | \`${files[0]}\` | \`acme/orders\` | \`${layout.tags[0]}\` |`,
      );
    const whole = await ask("/tagboat status");
    for (const step of layout.steps) expect(whole).toContain(`| \`${step.environment}\` |`);
  },

  async help(layout) {
    const { ask } = await open(layout);
    const names = [...layout.config().matchAll(/^ {2}- name: (\S+)\n {4}path/gm)].map(
      ([, name]) => name,
    );
    const after = new Map(
      [...layout.config().matchAll(/^ {2}- name: (\S+)\n(?: {4}.*\n)*? {4}after: (\S+)$/gm)].map(
        ([, name, from]) => [name, from],
      ),
    );
    expect(await ask("/tagboat help")).toBe(
      [
        "A command is alone in a new comment. `/tagboat plan …` tells what one would do.",
        Object.values(grammars)
          .map(({ usage }) => `- \`${usage}\``)
          .join("\n"),
        [
          "Environments:",
          ...names.map((name) => {
            const from = after.get(name ?? "");
            return from === undefined ? `- \`${name}\`` : `- \`${name}\`, from \`${from}\``;
          }),
        ].join("\n"),
      ].join("\n\n"),
    );
  },

  async rebuild(layout) {
    const { h, pull } = await open(layout);
    const comment = await say(h, "ben", pull, "/tagboat rebuild");
    expect(reactions(comment)).toEqual(["eyes", "confused"]);
    expect(replies(h, pull)).toHaveLength(1);
  },
};

/** Titles that a hold on one component leaves alone: the mono-repo has an environment beside the ladder. */
function untouched({ component, tags }: Layout): string[] {
  return component === null
    ? []
    : [`development/${component}: ${component} ${tags[0]} → ${tags[2]}`];
}

/** All versions of a release, as a refusal names it. */
function versionsOf({ beside, component }: Layout, tag: string): string {
  const proxies = beside(tag).flatMap(([, text]) => (text.startsWith("sha256:") ? [] : [text]));
  const ref = component === null ? [] : [tag];
  return [tag, ...proxies, ...ref].map((one) => `\`${one}\``).join(", ");
}

test("every command has its story", () => {
  expect(Object.keys(storyOf).sort()).toEqual([...verbs].sort());
});

describe.each(layouts)("on the $name layout", (layout) => {
  test.each(verbs)("%s", (verb) => storyOf[verb](layout));

  test("plan tells and writes nothing", async () => {
    const talking = await open(layout);
    const { ask, h } = talking;
    const [, step] = layout.steps;
    const files = [...step.files].sort().map((path) => `\`${path}\``);
    const before = await h.repo.store.refs("refs/");
    const plan = await ask(`/tagboat plan promote ${placeOf(layout, 1)}`);
    expect(plan).toMatch(/^It would open a pull request: `\S+: .+`, changing /);
    expect(plan).toContain(`changing ${files.join(", ")}.`);
    expect(await h.repo.store.refs("refs/")).toEqual(before);
    await promoted(talking);
    const after = await h.repo.store.refs("refs/");
    expect(await ask(`/tagboat plan rollback ${placeOf(layout, 1)}`)).toContain(
      `back to ${toldPlace(layout, 1)}.`,
    );
    expect(await h.repo.store.refs("refs/")).toEqual(after);
    expect([...talking.pull.labels]).toEqual([]);
  });
});

// What a comment says is read before any layout is looked at.
describe.each(layouts.slice(0, 1))("on the $name layout", (layout) => {
  test.each([
    [
      "/tagboat promot",
      "Unknown command `promot`. Did you mean `/tagboat promote`? Usage: `/tagboat help`",
    ],
    ["/tagboat frobnicate", "Unknown command `frobnicate`. Usage: `/tagboat help`"],
  ])("%s is a near-miss", async (command, words) => {
    expect(await (await open(layout)).ask(command)).toBe(words);
  });

  test.each(["/promot x", " /promote x", "> /promote x", "```\n/promote x\n```", "see /promote x"])(
    "%j is not for us",
    async (body) => {
      const { ask, h, pull } = await open(layout);
      expect(await ask(body)).toBe("");
      expect(h.stage.world.comments(pull)[0]?.reactions).toEqual([]);
    },
  );
});
