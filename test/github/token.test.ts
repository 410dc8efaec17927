import { expect, test } from "@jest/globals";
import { createGithubForge } from "../../src/github/github-forge.ts";
import type { OctokitLike, SentRequest } from "../../src/github/octokit-like.ts";
import { target } from "./samples.ts";
import { NOW } from "./scripted-host.ts";

const MINT = { url: "https://api.github.test/app/installations/11/access_tokens" };

/** An error of octokit's request, as it is thrown while a token is minted for another request. */
function mintFails(status: number, headers: Record<string, string> | null = {}): Error {
  const answered = headers === null ? {} : { response: { headers } };
  return Object.assign(new Error("no token"), { status, request: MINT, ...answered });
}

test.each<[string, Error, object]>([
  ["the installation is gone", mintFails(404), { name: "ForgeDenied" }],
  ["the installation is suspended", mintFails(403), { name: "ForgeDenied" }],
  ["the App's key is wrong", mintFails(401), { name: "ForgeDenied" }],
  ["the host is down", mintFails(502), { name: "ForgeUnavailable", scope: "request" }],
  ["no connection", mintFails(500, null), { name: "ForgeUnavailable", scope: "request" }],
  [
    "a limit",
    mintFails(403, { "retry-after": "60" }),
    { name: "ForgeUnavailable", scope: "installation" },
  ],
])(
  "no token, %s: nothing of the write was sent, and nothing is counted",
  async (_name, error, failed) => {
    const sent: SentRequest[] = [];
    const fails = () => Promise.reject(error);
    const octokit: OctokitLike = { graphql: fails, request: fails };
    for (const octokitFor of [() => Promise.resolve(octokit), fails]) {
      const forge = createGithubForge({
        octokitFor,
        appOctokit: fails,
        appId: 7,
        clock: { now: () => NOW, sleep: () => Promise.resolve() },
        log: { warn: () => {} },
        onRequest: (request) => sent.push(request),
      });
      const write = forge.commitToBase({
        target: target(),
        message: "m",
        edits: [],
      });
      await expect(write).rejects.toMatchObject(failed);
    }
    expect(sent).toEqual([]);
  },
);
