import { afterEach, describe, expect, test } from "@jest/globals";
import type { Fault } from "../../sandbox/api/faults.ts";
import { trackingBranch } from "../../src/propose/branch-name.ts";
import type { Harbour } from "../support/harbour.ts";
import {
  branches,
  closing,
  cold,
  committing,
  dropping,
  FILE,
  onboarding,
  opening,
  type ProposalStory,
  pushed,
  rebuilding,
  rest,
  startStory,
  stories,
  V2,
  V3,
  waiting,
} from "../support/proposal-stories.ts";

/** Every fault of the sandbox against every request of the proposal path: one line of the report a cell. */

const SECOND = 1000;
const HOUR = 3_600_000;
let harbour: Harbour | null = null;
/** Temporary branches that were left and deleted in this file. */
let swept = 0;
/** How often each kind struck in this file. */
const struck: Record<Fault["kind"], number> = {
  latency: 0,
  "bad-gateway-before": 0,
  "bad-gateway-after": 0,
  "reset-before": 0,
  "reset-after": 0,
  "secondary-limit": 0,
  "too-many-requests": 0,
  "moved-head": 0,
  "field-fails": 0,
  "combined-refused": 0,
  "webhook-lost": 0,
  "webhook-doubled": 0,
  "webhook-late": 0,
};

afterEach(async () => {
  const h = harbour;
  harbour = null;
  for (const [kind, times] of h?.stage.faults.fired ?? []) struck[kind] += times;
  await h?.close();
  expect(h?.stage.recorder.complaints ?? []).toEqual([]);
});

async function start(story: ProposalStory): Promise<Harbour> {
  harbour = await startStory(story);
  return harbour;
}

/** All work is done and none was given up; temporary branches go with the next sweep, nothing else does. */
async function restsRight(h: Harbour, story: ProposalStory): Promise<void> {
  h.stage.faults.clear();
  await rest(h);
  const failed = (await h.entries()).filter(({ outcome }) => outcome.kind === "failed");
  expect(failed).toEqual([]);
  await sweep(h);
  await story.right(h);
}

/** The next hourly round of sweeps, and what it deleted. */
async function sweep(h: Harbour): Promise<void> {
  if (!(await branches(h)).some(isTemporary)) return;
  await h.clock.advance(2 * HOUR);
  swept += await h.tagboat.sweeps.round();
  expect((await branches(h)).filter(isTemporary)).toEqual([]);
}

function isTemporary(branch: string): boolean {
  return branch.startsWith("tagboat-tmp/");
}

interface Strike {
  readonly name: string;
  readonly kind: Fault["kind"];
  fault(h: Harbour): Fault;
  /** Whether this request can be struck so. */
  fits(request: string): boolean;
}

const always = () => true;
const fields = (request: string): number => (isMutation(request) ? request.split("+").length : 0);

function isMutation(request: string): boolean {
  return !request.includes(" ") && !request.includes("repository");
}

function plain(fault: Fault, name: string = fault.kind): Strike {
  return { name, kind: fault.kind, fault: () => fault, fits: always };
}

function fieldFails(field: 1 | 2 | 3, type: string): Strike {
  const message = type === "RATE_LIMITED" ? "API rate limit exceeded" : "Something went wrong";
  const fault: Fault = { kind: "field-fails", field, type, message };
  return {
    name: `field ${field} fails (${type})`,
    kind: fault.kind,
    fault: () => fault,
    fits: (request) => fields(request) >= field,
  };
}

function refuses(message: string): Strike {
  const fault: Fault = { kind: "combined-refused", message };
  return {
    name: `combined refused: ${message}`,
    kind: fault.kind,
    fault: () => fault,
    fits: (request) => fields(request) > 1,
  };
}

/** Somebody else's commit on the base, beside what is tracked. */
const baseMoves: Strike = {
  name: "moved-head: the base",
  kind: "moved-head",
  fits: always,
  fault: (h) => ({
    kind: "moved-head",
    move: async () => void (await h.commit("ben", "main", { "notes.md": "a person's\n" })),
  }),
};

const strikes: readonly Strike[] = [
  plain({ kind: "latency", ms: 3 }),
  plain({ kind: "bad-gateway-before" }),
  plain({ kind: "bad-gateway-after" }),
  plain({ kind: "reset-before" }),
  plain({ kind: "reset-after" }),
  plain({ kind: "secondary-limit", retryAfter: 60 }),
  plain({ kind: "too-many-requests", retryAfter: 30 }),
  baseMoves,
  fieldFails(1, "INTERNAL"),
  fieldFails(2, "INTERNAL"),
  fieldFails(3, "INTERNAL"),
  fieldFails(1, "STALE_DATA"),
  fieldFails(2, "STALE_DATA"),
  fieldFails(3, "STALE_DATA"),
  fieldFails(1, "RATE_LIMITED"),
  fieldFails(2, "RATE_LIMITED"),
  fieldFails(3, "RATE_LIMITED"),
  refuses("Branch not found"),
  refuses("Resource not accessible by integration"),
];

for (const story of stories) {
  const cells = story.requests.flatMap((request) =>
    strikes
      .filter((strike) => strike.fits(request))
      .map((strike) => [request, strike.name, strike] as const),
  );
  describe(story.name, () => {
    test.each(cells)("%s · %s", async (request, _, strike) => {
      const h = await start(story);
      h.stage.faults.fired.clear();
      h.stage.faults.arm({ fault: strike.fault(h), at: request });
      await story.act(h);
      await rest(h);
      expect(h.stage.faults.fired.get(strike.kind)).toBe(1);
      await restsRight(h, story);
    });
  });
}

/** Nothing of the proposal path is in a webhook of GitHub but the news that the base or a pull request moved. */
describe("webhooks", () => {
  const news: readonly (readonly [string, ProposalStory])[] = [
    ["push", closing],
    ["pull_request.closed", dropping],
  ];
  const late: readonly (readonly [string, Fault])[] = [
    ["doubled", { kind: "webhook-doubled" }],
    ["late", { kind: "webhook-late", ms: 20 * 60 * SECOND }],
  ];
  const cells = news.flatMap(([event, story]) =>
    late.map(([name, fault]) => [event, name, story, fault] as const),
  );
  test.each(cells)("%s · %s", async (event, _, story, fault) => {
    const h = await start(story);
    h.stage.faults.fired.clear();
    h.stage.faults.arm({ fault, at: event });
    await story.act(h);
    await rest(h);
    expect(h.stage.faults.fired.get(fault.kind)).toBe(1);
    await restsRight(h, story);
  });

  test.each(news)("%s · lost: the next one mends it", async (event, story) => {
    const h = await start(story);
    h.stage.faults.fired.clear();
    h.stage.faults.arm({ fault: { kind: "webhook-lost" }, at: event });
    await story.act(h);
    await rest(h);
    expect(h.stage.faults.fired.get("webhook-lost")).toBe(1);
    const path = { [FILE]: `${await h.read("main", FILE)}# looked at again\n` };
    await h.commit("ben", "main", path);
    await restsRight(h, story);
  });

  test.each(news)("%s · lost: GitHub sends it again when asked", async (event, story) => {
    const h = await start(story);
    h.stage.faults.arm({ fault: { kind: "webhook-lost" }, at: event });
    await story.act(h);
    await rest(h);
    const lost = h.stage.webhooks.deliveries().filter(({ statusCode }) => statusCode === 502);
    expect(lost).toHaveLength(1);
    for (const { id } of lost) await h.stage.webhooks.redeliver(id);
    await restsRight(h, story);
  });
});

/** A person's commit on the proposal's branch between the reading and the writing. */
describe("moved-head: the proposal's branch", () => {
  const cells = [rebuilding, waiting, closing].flatMap((story) =>
    story.requests.slice(1).map((request) => [story.name, request, story] as const),
  );
  test.each(cells)("%s · %s: a person's work stays", async (_, request, story) => {
    const h = await start(story);
    const branch = h.open()[0]?.headBranch ?? "";
    let theirs = "";
    const move = async () => {
      theirs = await h.commit("ben", branch, { "theirs.md": "mine\n" });
    };
    h.stage.faults.fired.clear();
    h.stage.faults.arm({ fault: { kind: "moved-head", move }, at: request });
    await story.act(h);
    await rest(h);
    expect(h.stage.faults.fired.get("moved-head")).toBe(1);
    await sweep(h);
    expect(await h.repo.store.readRef(`refs/heads/${branch}`)).toBe(theirs);
    expect(await branches(h)).toEqual(["main", branch]);
    expect(h.stage.world.pulls(h.repo)).toHaveLength(1);
    expect((await h.entries()).filter(({ outcome }) => outcome.kind === "failed")).toEqual([]);
  });

  test("a person's branch of the onboarding's name stays", async () => {
    const h = await start(onboarding);
    const branch = "tagboat/onboarding";
    const after = (await h.repo.store.readRef("refs/heads/main")) ?? "";
    const name = `refs/heads/${branch}`;
    await h.stage.world.updateRefs(h.repo, "ben", [{ name, before: null, after }]);
    const theirs = await h.commit("ben", branch, { "theirs.md": "mine\n" });
    const delivery = await pushed(h, V2);
    await rest(h);
    expect(await h.repo.store.readRef(name)).toBe(theirs);
    expect(h.stage.world.pulls(h.repo)).toEqual([]);
    expect(await h.outcomesOf(delivery)).toMatchObject([
      { kind: "refused", reason: "branch-in-use" },
    ]);
  });

  test("an onboarding that was withdrawn, since it showed an older commit, is offered again", async () => {
    const h = await start(onboarding);
    const { faults } = h.stage;
    const fails = (field: 1 | 2 | 3): Fault => ({
      kind: "field-fails",
      field,
      type: "INTERNAL",
      message: "Something went wrong",
    });
    faults.arm({ fault: fails(3) });
    const move = async () => void (await h.commit("ben", "main", { "notes.md": "n\n" }));
    faults.arm({ fault: { kind: "moved-head", move }, at: onboarding.requests[0] ?? "", skip: 1 });
    faults.arm({ fault: fails(1), at: "updateRefs" });
    await onboarding.act(h);
    await rest(h);
    expect([faults.fired.get("field-fails"), faults.fired.get("moved-head")]).toEqual([2, 1]);
    const states = h.stage.world.pulls(h.repo).map(({ state }) => state);
    expect(states).toEqual(["closed", "open"]);
    expect(await h.read("tagboat/onboarding", "notes.md")).toBe("n\n");
  });

  test("a branch of our name appears: it is not taken, and no pull request shows it", async () => {
    const h = await start(opening);
    const place = { base: "main", environment: "dev", component: null };
    const name = `refs/heads/${trackingBranch(place)}`;
    const move = async () => {
      const oid = (await h.repo.store.readRef("refs/heads/main")) ?? "";
      await h.stage.world.updateRefs(h.repo, "ben", [{ name, before: null, after: oid }]);
      await h.commit("ben", trackingBranch(place), { "theirs.md": "mine\n" });
    };
    h.stage.faults.arm({ fault: { kind: "moved-head", move }, at: opening.requests[1] ?? "" });
    const delivery = await pushed(h, V2);
    await rest(h);
    expect(h.stage.faults.fired.get("moved-head")).toBe(1);
    expect(await h.outcomesOf(delivery)).toMatchObject([
      { kind: "refused", reason: "branch-in-use" },
    ]);
    expect(h.open()).toEqual([]);
    expect(await h.read(trackingBranch(place), "theirs.md")).toBe("mine\n");
  });
});

/** What stands in for all kinds: nothing happened, all happened, and the host wants to be left alone. */
const tellingFaults: readonly Fault[] = [
  { kind: "bad-gateway-before" },
  { kind: "bad-gateway-after" },
  { kind: "reset-after" },
  { kind: "secondary-limit", retryAfter: 60 },
];

describe.each([cold, rebuilding, committing])("the n-th request fails: $name", (story) => {
  const cells = tellingFaults.flatMap((fault) =>
    [...story.requests.keys()].map((skip) => [skip + 1, fault.kind, fault] as const),
  );
  test.each(cells)("request %i · %s", async (nth, _, fault) => {
    const h = await start(story);
    h.stage.faults.fired.clear();
    h.stage.faults.arm({ fault, skip: nth - 1 });
    await story.act(h);
    await rest(h);
    expect(h.stage.faults.fired.get(fault.kind)).toBe(1);
    await restsRight(h, story);
  });
});

describe("several in a row", () => {
  const cells = stories.flatMap((story) =>
    tellingFaults.map((fault) => [story.name, fault.kind, story, fault] as const),
  );
  test.each(cells)("%s · %s, for twelve requests", async (_, kind, story, fault) => {
    const h = await start(story);
    h.stage.faults.fired.clear();
    h.stage.faults.arm({ fault, times: 12 });
    await story.act(h);
    await rest(h);
    expect(h.stage.faults.fired.get(kind)).toBeGreaterThan(0);
    await restsRight(h, story);
  });

  test.each(stories.map((story) => [story.name, story] as const))(
    "%s · one kind after the other",
    async (_, story) => {
      const h = await start(story);
      h.stage.faults.fired.clear();
      for (const fault of tellingFaults) h.stage.faults.arm({ fault, at: "+" });
      for (const fault of tellingFaults) h.stage.faults.arm({ fault });
      await story.act(h);
      await rest(h);
      expect(h.stage.faults.fired.size).toBeGreaterThan(2);
      await restsRight(h, story);
    },
  );
});

describe("a step is forbidden for once", () => {
  const cells = ([1, 2, 3] as const).flatMap((field) =>
    [opening, committing]
      .filter((story) => fields(story.requests[1] ?? "") >= field)
      .map((story) => [story.name, field, story] as const),
  );
  test.each(cells)(
    "%s · field %i: done, or parked for its owner to mend, and the next event is served",
    async (...cell) => {
      const [, field, story] = cell;
      const h = await start(story);
      const message = "Resource not accessible by integration";
      const fault: Fault = { kind: "field-fails", field, type: "FORBIDDEN", message };
      h.stage.faults.arm({ fault });
      const delivery = await pushed(h, V2);
      await rest(h);
      expect(h.stage.faults.fired.get("field-fails")).toBe(1);
      const [outcome] = await h.outcomesOf(delivery);
      const doneKind = story === committing ? "committed" : "proposed";
      const parked = h.lines.some((line) => line.includes("parked until the owner's access"));
      expect(outcome?.kind ?? "parked").toBe(parked ? "parked" : doneKind);
      await pushed(h, V3);
      await rest(h);
      const branch = h.open()[0]?.headBranch ?? "main";
      expect((await h.read(branch, FILE))?.endsWith(`newTag: ${V3}\n`)).toBe(true);
      expect(h.stage.world.pulls(h.repo)).toHaveLength(branch === "main" ? 0 : 1);
    },
  );
});

test("every kind of fault struck, and some left branches to sweep", () => {
  expect(swept).toBeGreaterThan(0);
  expect(Object.entries(struck).filter(([, times]) => times === 0)).toEqual([]);
});
