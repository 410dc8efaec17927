import { beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { GraphQLResolveInfo } from "graphql";
import { type Connection, connection, type PageArgs } from "../../../sandbox/graphql/connection.ts";
import { rootFieldsOf } from "../../../sandbox/graphql/documents.ts";
import { executeGraphql } from "../../../sandbox/graphql/execute.ts";
import { gitId, parseGitId } from "../../../sandbox/graphql/git-ids.ts";
import { githubSchema } from "../../../sandbox/graphql/schema.ts";
import { type Seeded, seededWorld } from "./seeded-world.ts";

/** All that `connection` reads of graphql-js. */
const INFO = { fieldName: "x" } as GraphQLResolveInfo;

let at: Seeded;

beforeEach(async () => {
  at = await seededWorld();
});

const inRepo = (selection: string) => `{ repository(owner: "acme", name: "cd") { ${selection} } }`;

describe("documents that GitHub's schema refuses come back without data", () => {
  test.each([
    ["does not parse", "{ viewer { login }", "Syntax Error: Expected Name, found <EOF>."],
    ["unknown field", inRepo("colour"), "Field 'colour' doesn't exist on type 'Repository'"],
    [
      "unknown argument",
      inRepo('ref(name: "x") { id }'),
      "Field 'ref' doesn't accept argument 'name'",
    ],
    [
      "object id of the wrong shape",
      inRepo('object(oid: "main") { id }'),
      expect.stringContaining("GitObjectID"),
    ],
    [
      "unknown mutation",
      "mutation { deployAll { ok } }",
      "Field 'deployAll' doesn't exist on type 'Mutation'",
    ],
  ])("%s", async (_name, query, message) => {
    const answer = await at.ask(query);
    expect(answer.data).toBeUndefined();
    expect(answer.errors?.[0]?.message).toEqual(message);
    expect(at.recorder.complaints).toEqual([]);
  });

  test("an unknown field is told by its code", async () => {
    expect((await at.ask(inRepo("colour"))).errors?.[0]?.extensions).toEqual({
      code: "undefinedField",
      typeName: "Repository",
      fieldName: "colour",
    });
  });

  test.each([
    ["GitObjectID", "CreateRefInput", { repositoryId: "x", name: "refs/heads/x", oid: 42 }],
    [
      "GitRefname",
      "UpdateRefsInput",
      { repositoryId: "x", refUpdates: [{ name: "main", afterOid: "0".repeat(40) }] },
    ],
    [
      "GitRefname",
      "UpdateRefsInput",
      { repositoryId: "x", refUpdates: [{ name: "refs/heads/a..b", afterOid: "0".repeat(40) }] },
    ],
    [
      "Base64String",
      "CreateCommitOnBranchInput",
      {
        branch: {},
        expectedHeadOid: "0".repeat(40),
        message: { headline: "x" },
        fileChanges: { additions: [{ path: "a", contents: "###" }] },
      },
    ],
  ])("a variable that is no %s in %s", async (scalar, type, input) => {
    const field = `${type.charAt(0).toLowerCase()}${type.slice(1, -"Input".length)}`;
    const answer = await at.ask(
      `mutation ($i: ${type}!) { ${field}(input: $i) { clientMutationId } }`,
      { i: input },
    );
    expect(answer.data).toBeUndefined();
    expect(answer.errors?.[0]?.message).toContain(scalar);
  });

  test.each([undefined, null, 42, "", ["{}"]])("a body whose query is %j", async (query) => {
    const deps = {
      world: at.world,
      recorder: at.recorder,
      faults: at.faults,
      access: () => "allowed" as const,
    };
    const answer = await executeGraphql(deps, at.bot, { query });
    expect(answer).toEqual({
      status: 200,
      body: { errors: [{ message: "A query attribute must be specified and must be a string." }] },
    });
  });

  test.each(["anonymous", "app"] as const)("%s is not a caller of GraphQL", async (kind) => {
    const deps = {
      world: at.world,
      recorder: at.recorder,
      faults: at.faults,
      access: () => "allowed" as const,
    };
    const answer = await executeGraphql(
      deps,
      { kind, app: at.app },
      { query: "{ viewer { login } }" },
    );
    expect(answer.status).toBe(401);
  });
});

describe("what is not served is an error and a complaint, never a null", () => {
  test.each([
    ["Query.search", '{ search(query: "x", type: REPOSITORY, first: 1) { nodes { __typename } } }'],
    ["Repository.stargazerCount", inRepo("stargazerCount")],
    ["Repository.description", inRepo("description")],
    [
      "Mutation.deleteIssue",
      'mutation { deleteIssue(input: {issueId: "x"}) { clientMutationId } }',
    ],
    [
      "PullRequest.timelineItems without itemTypes",
      '{ node(id: "PULL") { ... on PullRequest { timelineItems(first: 1) { totalCount } } } }',
    ],
    ['the expression "main~1"', inRepo('object(expression: "main~1") { id }')],
  ])("%s", async (what, query) => {
    const pull = await openPull();
    const answer = await at.ask(query.replace("PULL", pull));
    expect(answer.errors).toHaveLength(1);
    expect(answer.errors?.[0]?.message).toBe(`sandbox: ${what} is not served`);
    expect(at.recorder.complaints).toEqual([`sandbox: ${what} is not served`]);
  });

  async function openPull(): Promise<string> {
    const head = await at.head("main");
    await at.world.updateRefs(at.repo, "ana", [
      { name: "refs/heads/x", before: null, after: head },
    ]);
    await at.world.commitOnBranch(at.repo, "ana", {
      branch: "x",
      expectedHead: head,
      message: "m",
      additions: [{ path: "x", content: Buffer.from("x") }],
      deletions: [],
    });
    const pull = await at.world.openPull(at.repo, "ana", {
      title: "t",
      body: "",
      head: { repo: at.repo, branch: "x" },
      base: "main",
      draft: false,
    });
    return pull.nodeId;
  }
});

describe("connections", () => {
  test.each([
    [
      "labels",
      "MISSING_PAGINATION_BOUNDARIES",
      "You must provide a `first` or `last` value to properly paginate the `labels` connection.",
    ],
    [
      "labels(first: 101)",
      "EXCESSIVE_PAGINATION",
      "Requesting 101 records on the `labels` connection exceeds the `first` limit of 100 records.",
    ],
    [
      "labels(last: 0)",
      "INVALID_PAGINATION",
      "`last` on the `labels` connection cannot be less than one.",
    ],
    [
      'labels(first: 1, after: "x")',
      "INVALID_CURSOR_ARGUMENTS",
      "`x` does not appear to be a valid cursor.",
    ],
  ])("%s", async (field, type, message) => {
    const answer = await at.ask(inRepo(`${field} { totalCount }`));
    expect(answer).toMatchObject({
      data: { repository: { labels: null } },
      errors: [{ type, message }],
    });
  });

  test("walking page by page, either way, meets every item once", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 100 }), (items, size) => {
        expect(walk(items, (cursor) => ({ first: size, after: cursor }))).toEqual(items);
        const backward = walk(items, (cursor) => ({ last: size, before: cursor }));
        expect(backward.toSorted((a, b) => a - b)).toEqual(items.toSorted((a, b) => a - b));
      }),
    );
  });

  /** All items, in the order in which the pages bring them. */
  function walk(items: readonly number[], argsAt: (cursor: string | null) => PageArgs): number[] {
    const met: number[] = [];
    let args: PageArgs | null = argsAt(null);
    while (args !== null) {
      const { nodes, pageInfo }: Connection<number> = connection(INFO, args, items);
      met.push(...nodes);
      const more: boolean = args.first == null ? pageInfo.hasPreviousPage : pageInfo.hasNextPage;
      const cursor: string | null = args.first == null ? pageInfo.startCursor : pageInfo.endCursor;
      args = more ? argsAt(cursor) : null;
    }
    return met;
  }
});

describe("who may see and do what", () => {
  const someone = {
    kind: "installation",
    login: "ana",
    repos: new Set<number>(),
    permissions: {},
  } as never;

  test("a repo out of reach is not found, in the same words as one that is not there", async () => {
    const refusal = (name: string) => ({
      data: { repository: null },
      errors: [
        {
          type: "NOT_FOUND",
          path: ["repository"],
          message: `Could not resolve to a Repository with the name 'acme/${name}'.`,
        },
      ],
    });
    expect(await at.ask(inRepo("id"), {}, someone)).toMatchObject(refusal("cd"));
    expect(await at.ask('{ repository(owner: "acme", name: "no") { id } }')).toMatchObject(
      refusal("no"),
    );
    const byId = await at.ask(
      "query ($id: ID!) { node(id: $id) { id } }",
      { id: at.repo.nodeId },
      someone,
    );
    expect(byId).toMatchObject({ data: { node: null }, errors: [{ type: "NOT_FOUND" }] });
  });

  test.each([
    ["contents", 'ref(qualifiedName: "main") { id }', "ref"],
    ["contents", 'object(expression: "main") { id }', "object"],
    [
      "checks",
      'ref(qualifiedName: "main") { target { ... on Commit { statusCheckRollup { state } } } }',
      "ref",
    ],
  ])("without %s: %s", async (missing, selection, field) => {
    const { [missing]: _, ...permissions } = {
      contents: "read",
      pull_requests: "read",
      checks: "read",
    } as Record<string, string>;
    at = await seededWorld({ permissions });
    const answer = await at.ask(inRepo(selection));
    expect(answer.errors).toMatchObject([
      { type: "FORBIDDEN", message: "Resource not accessible by integration" },
    ]);
    expect(answer.errors?.[0]?.path?.slice(0, 2)).toEqual(["repository", field]);
  });
});

test("an unexpected fault is complained about and tells strangers nothing", async () => {
  const answer = await at.ask(inRepo("defaultBranchRef { name }"), {}, at.bot);
  expect(answer.data.repository.defaultBranchRef.name).toBe("main");
  at.repo.store.readRef = async () => {
    throw new Error("disk on fire at /secret");
  };
  const broken = await at.ask(inRepo("defaultBranchRef { name }"));
  expect(broken.errors?.[0]?.message).toBe("Something went wrong while executing your query.");
  expect(at.recorder.complaints).toEqual([
    "sandbox: GraphQL repository.defaultBranchRef: disk on fire at /secret",
  ]);
});

test.each([
  [
    '{ viewer { login } a: repository(owner: "a", name: "b") { id } }',
    "query",
    ["viewer", "repository"],
  ],
  [
    "mutation M { x: createRef(input: {}) { ref { id } } ...F } fragment F on Mutation { createRef(input: {}) { ref { id } } }",
    "mutation",
    ["createRef", "createRef"],
  ],
  ["mutation { ...F } fragment F on Mutation { ...F }", "mutation", []],
  ["{ broken", "query", []],
  ["", "query", []],
])("root fields of %s", (source, operation, fields) => {
  expect(rootFieldsOf(source)).toEqual({ operation, fields });
});

test("ids of things in repos are read back", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Z]+$/), fc.nat(), fc.string(), (kind, repo, rest) => {
      expect(parseGitId(gitId(kind, repo, rest))).toEqual({ kind, repo, rest });
    }),
  );
  expect(parseGitId("PR_kwDO")).toBeNull();
});

test("the schema is the whole of GitHub's", () => {
  const types = Object.keys(githubSchema().getTypeMap()).filter((name) => !name.startsWith("__"));
  expect(types.length).toBeGreaterThan(1600);
  expect(Object.keys(githubSchema().getMutationType()?.getFields() ?? {})).toHaveLength(247);
});

test("500 files of one commit in one document, each folder read once", async () => {
  const files: Record<string, string> = {};
  for (let n = 0; n < 500; n += 1) files[`env/e${n % 50}/app${n}/kustomization.yaml`] = `n: ${n}\n`;
  const big = await seededWorld({ files });
  let trees = 0;
  const readTree = big.repo.store.readTree.bind(big.repo.store);
  big.repo.store.readTree = (oid) => {
    trees += 1;
    return readTree(oid);
  };
  const paths = Object.keys(files);
  const aliases = paths.map(
    (path, n) =>
      `f${n}: file(path: ${JSON.stringify(path)}) { oid mode object { ... on Blob { text } } }`,
  );
  const query = inRepo(
    `ref(qualifiedName: "main") { target { ... on Commit { ${aliases.join(" ")} } } }`,
  );
  const answer = await big.ask(query);
  expect(answer.errors).toBeUndefined();
  const { target } = answer.data.repository.ref;
  expect(paths.map((_, n) => target[`f${n}`].object.text)).toEqual(Object.values(files));
  expect(trees).toBe(1 + 1 + 50 + 500);
});
