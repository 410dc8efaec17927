import { describe, expect, test } from "@jest/globals";
import { PROPOSALS } from "../../src/github/proposals.ts";
import { problemsOf } from "./official-schema.ts";
import { REPO } from "./samples.ts";
import { type Answer, scriptedHost } from "./scripted-host.ts";

const SINCE = new Date("2026-02-27T00:00:00Z");
const LIST = "/app/hook/deliveries?per_page=100";

/** An attempt as GitHub lists it, `minutes` after noon. */
function attempt(id: number, guid: string, status_code: number, minutes: number): object {
  const delivered_at = new Date(Date.UTC(2026, 1, 28, 12, minutes)).toISOString();
  return { id, guid, status_code, delivered_at, event: "push", redelivery: false, status: "…" };
}

function page(attempts: readonly object[], next?: string): Answer {
  if (next === undefined) return { body: attempts };
  const link = `<https://api.github.test${LIST}&cursor=${next}>; rel="next"`;
  return { body: attempts, headers: { link } };
}

function hook(id: string, guid: string, minutes: number): object {
  const at = new Date(Date.UTC(2026, 1, 28, 12, minutes)).toISOString();
  return { id, guid, event: "push", at };
}

describe("failedHooks", () => {
  test("nothing failed: one request", async () => {
    const host = scriptedHost([page([])]);
    expect(await host.history.failedHooks(SINCE)).toEqual([]);
    expect(host.seen.map(({ path }) => path)).toEqual([`${LIST}&status=failure`]);
  });

  test("a webhook failed only when none of its attempts arrived; oldest first", async () => {
    const host = scriptedHost([
      page([attempt(9, "b", 502, 9), attempt(8, "a", 500, 8)], "v1_6"),
      page([attempt(6, "c", 502, 6), attempt(5, "b", 502, 5), attempt(2, "d", 404, 2)]),
      page([attempt(7, "c", 202, 7)], "v1_4"),
      page([attempt(4, "e", 200, 4), attempt(1, "d", 200, 1)], "v1_0"),
    ]);
    expect(await host.history.failedHooks(SINCE)).toEqual([
      hook("2", "d", 2),
      hook("9", "b", 5),
      hook("8", "a", 8),
    ]);
    expect(host.seen.map(({ path }) => path)).toEqual([
      `${LIST}&status=failure`,
      `${LIST}&status=failure&cursor=v1_6`,
      `${LIST}&status=success`,
      `${LIST}&status=success&cursor=v1_4`,
    ]);
  });

  test("what failed before the time that is asked for is left alone", async () => {
    const list = page([attempt(9, "b", 502, 9), attempt(5, "a", 502, 5)], "v1_4");
    const host = scriptedHost([list, page([])]);
    const failed = await host.history.failedHooks(new Date("2026-02-28T12:07:00Z"));
    expect(failed).toEqual([hook("9", "b", 9)]);
  });

  test("reading ends as soon as every webhook is known to have arrived", async () => {
    const arrived = page([attempt(3, "a", 200, 3), attempt(2, "x", 200, 2)], "v1_1");
    const host = scriptedHost([page([attempt(1, "a", 502, 1)]), arrived]);
    expect(await host.history.failedHooks(SINCE)).toEqual([]);
  });

  test("a host that lists all whatever it is asked for", async () => {
    const all = page([attempt(3, "a", 200, 3), attempt(2, "b", 502, 2), attempt(1, "a", 502, 1)]);
    const host = scriptedHost([all, all]);
    expect(await host.history.failedHooks(SINCE)).toEqual([hook("2", "b", 2)]);
  });

  test("a host without the list: nothing is known to have failed", async () => {
    expect(await scriptedHost([{ status: 404 }]).history.failedHooks(SINCE)).toEqual([]);
  });

  test.each<[string, Answer, object]>([
    ["down", { status: 502 }, { name: "ForgeUnavailable", scope: "request" }],
    ["no connection", { broken: "ECONNREFUSED" }, { name: "ForgeUnavailable" }],
    ["another shape", { body: [{ id: "x" }] }, { name: "ForgeUnavailable", scope: "request" }],
    ["the App's key is wrong", { status: 401 }, { name: "ForgeDenied" }],
    [
      "a limit",
      { status: 429, headers: { "retry-after": "60" } },
      { name: "ForgeUnavailable", scope: "installation" },
    ],
  ])("%s: told as the forge tells it", async (_name, answer, error) => {
    await expect(scriptedHost([answer]).history.failedHooks(SINCE)).rejects.toMatchObject(error);
  });
});

describe("redeliver", () => {
  test.each<[number, boolean]>([
    [202, true],
    [404, false],
    [422, false],
  ])("%d: %s", async (status, known) => {
    const host = scriptedHost([{ status }]);
    expect(await host.history.redeliver("17")).toBe(known);
    expect(host.seen).toMatchObject([{ method: "POST", path: "/app/hook/deliveries/17/attempts" }]);
  });

  test("no answer: it may be asked for again", async () => {
    const asked = scriptedHost([{ status: 502 }]).history.redeliver("17");
    await expect(asked).rejects.toMatchObject({ name: "ForgeUnavailable", scope: "request" });
  });
});

const OURS = { __typename: "Bot", login: "tagboat" };

const TIP = "a".repeat(40);

/** Its newest pull request that is over stands at its tip unless said otherwise. */
function ref(name: string, open: readonly object[] = [], over: readonly object[] = []): object {
  const prefix = "refs/heads/tagboat/";
  return { prefix, name, target: { oid: TIP }, open: { nodes: open }, over: { nodes: over } };
}

function pull(number: number, change: object = {}): object {
  return {
    number,
    baseRefName: "main",
    headRefOid: TIP,
    isCrossRepository: false,
    author: OURS,
    ...change,
  };
}

function branches(nodes: readonly object[], endCursor: string | null = null, id = 42): Answer {
  const viewer = { login: "tagboat[bot]", databaseId: 900 };
  const refs = { nodes, pageInfo: { hasNextPage: endCursor !== null, endCursor } };
  return { body: { data: { viewer, repository: { databaseId: id, refs } } } };
}

describe("proposals", () => {
  test("the document is valid by GitHub's schema", () => {
    expect(problemsOf(PROPOSALS.text)).toEqual([]);
  });

  test("ours alone, from every page", async () => {
    const host = scriptedHost([
      branches(
        [
          ref("dev/app-1", [pull(3), pull(4, { baseRefName: "production" })], [pull(2)]),
          ref("dev/app-2", [pull(5, { isCrossRepository: true })]),
        ],
        "next",
      ),
      branches([
        ref("dev/app-3", [pull(6, { author: { __typename: "User", login: "tagboat" } })]),
        ref("dev/app-4", [pull(7, { author: null })]),
        ref("dev/app-5"),
        ref("prod/app-6", [pull(8)]),
      ]),
    ]);
    expect(await host.history.proposals(REPO)).toEqual([
      { number: 3, branch: "tagboat/dev/app-1", base: "main", state: "open" },
      { number: 4, branch: "tagboat/dev/app-1", base: "production", state: "open" },
      { number: 8, branch: "tagboat/prod/app-6", base: "main", state: "open" },
    ]);
    const asked = { owner: "acme", name: "cd", prefix: "refs/heads/tagboat/" };
    expect(host.seen.map(({ variables }) => variables)).toEqual([
      { ...asked, after: null },
      { ...asked, after: "next" },
    ]);
  });

  test.each<[string, readonly object[], object, readonly number[]]>([
    ["the branch is where it was", [], pull(3), [3]],
    ["somebody went on with the branch", [], pull(3, { headRefOid: "b".repeat(40) }), []],
    [
      "another one is open from it",
      [pull(4, { author: { __typename: "User", login: "a" } })],
      pull(3),
      [],
    ],
    ["a person's", [], pull(3, { author: { __typename: "User", login: "ana" } }), []],
    ["a fork's", [], pull(3, { isCrossRepository: true }), []],
  ])(
    "one that is over is told of as long as its branch is left: %s",
    async (_, open, over, told) => {
      const host = scriptedHost([branches([ref("prod/app-1", open, [over])])]);
      const found = await host.history.proposals(REPO);
      expect(found.map(({ number }) => number)).toEqual(told);
      expect(found.every(({ state }) => state === "over")).toBe(true);
    },
  );

  test("another repo under the same name has none of ours", async () => {
    const host = scriptedHost([branches([ref("dev/app-1", [pull(3)])], null, 43)]);
    expect(await host.history.proposals(REPO)).toEqual([]);
  });
});

describe("checkCredentials", () => {
  test("asks for the App itself", async () => {
    const host = scriptedHost([{ body: { id: 1, slug: "tagboat" } }]);
    await host.history.checkCredentials();
    expect(host.seen.map(({ path }) => path)).toEqual(["/app"]);
  });

  test.each<[string, Answer]>([
    ["a wrong key", { status: 401 }],
    ["no such App", { status: 404 }],
    ["down", { status: 502 }],
    ["no connection", { broken: "ECONNREFUSED" }],
  ])("throws: %s", async (_, answer) => {
    await expect(scriptedHost([answer]).history.checkCredentials()).rejects.toThrow();
  });
});
