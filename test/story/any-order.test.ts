import { afterEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parse } from "yaml";
import { createHarbour, type Harbour } from "../support/harbour.ts";
import { CONFIG, configText, DEV, IMAGE, overlay } from "../support/story.ts";

/**
 * The same events in any order of arrival, with merges and redeliveries between them, lead to the same tag, and what is deployed
 * never goes back: through routing, registry, plan and pull requests or direct commits.
 */
let harbour: Harbour | null = null;
afterEach(async () => {
  await harbour?.close();
  harbour = null;
});

/** A version, oldest first in its list. */
interface Version {
  readonly tag: string;
  /** What the image's config says. */
  readonly created: string | null;
  /** When the sender says that it was pushed. */
  readonly at: string | null;
}

interface Kind {
  readonly rule: readonly string[];
  /** Versions in the order that the policy gives them; the first stands in the overlay. */
  readonly versions: readonly Version[];
}

const minute = (n: number) => new Date(Date.UTC(2026, 10, 21, 8, n)).toISOString();
/** Tags whose bytes say nothing about their age. */
const hash = (n: number) => ((n * 0x9e3779b1) >>> 4).toString(16).padStart(7, "0").slice(-7);
const EPOCH = "1970-01-01T00:00:00Z";
const numbers = [0, 1, 2, 3, 4];

const KINDS: Readonly<Record<string, Kind>> = {
  "by the time of the build": {
    rule: [],
    versions: numbers.map((n) => ({ tag: hash(n), created: minute(n), at: minute(60 - n) })),
  },
  "reproducible builds, by what the sender says": {
    rule: [],
    versions: numbers.map((n) => ({ tag: hash(n), created: EPOCH, at: minute(n) })),
  },
  "reproducible builds of one time, by their tags": {
    rule: [],
    versions: numbers
      .map((n) => ({ tag: hash(n), created: minute(0), at: minute(n) }))
      .sort((a, b) => (a.tag < b.tag ? -1 : 1)),
  },
  "reproducible builds among others": {
    rule: [],
    versions: numbers.map((n) => ({
      tag: hash(n),
      created: n % 2 === 0 ? EPOCH : minute(n),
      at: minute(n),
    })),
  },
  "by version, whatever was built when": {
    rule: ['tags: { order: semver, range: ">=1 <2" }'],
    versions: numbers.map((n) => ({ tag: `1.${n + 8}.0`, created: minute(60 - n), at: null })),
  },
  "by number, of unknown time": {
    rule: ["tags: { order: numeric, match: '^b-', extract: '^b-(\\d+)$' }"],
    versions: numbers.map((n) => ({ tag: `b-${n + 8}`, created: EPOCH, at: null })),
  },
  "by text": {
    rule: ["tags: { order: alphabetical, match: '^2026-' }"],
    versions: numbers.map((n) => ({ tag: `2026-0${n + 1}-15`, created: null, at: null })),
  },
  "bare versions": {
    rule: [],
    versions: numbers.map((n) => ({ tag: `v${n + 1}`, created: minute(n), at: null })),
  },
};

/** Between two events: nothing, time for what they lead to, or a merge of what is open. */
type Pause = "none" | "settle" | "merge";
const pause = fc.constantFrom<Pause>("none", "settle", "merge");

interface Voyage {
  /** Indexes of versions as they arrive, some of them again. */
  readonly arrivals: readonly number[];
  readonly pauses: readonly Pause[];
}

const voyages: fc.Arbitrary<Voyage> = fc
  .tuple(
    fc.shuffledSubarray(numbers.slice(1), { minLength: 4 }),
    fc.array(fc.constantFrom(...numbers), { maxLength: 2 }),
    fc.array(pause, { minLength: 6, maxLength: 6 }),
  )
  .map(([arrivals, again, pauses]) => ({ arrivals: [...arrivals, ...again], pauses }));

/** How what is taken comes to the base. */
const DELIVERIES: Readonly<Record<string, readonly string[]>> = {
  "by pull requests": [],
  "by direct commits": ["delivery: commit"],
};

async function sail(
  { rule, versions }: Kind,
  delivery: readonly string[],
  voyage: Voyage,
): Promise<readonly string[]> {
  const first = versions[0]?.tag ?? "";
  const files = { [CONFIG]: configText(delivery, rule), [DEV]: overlay(first) };
  harbour = await createHarbour({ files });
  const h = harbour;
  for (const { created, tag } of versions) h.registry.put(IMAGE, tag, { created });
  // What stands there first was not told by anybody: its time has to come from the registry.
  h.registry.put(IMAGE, first, { created: minute(-1) });
  const deployed = [first];
  for (const [step, index] of voyage.arrivals.entries()) {
    const { at = null, tag = "" } = versions[index] ?? {};
    await h.deliver({ body: JSON.stringify({ image: IMAGE, tag, at }) });
    if (voyage.pauses[step] !== "none") await h.settle();
    if (voyage.pauses[step] === "merge") deployed.push(await mergeOpen(h));
  }
  await h.settle();
  deployed.push(await mergeOpen(h));
  expect(refusals(await h.entries())).toEqual([]);
  expect(h.open()).toEqual([]);
  await h.close();
  harbour = null;
  return deployed;
}

function refusals(entries: Awaited<ReturnType<Harbour["entries"]>>) {
  return entries.filter(({ outcome }) => outcome.kind === "refused");
}

/** @returns the tag in the overlay afterwards. */
async function mergeOpen(h: Harbour): Promise<string> {
  for (const pull of h.open()) {
    expect(pull.body).not.toContain("Order unknown");
    await h.stage.world.mergePull(h.repo, "ann", pull, { method: "merge" });
  }
  await h.settle();
  return parse((await h.read("main", DEV)) ?? "").images[0].newTag;
}

describe("any order of arrival ends at the newest, and nothing goes back", () => {
  const rows = Object.entries(KINDS).flatMap(([name, kind]) =>
    Object.entries(DELIVERIES).map(
      ([how, delivery]) => [`${name}, ${how}`, kind, delivery] as const,
    ),
  );

  test.each(rows)("%s", async (_, kind, delivery) => {
    const rank = new Map(kind.versions.map(({ tag }, at) => [tag, at]));
    await fc.assert(
      fc.asyncProperty(voyages, async (voyage) => {
        const deployed = (await sail(kind, delivery, voyage)).map((tag) => rank.get(tag) ?? -1);
        expect(deployed).toEqual([...deployed].sort((a, b) => a - b));
        expect(deployed.at(-1)).toBe(kind.versions.length - 1);
      }),
      { numRuns: Number(process.env.TAGBOAT_RUNS ?? 2) },
    );
  });
});
