import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createOciRegistry, type OciRegistry } from "../../src/registry/oci-registry.ts";
import { readRegistriesFile } from "../../src/registry/registries-file.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { answerWith, type SmallServer, startServer } from "./small-registry.ts";

const LIST = "/v2/acme/app/tags/list";
let server: SmallServer;
let registry: OciRegistry;
beforeEach(async () => {
  server = await startServer();
  const file = readRegistriesFile(`registries:\n  ${server.host}: { owners: [acme] }\n`);
  if (file.kind === "refused") throw new Error(JSON.stringify(file.problems));
  const log = { debug: () => {} };
  registry = createOciRegistry({ hosts: file.hosts, clock: new FakeClock(), log });
});
afterEach(async () => {
  registry.close();
  await server.stop();
});

/** Serves pages one after the other; `next` makes the `Link` header of page `at`. */
function serve(pages: readonly (readonly string[])[], next: (at: number) => string): void {
  server.answers.set(LIST, (request, response) => {
    const at = Number(new URL(request.url ?? "", "http://x").searchParams.get("at") ?? 0);
    const headers = at + 1 < pages.length ? { link: next(at + 1) } : {};
    response.writeHead(200, headers).end(JSON.stringify({ tags: pages[at] }));
  });
}

const list = (owner = "acme") => registry.tags(`${server.host}/acme/app`, owner);

describe("tags by pages", () => {
  test.each([
    ["a path", (at: number) => `<${LIST}?at=${at}>; rel="next"`],
    ["a URL of its own choice", (at: number) => `<https://elsewhere.example/x?at=${at}>; rel=next`],
    [
      "one link among others",
      (at: number) => `<${LIST}?at=9>; rel="first", <${LIST}?at=${at}>; rel="next"`,
    ],
  ])("follow %s", async (_, next) => {
    serve([["a", "b"], ["c"], ["d"]], next);
    expect(await list()).toEqual({ kind: "listed", tags: ["a", "b", "c", "d"], whole: true });
    expect(server.asked.map(({ path }) => path)).toEqual([
      `${LIST}?n=1000`,
      `${LIST}?at=1`,
      `${LIST}?at=2`,
    ]);
  });

  test("end where a registry goes round in circles", async () => {
    serve([["a"], ["b"], ["b"], ["c"]], (at) => `<${LIST}?at=${at}>; rel="next"`);
    expect(await list()).toEqual({ kind: "listed", tags: ["a", "b"], whole: false });
    expect(server.asked).toHaveLength(3);
  });

  test("end at 10,000", async () => {
    const tags = (from: number) => Array.from({ length: 6000 }, (_, at) => `t${from + at}`);
    serve([tags(0), tags(6000), ["x"]], (at) => `<${LIST}?at=${at}>; rel="next"`);
    const answer = await list();
    expect(answer).toMatchObject({ kind: "listed", whole: false });
    expect(answer.kind === "listed" && answer.tags.length).toBe(10_000);
    expect(server.asked).toHaveLength(2);
  });

  test("leave out what can be no tag", async () => {
    serve([["v1", "", "-x", "a/b", "v2"]], () => "");
    expect(await list()).toMatchObject({ tags: ["v1", "v2"] });
  });
});

test.each([
  ["null tags", answerWith(200, '{"name":"acme/app","tags":null}'), { kind: "listed", tags: [] }],
  ["no JSON", answerWith(200, "<html>"), { kind: "unreadable" }],
  ["no tags", answerWith(200, "{}"), { kind: "unreadable" }],
  ["404", answerWith(404), { kind: "missing" }],
  ["401", answerWith(401), { kind: "not-allowed" }],
  ["500", answerWith(500), { kind: "unavailable", retryAt: null }],
  [
    "429",
    answerWith(429, "", { "retry-after": "60" }),
    { kind: "unavailable", retryAt: new Date("2026-11-22T09:01:00Z") },
  ],
])("an answer of %s", async (_, answer, expected) => {
  server.answers.set(LIST, answer);
  expect(await list()).toMatchObject(expected);
});

test("owners whom the operator does not name learn nothing", async () => {
  serve([["v1"]], () => "");
  expect(await list("stranger")).toMatchObject({ kind: "not-allowed" });
  expect(server.asked).toEqual([]);
});
