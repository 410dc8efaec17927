import { expect, test } from "@jest/globals";
import type { Fault } from "../../../sandbox/api/faults.ts";
import { createStage } from "../../../sandbox/stage.ts";

const CD = { owner: "acme", name: "cd" };

/** Two repos; what is waited for is only written down. */
async function twoRepos() {
  const waited: number[] = [];
  const arrived: string[] = [];
  const stage = createStage({
    stores: "memory",
    baseUrl: "http://github.test",
    now: () => new Date("2026-03-01T10:00:00Z"),
    waitToAnswer: async (ms) => waited.push(ms),
    send: async (_url, _headers, body) => {
      arrived.push(JSON.parse(body).repository?.name);
      return { status: 202 };
    },
  });
  const { world, github, faults } = stage;
  world.addOrganization("acme");
  world.addUser("ann");
  const repos = await Promise.all(
    ["cd", "other"].map((name) => world.createRepo("acme", name, { files: { a: "1\n" } })),
  );
  for (const repo of repos) world.setPermission(repo, "ann", "write");
  world.addApp({
    slug: "tagboat",
    publicKey: "",
    webhookUrl: "http://app.test/hook",
    webhookSecret: "s",
    permissions: { metadata: "read" },
    events: ["push"],
  });
  const authorization = `Bearer ${github.tokens.forPerson("ann")}`;
  const ask = async (path: string, body?: object) => {
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    const url = `http://github.test/api${path}`;
    return await github.fetch(new Request(url, { headers: { authorization }, ...init }));
  };
  const graphql = (query: string, variables: object) => ask("/graphql", { query, variables });
  const slow = (fault: Fault) => faults.arm({ fault, repo: "Acme/CD", times: 99 });
  return { ...stage, repos, waited, arrived, ask, graphql, slow };
}

const LATE: Fault = { kind: "latency", ms: 20_000 };
const BY_NAME =
  "query Q($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { id } }";
const BY_ID = "query Q($id: ID!) { node(id: $id) { id } }";
const REF = `query Q($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) { ref(qualifiedName: "refs/heads/main") { id } }
}`;
const COMMIT =
  "mutation M($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { clientMutationId } }";

test("GitHub answers late for one repo, and at once for the others", async () => {
  const stage = await twoRepos();
  const { ask, graphql, repos, slow, waited } = stage;
  const ref: { data: { repository: { ref: { id: string } } } } = JSON.parse(
    await (await graphql(REF, CD)).text(),
  );
  slow(LATE);
  const commit = (repo: string) => ({
    input: {
      branch: { repositoryNameWithOwner: repo, branchName: "main" },
      expectedHeadOid: "0".repeat(40),
      message: { headline: "m" },
    },
  });
  const asks: readonly (readonly [string, () => Promise<Response>, boolean])[] = [
    ["REST", () => ask("/v3/repos/acme/cd"), true],
    ["REST, another", () => ask("/v3/repos/acme/other"), false],
    ["REST, none", () => ask("/v3/meta"), false],
    ["by name", () => graphql(BY_NAME, CD), true],
    ["by name, another", () => graphql(BY_NAME, { ...CD, name: "other" }), false],
    ["by id", () => graphql(BY_ID, { id: repos[0]?.nodeId }), true],
    ["by id, another", () => graphql(BY_ID, { id: repos[1]?.nodeId }), false],
    ["by a ref's id", () => graphql(BY_ID, { id: ref.data.repository.ref.id }), true],
    ["by owner/name", () => graphql(COMMIT, commit("acme/cd")), true],
    ["by owner/name, another", () => graphql(COMMIT, commit("acme/other")), false],
  ];
  const late: (readonly [string, boolean])[] = [];
  for (const [what, send] of asks) {
    waited.length = 0;
    await send();
    late.push([what, waited.length === 1 && waited[0] === 20_000]);
  }
  expect(late).toEqual(asks.map(([what, , expected]) => [what, expected]));
  expect(stage.recorder.complaints).toEqual([]);
});

test("webhooks of one repo are lost, and kept as failed", async () => {
  const { world, webhooks, repos, arrived, slow } = await twoRepos();
  const [app] = world.apps.values();
  world.install(app?.id ?? 0, "acme", "all");
  await webhooks.idle();
  slow({ kind: "webhook-lost" });
  for (const repo of repos) {
    const after = await repo.store.readRef("refs/heads/main");
    await world.updateRefs(repo, "ann", [{ name: "refs/heads/x", before: null, after }]);
  }
  await webhooks.idle();
  expect(arrived).toEqual([undefined, "other"]);
  expect(webhooks.deliveries(app?.id).map(({ statusCode }) => statusCode)).toEqual([202, 502, 202]);
});
