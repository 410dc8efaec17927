import { expect, test } from "@jest/globals";
import { pino } from "pino";
import { Probot } from "probot";
import { TagboatOctokit } from "../../src/github/octokit.ts";
import type { OctokitLike } from "../../src/github/octokit-like.ts";

/** A client of Probot made as the app makes it, with the wire in our hand. */
async function client(answer: () => Response): Promise<{ octokit: OctokitLike; sent: number[] }> {
  const sent: number[] = [];
  const wire = () => {
    sent.push(performance.now());
    return Promise.resolve(answer());
  };
  const Octokit = TagboatOctokit.defaults((options: object) => ({
    ...options,
    request: { fetch: wire },
  }));
  const probot = new Probot({ githubToken: "t", Octokit, log: pino({ level: "silent" }) });
  return { octokit: await probot.auth(), sent };
}

function json(status: number): Response {
  const headers = { "content-type": "application/json" };
  return new Response(JSON.stringify({ data: {} }), { status, headers });
}

test("Probot's client does not hold GraphQL calls back", async () => {
  const { octokit, sent } = await client(() => json(200));
  await Promise.all([1, 2, 3].map(() => octokit.graphql("query { viewer { login } }", {})));
  // The default throttle sends them a second apart.
  expect((sent.at(-1) ?? 0) - (sent[0] ?? 0)).toBeLessThan(900);
  expect(sent).toHaveLength(3);
});

test("Probot's client sends a failed write once", async () => {
  const { octokit, sent } = await client(() => json(502));
  const write = octokit.request("POST /repos/{owner}/{repo}/pulls", { owner: "a", repo: "b" });
  await expect(write).rejects.toMatchObject({ status: 502 });
  expect(sent).toHaveLength(1);
});
