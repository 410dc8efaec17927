import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { Octokit } from "@octokit/rest";
import { controlRoutes } from "../../../sandbox/api/control.ts";
import { type Address, openAddress } from "../../../sandbox/api/serve.ts";
import { githubInProcess } from "./github-in-process.ts";

let address: Address;
let github: Awaited<ReturnType<typeof githubInProcess>>;

beforeEach(async () => {
  address = await openAddress();
  github = await githubInProcess({ baseUrl: address.url });
  address.serve({
    api: github.fetch,
    control: controlRoutes(github).fetch,
    pages: () => new Response("a page"),
    git: async (_, response) => void response.end("git"),
  });
});

afterEach(() => address.close());

async function arm(body: unknown): Promise<number> {
  const init = { method: "POST", body: JSON.stringify(body) };
  return (await fetch(`${address.url}/_sandbox/faults`, init)).status;
}

test.each([
  ["/api/v3/meta", "verifiable_password_authentication"],
  ["/meta", "verifiable_password_authentication"],
  ["/repos/acme/open", '"full_name":"acme/open"'],
  ["/acme/cd/pull/1", "a page"],
  ["/acme/cd.git/info/refs?service=git-upload-pack", "git"],
])("%s is served", async (path, text) => {
  const answer = await fetch(address.url + path);
  expect(await answer.text()).toContain(text);
});

test("listens on this machine only", () => {
  expect(address.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

test("answers link to the address that serves them", async () => {
  const octokit = new Octokit({
    baseUrl: `${address.url}/api/v3`,
    auth: github.tokens.forPerson("ada"),
  });
  const { data } = await octokit.rest.repos.get({ owner: "acme", repo: "cd" });
  expect([data.url, github.recorder.complaints]).toEqual([
    `${address.url}/api/v3/repos/acme/cd`,
    [],
  ]);
});

test("a reset breaks the connection", async () => {
  expect(await arm({ fault: { kind: "reset-after" } })).toBe(204);
  await expect(fetch(`${address.url}/meta`)).rejects.toThrow("fetch failed");
  expect((await fetch(`${address.url}/meta`)).status).toBe(200);
});

test("a head is moved under a request by order of the control", async () => {
  const { open } = github;
  const before = await open.store.readRef("refs/heads/main");
  const branch = { owner: "acme", repo: "open", branch: "main", by: "bob" };
  expect(await arm({ fault: { kind: "moved-head", ...branch }, at: "GET /meta" })).toBe(204);
  await fetch(`${address.url}/meta`);
  expect(await open.store.readRef("refs/heads/main")).not.toBe(before);
});

test.each([
  [{}, 400],
  [{ fault: { kind: "flood" } }, 400],
  [{ fault: { kind: "latency", ms: -1 } }, 400],
  [{ fault: { kind: "moved-head", owner: "no", repo: "no", branch: "x", by: "bob" } }, 404],
])("the control refuses %j", async (body, status) => {
  expect(await arm(body)).toBe(status);
});

test("the control counts, and forgets", async () => {
  await fetch(`${address.url}/api/v3/nonsense`);
  const url = `${address.url}/_sandbox`;
  const before = await (await fetch(`${url}/requests`)).json();
  await fetch(`${url}/reset`, { method: "POST" });
  const after = await (await fetch(`${url}/requests`)).json();
  expect([before, after]).toEqual([
    {
      counted: 1,
      writes: 0,
      byWhat: { "GET /nonsense": 1 },
      complaints: ["No such route: GET /nonsense"],
    },
    { counted: 0, writes: 0, byWhat: {}, complaints: [] },
  ]);
});

test("the control gives out a person's token", async () => {
  const url = `${address.url}/_sandbox/tokens`;
  const known = await fetch(`${url}/ada`, { method: "POST" });
  const unknown = await fetch(`${url}/nobody`, { method: "POST" });
  expect([await known.json(), unknown.status]).toEqual([{ token: "sandbox_ada" }, 404]);
});
