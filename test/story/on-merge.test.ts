import { describe, expect, test } from "@jest/globals";
import { approve, check, say } from "../support/conversation.ts";
import type { Harbour } from "../support/harbour.ts";
import { type Layout, layouts, type Settings, type Step } from "../support/layouts.ts";
import { patience } from "../support/patience.ts";
import {
  beginOn,
  changedPaths,
  merge,
  placeOf,
  proposals,
  talk,
  textsAt,
  textsOf,
} from "../support/promotion-steps.ts";
import { stories } from "../support/story.ts";

/** `on: merge`: what came to an environment is proposed for the next one by itself, however it came. */

const { start } = stories();
const FOLLOWS = ["on: merge"];

async function begin(layout: Layout, settings: Settings): Promise<Harbour> {
  const h = await beginOn(start, layout, settings);
  await patience(h, 60_000);
  return h;
}

/** The newest version is pushed. */
async function push(h: Harbour, { image, names, tags }: Layout): Promise<void> {
  const facts = { created: "2026-11-22T09:59:58Z" };
  for (const name of names) h.registry.put(name, tags[2], facts);
  await h.push(image, tags[2], facts);
  await patience(h, 60_000);
}

/** A person changes the first environment's files, and no version in them. */
async function touch(h: Harbour, layout: Layout): Promise<void> {
  const [first] = layout.steps;
  const texts = Object.entries(textsAt(layout, first, layout.tags[1]));
  const touched = texts.map(([path, text]) => [path, `${text}\n`]);
  await h.people.gitPush("ann", first.branch, Object.fromEntries(touched));
  await patience(h, 60_000);
}

/** The open proposals into a step's environment. */
function into(h: Harbour, { environment }: Step) {
  return proposals(h).filter(({ title }) => title.startsWith(environment));
}

function theOne(h: Harbour, step: Step) {
  const [pull, ...others] = into(h, step);
  if (pull === undefined || others.length > 0)
    throw new Error(`${proposals(h).map(({ title }) => title)}`);
  return pull;
}

describe.each(layouts)("on the $name layout", (layout) => {
  const [first, second, third] = layout.steps;
  const newest = layout.tags[2];
  // Beside the tag a push moves nothing that the mono-repo's files hold: the proxy stays.
  const moved = (text: string | null): boolean => text?.includes(newest) ?? false;

  test("a merged pull request leads to the next proposal, and that one to the next", async () => {
    const h = await begin(layout, { second: FOLLOWS, third: FOLLOWS });
    await push(h, layout);
    await merge(h, "ann", theOne(h, first));
    const made = theOne(h, second);
    expect(made.body).toContain("because it was merged there");
    expect(await changedPaths(h, made)).toEqual([...second.files].sort());
    await approve(h, "ben", made);
    expect(check(h, made)).toEqual({ conclusion: "success", title: "May merge" });
    await merge(h, "ann", made);
    const further = theOne(h, third);
    expect(further.baseBranch).toBe(third.branch);
    expect(Object.values(await textsOf(h, further.headBranch, third)).every(moved)).toBe(true);
  });

  test("a commit straight to the branch does as well", async () => {
    const h = await begin(layout, { first: ["delivery: commit"], second: FOLLOWS });
    await push(h, layout);
    expect(into(h, first)).toEqual([]);
    expect(Object.values(await textsOf(h, first.branch, first)).every(moved)).toBe(true);
    const made = theOne(h, second);
    expect(Object.values(await textsOf(h, made.headBranch, second)).every(moved)).toBe(true);
  });

  test("a person's own push does as well, once, and a newer one takes its place", async () => {
    const h = await begin(layout, { second: FOLLOWS });
    await touch(h, layout);
    const made = theOne(h, second);
    expect(await textsOf(h, made.headBranch, second)).toEqual(
      textsAt(layout, second, layout.tags[1]),
    );
    await h.people.gitPush("ann", first.branch, textsAt(layout, first, newest));
    await patience(h, 60_000);
    expect(made.state).toBe("closed");
    expect(await textsOf(h, theOne(h, second).headBranch, second)).toEqual(
      textsAt(layout, second, newest),
    );
  });

  test("one that has the base's other changes of its files merged in is closed for a newer one as well", async () => {
    const h = await begin(layout, { second: FOLLOWS });
    await touch(h, layout);
    const made = theOne(h, second);
    const noted = Object.entries(textsAt(layout, second, layout.tags[0]));
    const notes = Object.fromEntries(noted.map(([path, text]) => [path, `# a note\n${text}`]));
    await h.people.gitPush("ann", second.branch, notes);
    await h.people.mergeInto("ann", made.headBranch, second.branch);
    await patience(h, 60_000);
    await h.people.gitPush("ann", first.branch, textsAt(layout, first, newest));
    await patience(h, 60_000);
    expect([made.state, theOne(h, second).number > made.number]).toEqual(["closed", true]);
  });

  test.each([
    ["bad-gateway-before", 1],
    ["reset-after", 1],
    ["reset-before", 4],
  ] as const)(
    "the one before is closed once, also where its closing is met by %s, %d times",
    async (kind, times) => {
      const h = await begin(layout, { second: FOLLOWS });
      await touch(h, layout);
      const made = theOne(h, second);
      h.stage.faults.arm({ fault: { kind }, at: "closePullRequest", times });
      await h.people.gitPush("ann", first.branch, textsAt(layout, first, newest));
      await patience(h, 60_000);
      const taken = theOne(h, second);
      expect([made.state, taken.number > made.number]).toEqual(["closed", true]);
      const told = h.stage.world
        .comments(made)
        .filter(({ body }) => body.includes("takes its place"));
      expect(told).toHaveLength(1);
    },
  );

  test.each([
    ["", `/tagboat unhold ${placeOf(layout, 1)}`],
    [" --for 5m", "time passes"],
  ])("a hold%s keeps it back, and it comes when that ends: %s", async (more, lift) => {
    const h = await begin(layout, { second: FOLLOWS });
    const pull = await talk(h);
    await say(h, "ben", pull, `/tagboat hold ${placeOf(layout, 1)}${more}`);
    await h.people.gitPush("ann", first.branch, textsAt(layout, first, newest));
    await patience(h, 60_000);
    expect(into(h, second)).toEqual([]);
    await say(h, "ben", pull, lift);
    await patience(h, 10 * 60_000);
    expect(await textsOf(h, theOne(h, second).headBranch, second)).toEqual(
      textsAt(layout, second, newest),
    );
  });

  test("a ban keeps it back, and it comes when the ban is lifted", async () => {
    const h = await begin(layout, { second: FOLLOWS });
    const pull = await talk(h);
    const banned = `${placeOf(layout, 1)} version ${layout.tags[1]}`;
    await say(h, "ben", pull, `/tagboat ban ${banned}`);
    await touch(h, layout);
    expect(into(h, second)).toEqual([]);
    await say(h, "ben", pull, `/tagboat unban ${banned}`);
    expect(await textsOf(h, theOne(h, second).headBranch, second)).toEqual(
      textsAt(layout, second, layout.tags[1]),
    );
  });

  test("where people promote, nothing comes by itself", async () => {
    const h = await begin(layout, {});
    await h.people.gitPush("ann", first.branch, textsAt(layout, first, newest));
    await patience(h, 60_000);
    expect(proposals(h)).toEqual([]);
  });
});
