import { describe, expect, test } from "@jest/globals";
import { run } from "../../src/cli/run.ts";
import type { DeskPorts } from "../../src/desk/desk-call.ts";
import type { Depth } from "../../src/model/desk.ts";
import type { Outcome } from "../../src/model/outcome.ts";
import { deskOf, NO_DEPTH, type Record, recordOf } from "../support/desk-of-records.ts";

const IMAGE = "quay.io/acme/app";
const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
const V1 = { image: IMAGE, tag: "v1", digest: null };
const V2 = { image: IMAGE, tag: "v2", digest: DIGEST };
const PLACE = { repo: "acme/app-cd", base: "main", environment: "dev", component: "web" };
const PROPOSED: Outcome = {
  kind: "proposed",
  place: PLACE,
  action: "opened",
  url: "https://github.com/acme/app-cd/pull/7",
  number: 7,
};
const LANE = JSON.stringify(["place", "acme/app-cd", "main", "dev", "web"]);

const DONE = recordOf({
  id: "0199aaaa-0000-7000-8000-000000000001",
  subjects: [V1],
  outcomes: [
    PROPOSED,
    {
      kind: "skipped",
      place: { ...PLACE, environment: "prod", component: null },
      reason: "promotion-only",
      detail: "",
    },
  ],
  delivery: { senderId: "push-1", scope: { kind: "image", prefix: "quay.io/acme" } },
});
const DEAD = recordOf({
  id: "0199aaaa-0000-7000-8000-000000000002",
  subjects: [V2, { ...V1, tag: "v2-debug" }],
  outcomes: [{ kind: "failed", place: PLACE, detail: "GitHub answered 502", retryAt: null }],
  delivery: { receivedAt: "2026-11-22T10:00:00.000Z" },
  summary: {
    state: "dead",
    tries: 16,
    detail: "GitHub answered 502",
    left: [{ lane: LANE, state: "dead", tries: 16, detail: "GitHub answered 502", due: null }],
  },
});
const WORKING = recordOf({
  id: "0199aaaa-0000-7000-8000-000000000003",
  subjects: [
    { image: "registry.acme.example:5000/team/with-a-long/path/app", tag: "v3", digest: null },
  ],
  delivery: { source: "distribution", receivedAt: "2026-11-22T10:00:01.000Z" },
  summary: {
    state: "working",
    left: [
      { lane: LANE, state: "waiting", tries: 0, detail: null, due: null },
      {
        lane: JSON.stringify(["direct", "acme/other-cd", "main"]),
        state: "waiting",
        tries: 2,
        detail: "paused by the operator: release freeze",
        due: "2026-11-22T10:00:30.000Z",
      },
      {
        lane: JSON.stringify(["onboard", "acme/gone-cd"]),
        state: "parked",
        tries: 1,
        detail: "the installation is suspended",
        due: null,
      },
    ],
  },
});
const NAMELESS = recordOf({
  id: "0199aaaa-0000-7000-8000-000000000004",
  delivery: { source: "tekton", body: '{"a":"\u001b[2J"}\nb', headers: {} },
  summary: {
    state: "waiting",
    tries: 1,
    detail: "no\u001b[31mregistry",
    due: "2026-11-22T10:01:00Z",
  },
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function tagboat(
  args: readonly string[],
  ports: DeskPorts,
): Promise<Ran & { closed: number }> {
  let out = "";
  let err = "";
  let closed = 0;
  const terminal = {
    variables: {},
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  const code = await run(args, terminal, {
    now: () => new Date("2026-11-22T11:30:00.000Z"),
    openDesk: async () => ({
      kind: "open",
      ...ports,
      async close() {
        closed += 1;
      },
    }),
  });
  return { code, out, err, closed };
}

async function shown(
  args: readonly string[],
  records: readonly Record[],
  depth?: Depth,
): Promise<string> {
  const { code, out, err, closed } = await tagboat(args, deskOf(records, depth));
  expect([code, err, closed]).toEqual([0, "", 1]);
  for (const line of out.split("\n")) expect([...line].length).toBeLessThanOrEqual(100);
  return out;
}

describe("tagboat deliveries", () => {
  test("lists what arrived, with what is in the way", async () => {
    expect(await shown(["deliveries"], [WORKING, DEAD, DONE, NAMELESS])).toBe(
      `RECEIVED             ID                                    STATE    WHAT
2026-11-22 10:00:01  0199aaaa-0000-7000-8000-000000000003  working  …/team/with-a-long/path/app:v3
    acme/app-cd, dev (web): waits
    acme/other-cd main: waits, due 2026-11-22 10:00:30, failed 2 tries: paused by the operator:
    release freeze
    acme/gone-cd: parked until Tagboat has access again: the installation is suspended
2026-11-22 10:00:00  0199aaaa-0000-7000-8000-000000000002  dead     quay.io/acme/app:v2 +1
    acme/app-cd, dev (web): given up after 16 tries: GitHub answered 502
2026-11-22 09:00:03  0199aaaa-0000-7000-8000-000000000001  done     quay.io/acme/app:v1
2026-11-22 09:00:03  0199aaaa-0000-7000-8000-000000000004  waiting  tekton
    not routed yet, due 2026-11-22 10:01:00, failed 1 try: no [31mregistry
`,
    );
  });

  test("one that was given up before it was routed", async () => {
    const record = recordOf({ id: "0199", summary: { state: "dead", tries: 16, detail: "no" } });
    expect(await shown(["deliveries"], [record])).toBe(
      `RECEIVED             ID    STATE  WHAT
2026-11-22 09:00:03  0199  dead   quay
    given up after 16 tries: no
`,
    );
  });

  test("--failed and --limit choose, --json tells all", async () => {
    const args = ["deliveries", "--failed", "--limit", "1", "--json"];
    expect(JSON.parse(await shown(args, [WORKING, DEAD, DONE, DEAD]))).toEqual([DEAD.summary]);
  });

  test.each([
    [[], "Nothing has arrived. `tagboat hook-url` prints what to enter at a sender.\n"],
    [["--failed"], "Nothing was given up, and nothing waits for access.\n"],
  ])("with nothing to list %j", async (args, expected) => {
    expect(await shown(["deliveries", ...args], [])).toBe(expected);
  });
});

describe("tagboat delivery", () => {
  test("shows one as a whole, without its body", async () => {
    expect(await shown(["delivery", DONE.delivery.id], [DONE])).toBe(
      `delivery      0199aaaa-0000-7000-8000-000000000001
received      2026-11-22 09:00:03 UTC
from          quay, for acme, images below quay.io/acme
sender's id   push-1
state         done
speaks of     quay.io/acme/app:v1
content-type  application/json

What became of it:
  acme/app-cd, dev (web): pull request 7 was opened: https://github.com/acme/app-cd/pull/7
  acme/app-cd, prod: left alone: the environment does not follow pushes (promotion-only)
`,
    );
  });

  test("--body shows the body, and no terminal obeys it", async () => {
    const { delivery } = NAMELESS;
    expect(await shown(["delivery", delivery.id, "--body"], [NAMELESS])).toBe(
      `delivery  0199aaaa-0000-7000-8000-000000000004
received  2026-11-22 09:00:03 UTC
from      tekton, for acme
state     waiting

In its way:
  not routed yet, due 2026-11-22 10:01:00, failed 1 try: no [31mregistry

Body:
{"a":" [2J"}
b
`,
    );
  });

  test("--json has the body only when it is asked for", async () => {
    const { body, ...rest } = DONE.delivery;
    const json = ["delivery", DONE.delivery.id, "--json"];
    expect(JSON.parse(await shown(json, [DONE]))).toEqual({ ...DONE, delivery: rest });
    expect(JSON.parse(await shown([...json, "--body"], [DONE])).delivery.body).toBe(body);
  });
});

test("tagboat replay works a delivery again", async () => {
  const ports = deskOf([DEAD]);
  const { code, out } = await tagboat(["replay", DEAD.delivery.id], ports);
  expect(code).toBe(0);
  expect(out).toBe(
    "It is worked again. `tagboat delivery 0199aaaa-0000-7000-8000-000000000002` shows what becomes of it.\n",
  );
  expect(ports.replayed).toEqual([DEAD.delivery.id]);
});

test.each([["delivery"], ["replay"]])("tagboat %s of an unknown delivery fails", async (name) => {
  const { code, out, err, closed } = await tagboat([name, "0\u001b[2J"], deskOf([DONE]));
  expect([code, out, closed]).toEqual([1, "", 1]);
  expect(err).toBe("There is no delivery 0 [2J: `tagboat deliveries` lists what is kept.\n");
});

describe("tagboat explain", () => {
  test("tells what arrived and what became of it, place by place", async () => {
    expect(await shown(["explain", IMAGE], [DEAD, DONE, WORKING])).toBe(
      `2026-11-22 10:00:00  quay.io/acme/app:v2, quay.io/acme/app:v2-debug
  told by quay for acme, delivery 0199aaaa-0000-7000-8000-000000000002: dead
    acme/app-cd, dev (web): given up: GitHub answered 502
    acme/app-cd, dev (web): given up after 16 tries: GitHub answered 502

2026-11-22 09:00:03  quay.io/acme/app:v1
  told by quay for acme, delivery 0199aaaa-0000-7000-8000-000000000001: done
    acme/app-cd, dev (web): pull request 7 was opened: https://github.com/acme/app-cd/pull/7
    acme/app-cd, prod: left alone: the environment does not follow pushes (promotion-only)
`,
    );
  });

  test.each<[Outcome, string]>([
    [
      { kind: "committed", place: { ...PLACE, component: null }, oid: "0123456789abcdef01234567" },
      "acme/app-cd, dev: committed to main as 0123456789a…",
    ],
    [
      { kind: "closed", place: PLACE, number: 7, why: "main has it" },
      "acme/app-cd, dev (web): pull request 7 was closed: main has it",
    ],
    [
      { kind: "refused", place: null, reason: "image-gone", detail: "no\u0007 such tag" },
      "as a whole: refused: the registry does not have it (image-gone). no  such tag",
    ],
    [
      {
        kind: "skipped",
        place: { ...PLACE, environment: "", component: null },
        reason: "no-config",
        detail: "",
      },
      "acme/app-cd: left alone: the repo has no config and nothing to propose one from (no-config)",
    ],
  ])("in words: %j", async (outcome, expected) => {
    const record = recordOf({ id: "0199", subjects: [V1], outcomes: [outcome] });
    const lines = (await shown(["explain", `${IMAGE}:v1`], [record])).split("\n").slice(2, -1);
    expect(lines).toEqual([`    ${expected}`]);
  });

  test("names the image as every part does, and a version by its digest where it has no tag", async () => {
    const untagged = recordOf({
      id: "0199",
      subjects: [{ ...V2, image: "docker.io/library/redis", tag: null }],
    });
    expect(await shown(["explain", "Redis"], [untagged])).toBe(
      `2026-11-22 09:00:03  docker.io/library/redis@sha256:0123456789ab
  told by quay for acme, delivery 0199: done
    nothing became of it yet
`,
    );
  });

  test("says when there may be more", async () => {
    const out = await shown(["explain", IMAGE, "--limit", "1"], [DEAD, DONE]);
    expect(out).toContain("\n\nThe newest 1; --limit shows more.\n");
    expect(out).not.toContain(DONE.delivery.id);
  });

  test.each([
    [IMAGE, `Nothing has arrived about ${IMAGE}, as far`],
    [`${IMAGE}:v9`, `Nothing has arrived about ${IMAGE}:v9, as far`],
  ])("nothing about %s: what to check, exit 1", async (image, expected) => {
    const { code, out } = await tagboat(["explain", image], deskOf([WORKING]));
    expect(code).toBe(1);
    expect(out.startsWith(expected)).toBe(true);
    expect(out).toContain("`tagboat hook-url`");
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test("--json is JSON, also of nothing", async () => {
    const { code, out } = await tagboat(["explain", IMAGE, "--json"], deskOf([]));
    expect([code, JSON.parse(out)]).toEqual([1, []]);
    const [one] = JSON.parse(await shown(["explain", IMAGE, "--json"], [DONE]));
    expect(one).toEqual({ summary: DONE.summary, history: DONE.history });
  });
});

describe("tagboat pause and resume", () => {
  test.each([
    [[], null, null, "everything", "`tagboat resume`"],
    [["Acme/App-CD"], "acme/app-cd", null, "acme/app-cd", "`tagboat resume acme/app-cd`"],
    [
      ["--env", "prod"],
      null,
      "prod",
      "environment prod of every CD repo",
      "`tagboat resume --env prod`",
    ],
    [
      ["acme/app-cd", "--env", "prod"],
      "acme/app-cd",
      "prod",
      "environment prod of acme/app-cd",
      "`tagboat resume acme/app-cd --env prod`",
    ],
  ])("%j", async (scope, repo, environment, words, hint) => {
    const ports = deskOf([]);
    const paused = await tagboat(["pause", ...scope, "--reason", "release freeze"], ports);
    expect(paused).toMatchObject({ code: 0, out: `Paused: ${words}. ${hint} lifts it.\n` });
    expect(await ports.switches.all()).toEqual([
      { repo, environment, since: "2026-11-22T11:30:00.000Z", reason: "release freeze" },
    ]);
    const resumed = await tagboat(["resume", ...scope], ports);
    expect(resumed).toMatchObject({ code: 0, out: `Resumed: ${words}.\n` });
    expect(await ports.switches.all()).toEqual([]);
  });

  test("resume says what is still paused", async () => {
    const ports = deskOf([]);
    await tagboat(["pause", "acme/app-cd", "--reason", "moving"], ports);
    const still = "Still paused:\n  acme/app-cd, since 2026-11-22 11:30:00: moving\n";
    const { code, err } = await tagboat(["resume"], ports);
    expect([code, err]).toEqual([1, `Nothing was paused as everything.\n${still}`]);
    await tagboat(["pause", "--reason", "all"], ports);
    expect((await tagboat(["resume"], ports)).out).toBe(`Resumed: everything.\n${still}`);
  });
});

describe("tagboat status", () => {
  test("tells how much waits and what is paused", async () => {
    const depth = { deliveries: 3, items: 40, parked: 2, dead: 1, deadNotices: 5 };
    const ports = deskOf([], { ...depth, oldest: "2026-11-22T09:00:00.000Z" });
    await tagboat(["pause", "--env", "prod", "--reason", "release\u001b[2J freeze"], ports);
    expect(await tagboat(["status"], ports)).toMatchObject({
      code: 0,
      out: `deliveries not routed yet  3
pieces of work in lanes    40
parked until access        2
given up                   1
notices given up           5
oldest that is not done    2026-11-22 09:00:00, 2 h ago

Paused:
  environment prod of every CD repo, since 2026-11-22 11:30:00: release [2J freeze

\`tagboat deliveries --failed\` tells which and why.
`,
    });
  });

  test("of a quiet day", async () => {
    expect(await shown(["status"], [])).toBe(
      `deliveries not routed yet  0
pieces of work in lanes    0
parked until access        0
given up                   0
notices given up           0
oldest that is not done    none

Nothing is paused.
`,
    );
    expect(JSON.parse(await shown(["status", "--json"], []))).toEqual({
      depth: NO_DEPTH,
      paused: [],
    });
  });

  test.each([
    ["2026-11-22T11:29:15Z", "45 s"],
    ["2026-11-22T11:31:00Z", "0 s"],
    ["2026-11-22T11:00:00Z", "30 min"],
    ["2026-11-21T05:30:00Z", "30 h"],
    ["2026-11-19T11:30:00Z", "3 d"],
  ])("the oldest of %s came %s ago", async (oldest, age) => {
    expect(await shown(["status"], [], { ...NO_DEPTH, oldest })).toContain(`, ${age} ago\n`);
  });
});

describe("the operator's commands", () => {
  test.each([
    [["deliveries", "more"]],
    [["deliveries", "--limit", "0"]],
    [["deliveries", "--limit", "1001"]],
    [["deliveries", "--limit"]],
    [["delivery"]],
    [["delivery", "a", "b"]],
    [["replay"]],
    [["replay", "a", "--all"]],
    [["explain"]],
    [["explain", "Not An Image"]],
    [["explain", `${IMAGE}@${DIGEST}`]],
    [["explain", `${IMAGE}:-v1`]],
    [["explain", IMAGE, "--limit", "ten"]],
    [["pause"]],
    [["pause", "--reason", " "]],
    [["pause", "app-cd", "--reason", "x"]],
    [["pause", "--env", "", "--reason", "x"]],
    [["resume", "--reason", "x"]],
    [["status", "now"]],
  ])("%j is wrong usage, and nothing is opened", async (args) => {
    const { code, out, err, closed } = await tagboat(args, deskOf([]));
    expect([code, out, closed]).toEqual([2, "", 0]);
    expect(err).toMatch(new RegExp(`^tagboat ${args[0]}: .+\n\nUsage: tagboat ${args[0]}`));
  });

  test.each(
    ["deliveries", "delivery", "replay", "explain", "pause", "resume", "status"].map((n) => [n]),
  )("tagboat %s --help fits the terminal", async (name) => {
    expect(await shownHelp(name)).toMatch(new RegExp(`^Usage: tagboat ${name}`));
  });

  async function shownHelp(name: string): Promise<string> {
    const { code, out, closed } = await tagboat([name, "--help"], deskOf([]));
    expect([code, closed]).toEqual([0, 0]);
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    return out;
  }

  test("a store that fails is closed, and its error goes up", async () => {
    await expect(tagboat(["replay", "fault"], deskOf([]))).rejects.toThrow("the store is down");
  });
});
