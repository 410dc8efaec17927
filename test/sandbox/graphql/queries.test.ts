import { beforeAll, describe, expect, test } from "@jest/globals";
import { FILES, type Seeded, seededWorld } from "./seeded-world.ts";

let at: Seeded;
let main: string;

beforeAll(async () => {
  at = await seededWorld();
  main = await at.head("main");
  await branch("feature/x", { "env/dev/kustomization.yaml": "images: []\n", "new.txt": "1\n2\n" });
  const pull = await at.world.openPull(at.repo, at.app.bot.login, {
    title: "One",
    body: "text",
    head: { repo: at.repo, branch: "feature/x" },
    base: "main",
    draft: false,
  });
  await at.world.review(at.repo, "ana", pull, { state: "APPROVED", body: "" });
  await at.world.comment(at.repo, "ana", pull, "hello");
  await at.world.createCheck(at.repo, at.app, {
    name: "tagboat/promotion",
    headOid: pull.headOid,
    status: "completed",
    conclusion: "success",
  });
});

async function branch(name: string, files: Record<string, string>): Promise<void> {
  await at.world.updateRefs(at.repo, at.app.bot.login, [
    { name: `refs/heads/${name}`, before: null, after: main },
  ]);
  await at.world.commitOnBranch(at.repo, at.app.bot.login, {
    branch: name,
    expectedHead: main,
    message: "Change\n\nThe body",
    additions: Object.entries(files).map(([path, text]) => ({ path, content: Buffer.from(text) })),
    deletions: ["README.md"],
  });
}

/** The selection of `acme/cd`. */
async function inRepo(selection: string): Promise<unknown> {
  const answer = await at.ask(`{ repository(owner: "acme", name: "cd") { ${selection} } }`);
  expect(answer.errors).toBeUndefined();
  return answer.data.repository;
}

describe("what a repo tells", () => {
  test.each<[string, unknown]>([
    [
      "name nameWithOwner isArchived isEmpty isPrivate isFork",
      {
        name: "cd",
        nameWithOwner: "acme/cd",
        isArchived: false,
        isEmpty: false,
        isPrivate: false,
        isFork: false,
      },
    ],
    [
      "url owner { __typename login ... on Organization { name } }",
      {
        url: "http://127.0.0.1:4100/acme/cd",
        owner: { __typename: "Organization", login: "acme", name: "acme" },
      },
    ],
    [
      'viewerPermission mergeQueue { id } label(name: "x") { name }',
      { viewerPermission: null, mergeQueue: null, label: null },
    ],
    [
      "defaultBranchRef { name prefix }",
      { defaultBranchRef: { name: "main", prefix: "refs/heads/" } },
    ],
    ['ref(qualifiedName: "nothing") { name }', { ref: null }],
    [
      'refs(refPrefix: "refs/heads/", first: 1) { totalCount nodes { name } pageInfo { hasNextPage } }',
      { refs: { totalCount: 2, nodes: [{ name: "feature/x" }], pageInfo: { hasNextPage: true } } },
    ],
    [
      'refs(refPrefix: "refs/heads/", first: 5, query: "feat") { nodes { name } }',
      { refs: { nodes: [{ name: "feature/x" }] } },
    ],
    [
      'object(expression: "main:env") { __typename ... on Tree { entries { name type mode path } } }',
      {
        object: {
          __typename: "Tree",
          entries: [
            { name: "dev", type: "tree", mode: 16384, path: "env/dev" },
            { name: "prod", type: "tree", mode: 16384, path: "env/prod" },
          ],
        },
      },
    ],
    [
      'object(expression: "HEAD:README.md") { ... on Blob { text byteSize isBinary isTruncated } }',
      { object: { text: "# CD\n", byteSize: 5, isBinary: false, isTruncated: false } },
    ],
    [
      'object(expression: "main:logo.png") { ... on Blob { text byteSize isBinary } }',
      { object: { text: null, byteSize: 5, isBinary: true } },
    ],
    ['object(expression: "main:absent") { id }', { object: null }],
    [
      'pullRequests(first: 5, headRefName: "other") { totalCount }',
      { pullRequests: { totalCount: 0 } },
    ],
    [
      'pullRequests(first: 5, states: [OPEN], baseRefName: "main", orderBy: {field: CREATED_AT, direction: DESC}) { nodes { number } }',
      { pullRequests: { nodes: [{ number: 1 }] } },
    ],
  ])("%s", async (selection, expected) => {
    expect(await inRepo(selection)).toEqual(expected);
  });

  test("a leading BOM is dropped from the text, not from the blob", async () => {
    const repo = await inRepo(
      'object(expression: "main:env/prod/kustomization.yaml") { oid ... on Blob { text byteSize } }',
    );
    const oid = await at.repo.store.writeBlob(
      Buffer.from(FILES["env/prod/kustomization.yaml"] ?? ""),
    );
    expect(repo).toEqual({ object: { oid, text: "images: []\n", byteSize: 14 } });
  });

  test("text is cut at 512,000 bytes", async () => {
    const big = await seededWorld({ files: { "a.yaml": "é".repeat(256_001) } });
    const answer = await big.ask(
      '{ repository(owner: "acme", name: "cd") { object(expression: "main:a.yaml") { ... on Blob { text byteSize isTruncated } } } }',
    );
    expect(answer.data.repository.object).toEqual({
      text: "é".repeat(256_000),
      byteSize: 512_002,
      isTruncated: true,
    });
  });
});

describe("what a commit tells", () => {
  test("message, people, signature, counts, history", async () => {
    const repo = await inRepo(`ref(qualifiedName: "refs/heads/feature/x") { target { ... on Commit {
      message messageHeadline messageBody abbreviatedOid committedViaWeb changedFilesIfAvailable additions deletions
      author { name user { login databaseId } } committer { name user { login } }
      parents(first: 1) { nodes { oid signature { isValid } } }
      history(first: 10) { totalCount } patch: history(first: 10, path: "env/dev/patch.yaml") { nodes { oid } }
      statusCheckRollup { state contexts(first: 5) { nodes { ... on CheckRun { name conclusion } } } }
      checkSuites(first: 5) { nodes { app { slug } status conclusion } }
      associatedPullRequests(first: 5) { nodes { number } }
    } } }`);
    const head = await at.head("feature/x");
    expect(repo).toEqual({
      ref: {
        target: {
          message: "Change\n\nThe body",
          messageHeadline: "Change",
          messageBody: "The body",
          abbreviatedOid: head.slice(0, 7),
          committedViaWeb: true,
          changedFilesIfAvailable: 3,
          additions: 3,
          deletions: 4,
          author: {
            name: "tagboat[bot]",
            user: { login: "tagboat[bot]", databaseId: at.app.bot.id },
          },
          committer: { name: "GitHub", user: null },
          parents: { nodes: [{ oid: main, signature: { isValid: true } }] },
          history: { totalCount: 2 },
          patch: { nodes: [{ oid: main }] },
          statusCheckRollup: {
            state: "SUCCESS",
            contexts: { nodes: [{ name: "tagboat/promotion", conclusion: "SUCCESS" }] },
          },
          checkSuites: {
            nodes: [{ app: { slug: "tagboat" }, status: "COMPLETED", conclusion: "SUCCESS" }],
          },
          associatedPullRequests: { nodes: [{ number: 1 }] },
        },
      },
    });
  });

  test.each<[string, unknown]>([
    ["README.md", { name: "README.md", type: "blob", mode: 33188, path: "README.md" }],
    [
      "env/dev/patch.yaml",
      { name: "patch.yaml", type: "blob", mode: 33188, path: "env/dev/patch.yaml" },
    ],
    ["env/dev", { name: "dev", type: "tree", mode: 16384, path: "env/dev" }],
    ["env/absent", null],
    ["README.md/x", null],
    ["/README.md", null],
    ["", null],
  ])("file(path: %j)", async (path, expected) => {
    const selection = `object(oid: "${main}") { ... on Commit { file(path: ${JSON.stringify(path)}) { name type mode path } } }`;
    expect(await inRepo(selection)).toEqual({ object: { file: expected } });
  });

  test("a pushed commit that claims the App's address shows the App, and no signature", async () => {
    const { bot } = at.app;
    const email = `${bot.id}+${bot.login}@users.noreply.github.com`;
    const person = { name: bot.login, email, time: 1_700_000_000 };
    const tree = (await at.repo.store.readCommit(main))?.tree ?? "";
    const commit = { tree, parents: [main], author: person, committer: person, message: "forged" };
    const oid = await at.repo.store.writeCommit(commit);
    const selection = "author { date user { databaseId } } committedViaWeb signature { isValid }";
    expect(await inRepo(`object(oid: "${oid}") { ... on Commit { ${selection} } }`)).toEqual({
      object: {
        author: { date: "2023-11-14T22:13:20Z", user: { databaseId: bot.id } },
        committedViaWeb: false,
        signature: null,
      },
    });
  });

  test("compare counts both sides and lists the head's commits", async () => {
    expect(
      await inRepo(
        'ref(qualifiedName: "main") { compare(headRef: "feature/x") { aheadBy behindBy status commits(first: 20) { totalCount nodes { oid } } headTarget { oid } baseTarget { oid } } no: compare(headRef: "absent") { aheadBy } }',
      ),
    ).toEqual({
      ref: {
        compare: {
          aheadBy: 1,
          behindBy: 0,
          status: "AHEAD",
          commits: { totalCount: 1, nodes: [{ oid: await at.head("feature/x") }] },
          headTarget: { oid: await at.head("feature/x") },
          baseTarget: { oid: main },
        },
        no: null,
      },
    });
  });
});

test("what a pull request tells", async () => {
  const repo = await inRepo(`pullRequest(number: 1) {
    number title body url state isDraft merged closed isCrossRepository headRefName headRefOid baseRefName baseRefOid
    mergeable mergeStateStatus reviewDecision changedFiles additions deletions maintainerCanModify viewerDidAuthor isInMergeQueue
    author { __typename login } headRef { name } baseRef { name } headRepository { nameWithOwner } autoMergeRequest { mergeMethod }
    reviews(first: 5) { nodes { state } } latestReviews(first: 5) { nodes { state } }
    latestOpinionatedReviews(first: 5, writersOnly: true) { nodes { state author { __typename login } commit { oid } } }
    commits(last: 1) { nodes { commit { oid statusCheckRollup { state } } } }
    files(first: 5) { nodes { path changeType additions deletions } }
    comments(first: 5) { nodes { body url } } labels(first: 5) { totalCount }
    timelineItems(last: 5, itemTypes: [CLOSED_EVENT, ISSUE_COMMENT]) { nodes { __typename } }
  }`);
  const head = await at.head("feature/x");
  const comment = at.world.comments(at.world.pulls(at.repo)[0] as never)[0];
  expect(repo).toEqual({
    pullRequest: {
      number: 1,
      title: "One",
      body: "text",
      url: "http://127.0.0.1:4100/acme/cd/pull/1",
      state: "OPEN",
      isDraft: false,
      merged: false,
      closed: false,
      isCrossRepository: false,
      headRefName: "feature/x",
      headRefOid: head,
      baseRefName: "main",
      baseRefOid: main,
      mergeable: "MERGEABLE",
      mergeStateStatus: "CLEAN",
      reviewDecision: null,
      changedFiles: 3,
      additions: 3,
      deletions: 4,
      maintainerCanModify: false,
      viewerDidAuthor: true,
      isInMergeQueue: false,
      author: { __typename: "Bot", login: "tagboat" },
      headRef: { name: "feature/x" },
      baseRef: { name: "main" },
      headRepository: { nameWithOwner: "acme/cd" },
      autoMergeRequest: null,
      reviews: { nodes: [{ state: "APPROVED" }] },
      latestReviews: { nodes: [{ state: "APPROVED" }] },
      latestOpinionatedReviews: {
        nodes: [
          {
            state: "APPROVED",
            author: { __typename: "User", login: "ana" },
            commit: { oid: head },
          },
        ],
      },
      commits: { nodes: [{ commit: { oid: head, statusCheckRollup: { state: "SUCCESS" } } }] },
      files: {
        nodes: [
          { path: "README.md", changeType: "DELETED", additions: 0, deletions: 1 },
          {
            path: "env/dev/kustomization.yaml",
            changeType: "MODIFIED",
            additions: 1,
            deletions: 3,
          },
          { path: "new.txt", changeType: "ADDED", additions: 2, deletions: 0 },
        ],
      },
      comments: {
        nodes: [
          {
            body: "hello",
            url: `http://127.0.0.1:4100/acme/cd/pull/1#issuecomment-${comment?.id}`,
          },
        ],
      },
      labels: { totalCount: 0 },
      timelineItems: { nodes: [{ __typename: "IssueComment" }] },
    },
  });
});

test("nobody complained so far: all of this is served", () => {
  expect(at.recorder.complaints).toEqual([]);
});

describe("root fields", () => {
  test("viewer of an App is its bot, seen as a user", async () => {
    expect((await at.ask("{ viewer { __typename login databaseId } }")).data).toEqual({
      viewer: { __typename: "User", login: "tagboat[bot]", databaseId: at.app.bot.id },
    });
  });

  test("node and nodes; one that is missing is null with an error, the others are there", async () => {
    const pull = at.world.pulls(at.repo)[0];
    const answer = await at.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", {
      ids: [at.repo.nodeId, "PR_nothing", pull?.nodeId],
    });
    expect(answer.data.nodes).toEqual([
      { __typename: "Repository", id: at.repo.nodeId },
      null,
      { __typename: "PullRequest", id: pull?.nodeId },
    ]);
    expect(answer.errors).toMatchObject([
      {
        type: "NOT_FOUND",
        path: ["nodes", 1],
        message: "Could not resolve to a node with the global id of 'PR_nothing'",
      },
    ]);
  });

  test("ids of commits, trees, blobs and refs lead back to them", async () => {
    const repo = (await inRepo(
      'ref(qualifiedName: "main") { id target { id ... on Commit { tree { id } file(path: "README.md") { object { id } } } } }',
    )) as {
      ref: {
        id: string;
        target: { id: string; tree: { id: string }; file: { object: { id: string } } };
      };
    };
    const { id, target } = repo.ref;
    const ids = [id, target.id, target.tree.id, target.file.object.id];
    const answer = await at.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", {
      ids,
    });
    const types = ["Ref", "Commit", "Tree", "Blob"];
    expect(answer.data.nodes).toEqual(
      ids.map((one, index) => ({ __typename: types[index], id: one })),
    );
  });

  test("rateLimit, user, organization", async () => {
    const answer = await at.ask(
      '{ rateLimit { limit remaining cost } user(login: "ANA") { login name } organization(login: "acme") { login } }',
    );
    expect(answer).toEqual({
      data: {
        rateLimit: { limit: 5000, remaining: 5000, cost: 1 },
        user: { login: "ana", name: "Ana" },
        organization: { login: "acme" },
      },
    });
  });
});
