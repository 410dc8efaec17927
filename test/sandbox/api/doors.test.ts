import { expect, test } from "@jest/globals";
import type { DeliveryLog, LoggedDelivery } from "../../../sandbox/api/delivery-log.ts";
import { Faults } from "../../../sandbox/api/faults.ts";
import type { GraphqlDoor } from "../../../sandbox/api/github.ts";
import { Recorder } from "../../../sandbox/api/recorder.ts";
import { createMemoryStore } from "../../../sandbox/git/memory-store.ts";
import { createGraphqlDoor } from "../../../sandbox/graphql/door.ts";
import { createWorld } from "../../../sandbox/world/create-world.ts";
import { githubInProcess } from "./github-in-process.ts";

const QUERY = "query { viewer { login } }";
const DOCUMENT =
  "mutation { createRef(input: {}) { ref { name } } deleteRef(input: {}) { clientMutationId } }";

/** Says who asked what, and what it may see: the real one has its own tests. */
const echo: GraphqlDoor = {
  rootFieldsOf: (source) => ({
    operation: source.startsWith("mutation") ? "mutation" : "query",
    fields: source === DOCUMENT ? ["createRef", "deleteRef"] : ["viewer"],
  }),
  execute: async (caller, body) => ({ status: 200, body: { data: { by: caller.kind, ...body } } }),
};

async function post(
  github: Awaited<ReturnType<typeof githubInProcess>>,
  query: unknown,
  login?: string,
) {
  const authorization = login === undefined ? null : github.tokens.forPerson(login);
  const headers = authorization === null ? {} : { authorization: `bearer ${authorization}` };
  const init = { method: "POST", headers, body: JSON.stringify({ query }) };
  return github.fetch(new Request("http://github.test/api/graphql", init));
}

test("GraphQL is recorded by its root fields", async () => {
  const github = await githubInProcess({ graphql: echo });
  await post(github, QUERY, "ada");
  await post(github, DOCUMENT, "ada");
  expect(github.recorder.requests).toMatchObject([
    { kind: "graphql-query", what: "viewer", write: false, caller: "ada", status: 200 },
    { kind: "graphql-mutation", what: "createRef+deleteRef", write: true, caller: "ada" },
  ]);
});

test("GraphQL goes through the same faults", async () => {
  const github = await githubInProcess({ graphql: echo });
  github.faults.arm({ fault: { kind: "bad-gateway-after" }, at: "createRef" });
  expect((await post(github, QUERY, "ada")).status).toBe(200);
  expect((await post(github, DOCUMENT, "ada")).status).toBe(502);
});

test("GraphQL is for those who say who they are", async () => {
  const github = await githubInProcess({ graphql: echo });
  expect((await post(github, QUERY)).status).toBe(401);
});

test("a GraphQL body without a document is refused", async () => {
  const github = await githubInProcess({ graphql: echo });
  expect((await post(github, 7, "ada")).status).toBe(400);
});

test("the GraphQL room fits the door", async () => {
  const world = createWorld({ store: async () => createMemoryStore(), now: () => new Date(0) });
  const room = { world, recorder: new Recorder(), faults: new Faults() };
  const door: GraphqlDoor = createGraphqlDoor(room);
  expect(door.rootFieldsOf(QUERY)).toEqual({ operation: "query", fields: ["viewer"] });
});

function delivery(id: number, statusCode: number): LoggedDelivery {
  const about = { event: "push", action: null, installation: 1, repo: 1, duration: 0.1 };
  const sent = { redelivery: false, deliveredAt: "2026-03-01T10:00:00Z", requestHeaders: {} };
  return { id, guid: `guid-${id}`, ...about, ...sent, payload: {}, status: "…", statusCode };
}

test("an App reads its deliveries, newest first, and sends one again", async () => {
  const again: number[] = [];
  const webhooks: DeliveryLog = {
    list: () => [delivery(3, 200), delivery(2, 200), delivery(1, 502)],
    redeliver: async (_app, id) => {
      again.push(id);
    },
  };
  const github = await githubInProcess({ webhooks });
  const { rest, ...octokit } = github.as(github.appToken());
  const all = await octokit.paginate(rest.apps.listWebhookDeliveries, { per_page: 2 });
  const failed = await rest.apps.listWebhookDeliveries({ status: "failure" });
  await rest.apps.redeliverWebhookDelivery({ delivery_id: 1 });
  const one = await rest.apps.getWebhookDelivery({ delivery_id: 1 });
  await expect(rest.apps.getWebhookDelivery({ delivery_id: 9 })).rejects.toMatchObject({
    status: 404,
  });
  expect({
    all: all.map((d) => d.id),
    failed: failed.data.map((d) => d.id),
    again,
    one: one.data.guid,
    complaints: github.recorder.complaints,
  }).toEqual({ all: [3, 2, 1], failed: [1], again: [1], one: "guid-1", complaints: [] });
});

test("a webhook that is sent while the list is read shifts nothing", async () => {
  const sent = [delivery(3, 200), delivery(2, 200), delivery(1, 502)];
  const webhooks: DeliveryLog = { list: () => sent, redeliver: async () => {} };
  const github = await githubInProcess({ webhooks });
  const { request } = github.as(github.appToken());
  const first = await request("GET /app/hook/deliveries", { per_page: 2 });
  sent.unshift(delivery(4, 200));
  const next = /<(.*)>; rel="next"/.exec(first.headers.link ?? "")?.[1] ?? "";
  const second = await request(`GET ${next}`);
  expect(second.data.map(({ id }: { id: number }) => id)).toEqual([1]);
  expect(second.headers.link).toBeUndefined();
  const senseless = request("GET /app/hook/deliveries", { cursor: "page 2" });
  await expect(senseless).rejects.toMatchObject({ status: 400 });
  expect(github.recorder.complaints).toEqual([]);
});

const APP_READS = [
  "/app",
  "/app/installations",
  "/repos/acme/cd/installation",
  "/orgs/acme/installation",
];
test.each(APP_READS)("%s is for the App's JWT", async (path) => {
  const github = await githubInProcess();
  const get = async (token: string) => {
    const headers = { authorization: `bearer ${token}` };
    return (await github.fetch(new Request(`http://github.test${path}`, { headers }))).status;
  };
  expect([
    await get(github.appToken()),
    await get(await github.mint()),
    github.recorder.complaints,
  ]).toEqual([200, 401, []]);
});

test.each([
  ["ada", 200],
  ["bob", 404],
])("membership of %s in a team: %i", async (username, status) => {
  const github = await githubInProcess();
  const { rest } = github.as(await github.mint());
  const answer = await rest.teams
    .getMembershipForUserInOrg({ org: "acme", team_slug: "ops", username })
    .catch((error: { status: number }) => error);
  expect([answer.status, github.recorder.complaints]).toEqual([status, []]);
});

test.each(["/", "/meta", "/rate_limit", "/user", "/users/bob"])(
  "a person reads %s",
  async (path) => {
    const github = await githubInProcess();
    const headers = { authorization: `token ${github.tokens.forPerson("ada")}` };
    const answer = await github.fetch(new Request(`http://github.test/api/v3${path}`, { headers }));
    expect([answer.status, github.recorder.complaints]).toEqual([200, []]);
  },
);
