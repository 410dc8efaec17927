import { expect, test } from "@jest/globals";
import { tallyRequests } from "../../src/github/tally-requests.ts";
import { ForgeUnavailable } from "../../src/model/forge.ts";
import { REPO } from "./samples.ts";
import { type Answer, scriptedHost } from "./scripted-host.ts";

function left(remaining: string, answer: object): Answer {
  return { ...answer, headers: { "x-ratelimit-remaining": remaining } };
}

const VIEWER = { login: "tagboat[bot]", databaseId: 900 };
const GONE = { body: { data: { viewer: VIEWER, repository: null } } };
const QUERY = { repo: REPO, base: null, head: null, files: [] };

test("every request is counted, and what its answer leaves of the installation's budget", async () => {
  const script = [
    left("4321", GONE),
    left("4320", { status: 502 }),
    GONE,
    { broken: "ECONNRESET" },
  ];
  const host = scriptedHost([...script, left("98", { body: [] })]);
  for (const _ of script) {
    await host.forge.readTarget(QUERY).catch((error: unknown) => {
      expect(error).toBeInstanceOf(ForgeUnavailable);
    });
  }
  await host.forge.cdRepos(null);
  const told: unknown[] = [];
  const tell = tallyRequests({
    asked: (...asked) => told.push(asked),
    budget: (...budget) => told.push(budget),
  });
  for (const sent of host.sent) tell(sent);
  expect(told).toEqual([
    ["query", "viewer+repository", 200],
    [11, "graphql", 4321],
    ["query", "viewer+repository", 502],
    [11, "graphql", 4320],
    ["query", "viewer+repository", 200],
    ["query", "viewer+repository", null],
    // The App's own budget is no installation's.
    ["rest", "GET /app/installations", 200],
  ]);
});
