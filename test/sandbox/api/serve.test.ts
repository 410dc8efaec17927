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

test("the control suspends, uninstalls and installs the App, and deletes a repo", async () => {
  const { world } = github;
  const control = async (method: string, path: string, body?: object) => {
    const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    return (await fetch(`${address.url}/_sandbox/${path}`, init)).status;
  };
  const told: string[] = [];
  world.on((event) => told.push("action" in event ? `${event.kind}.${event.action}` : event.kind));
  const statuses = [
    await control("POST", "installations/Acme/suspend"),
    await control("POST", "installations/acme/unsuspend"),
    await control("POST", "installations/acme", {}),
    await control("DELETE", "installations/acme"),
    await control("DELETE", "installations/acme"),
    await control("POST", "installations/acme/suspend"),
    await control("POST", "installations/acme", { repos: ["nowhere"] }),
    await control("POST", "installations/acme", { repos: "some" }),
    await control("POST", "installations/acme", { app: "other" }),
    await control("POST", "installations/acme", { app: "tagboat", repos: ["cd"] }),
    await control("DELETE", "repos/acme/cd"),
    await control("DELETE", "repos/acme/cd"),
  ];
  expect(statuses).toEqual([204, 204, 422, 204, 404, 404, 404, 400, 422, 201, 204, 404]);
  expect(told).toEqual([
    "installation.suspend",
    "installation.unsuspend",
    "installation.deleted",
    "installation.created",
    "installation_repositories.removed",
  ]);
});

test("the control arms a fault for one repo", async () => {
  const fault = { kind: "bad-gateway-before" };
  expect(await arm({ fault, repo: "acme/open", times: 2 })).toBe(204);
  const status = async (path: string) => (await fetch(address.url + path)).status;
  expect([await status("/meta"), await status("/repos/acme/open")]).toEqual([200, 502]);
});
