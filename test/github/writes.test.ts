import { describe, expect, test } from "@jest/globals";
import { ForgeDenied, ForgeUnavailable, type NewProposal } from "../../src/model/forge.ts";
import { problemsOf } from "./official-schema.ts";
import { BASE, commit, HEAD, NEW, oidOf, pull, REPO, target, ZEROS } from "./samples.ts";
import { type Answer, NOW, type ScriptedHost, type Seen, scriptedHost } from "./scripted-host.ts";

const PATH = "env/dev/kustomization.yaml";
const EDITS = [{ path: PATH, text: "images: []\n" }];
const MESSAGE = "Track app v2\n\nTagboat-Signature: x\n";
const BRANCH = "tagboat/dev/app";
const HEAD_BRANCH = { oid: HEAD, commits: [commit()], complete: true, blobs: new Map() };

function proposal(change: Partial<NewProposal> = {}): NewProposal {
  return {
    target: target(),
    branch: BRANCH,
    message: MESSAGE,
    edits: EDITS,
    title: "Title",
    body: "Body",
    draft: false,
    labels: [],
    reviewers: [],
    ...change,
  };
}

const REF = { ref: { name: BRANCH } };
const COMMITTED = { commit: { oid: NEW } };
const DONE = { pullRequest: { id: "PR_5" } };
const RETITLED = { pullRequest: { state: "OPEN" } };

function opened(oid = NEW, message = MESSAGE): object {
  return {
    pullRequest: {
      id: "PR_9",
      number: 9,
      url: "https://github.test/acme/cd/pull/9",
      headRefOid: oid,
      commits: { nodes: [{ commit: { message } }] },
    },
  };
}

const OK = {
  kind: "done",
  value: { number: 9, url: "https://github.test/acme/cd/pull/9", headOid: NEW },
};

function data(fields: object, ...errors: object[]): Answer {
  return { body: errors.length === 0 ? { data: fields } : { data: fields, errors } };
}

function error(alias: string, type: string | null, message: string): object {
  return { path: [alias], message, ...(type === null ? {} : { type }) };
}

/** Root fields of the documents, and routes of the REST requests, in order. */
function sent(host: ScriptedHost): string[] {
  return host.sent.map(({ what }) => what);
}

function documentsAreValid(host: ScriptedHost): void {
  for (const { document } of host.seen) {
    if (document !== null) expect(problemsOf(document)).toEqual([]);
  }
}

describe("openProposal", () => {
  test("makes branch, commit and pull request in one document", async () => {
    const host = scriptedHost([data({ ref: REF, commit: COMMITTED, pull: opened() })]);
    expect(await host.forge.openProposal(proposal({ draft: true }))).toEqual(OK);
    expect(host.seen).toHaveLength(1);
    expect(host.seen[0]?.variables).toEqual({
      ref: { repositoryId: "R_1", name: `refs/heads/${BRANCH}`, oid: BASE },
      commit: {
        branch: { repositoryNameWithOwner: "acme/cd", branchName: BRANCH },
        expectedHeadOid: BASE,
        message: { headline: "Track app v2", body: "Tagboat-Signature: x\n" },
        fileChanges: { additions: [{ path: PATH, contents: "aW1hZ2VzOiBbXQo=" }] },
      },
      pull: {
        repositoryId: "R_1",
        baseRefName: "main",
        headRefName: BRANCH,
        title: "Title",
        body: "Body",
        draft: true,
      },
    });
    documentsAreValid(host);
  });

  test("moves a branch that was left over, only from where it stood", async () => {
    const host = scriptedHost([data({ refs: {}, commit: COMMITTED, pull: opened() })]);
    const left = target({ head: HEAD_BRANCH });
    expect(await host.forge.openProposal(proposal({ target: left }))).toEqual(OK);
    expect(sent(host)).toEqual(["updateRefs+createCommitOnBranch+createPullRequest"]);
    expect(host.seen[0]?.variables.refs).toEqual({
      repositoryId: "R_1",
      refUpdates: [{ name: `refs/heads/${BRANCH}`, beforeOid: HEAD, afterOid: BASE, force: true }],
    });
    documentsAreValid(host);
  });

  const finished = {
    ...HEAD_BRANCH,
    commits: [commit({ message: MESSAGE.trimEnd() })],
    blobs: new Map([[PATH, oidOf("images: []\n")]]),
  };

  test("only opens the pull request on a branch that carries the finished commit", async () => {
    const host = scriptedHost([data({ pull: opened(HEAD) })]);
    const result = await host.forge.openProposal(proposal({ target: target({ head: finished }) }));
    expect(result).toMatchObject({ kind: "done", value: { headOid: HEAD } });
    expect(sent(host)).toEqual(["createPullRequest"]);
    documentsAreValid(host);
  });

  test.each([
    ["another message", { commits: [commit()] }],
    ["a person's commit", { commits: [commit({ message: MESSAGE, byApp: false })] }],
    ["two commits", { commits: [commit({ message: MESSAGE }), commit()] }],
    ["other contents", { blobs: new Map([[PATH, NEW]]) }],
    ["more commits than were read", { complete: false }],
  ])("does not take a branch with %s for finished", async (_name, change) => {
    const host = scriptedHost([data({ refs: {}, commit: COMMITTED, pull: opened() })]);
    const head = { ...finished, ...change };
    await host.forge.openProposal(proposal({ target: target({ head }) }));
    expect(sent(host)).toEqual(["updateRefs+createCommitOnBranch+createPullRequest"]);
  });

  test("sends nothing when the base is gone", async () => {
    const host = scriptedHost([]);
    const result = await host.forge.openProposal(proposal({ target: target({ base: null }) }));
    expect(result).toMatchObject({ kind: "unsure" });
  });

  test("asks for labels and reviewers after that, teams by their slug", async () => {
    const answers = [data({ ref: REF, commit: COMMITTED, pull: opened() }), { body: [] }, {}];
    const host = scriptedHost(answers);
    const wish = proposal({ labels: ["prod"], reviewers: ["alice", "acme/ops"] });
    expect(await host.forge.openProposal(wish)).toEqual(OK);
    expect(host.seen.slice(1).map(({ path, body }) => [path, body])).toEqual([
      ["/repos/acme/cd/issues/9/labels", { labels: ["prod"] }],
      [
        "/repos/acme/cd/pulls/9/requested_reviewers",
        { reviewers: ["alice"], team_reviewers: ["ops"] },
      ],
    ]);
  });

  test("takes bare reviewers for teams when they are no people", async () => {
    const answers = [data({ ref: REF, commit: COMMITTED, pull: opened() }), { status: 422 }, {}];
    const host = scriptedHost(answers);
    await host.forge.openProposal(proposal({ reviewers: ["ops"] }));
    expect(host.seen[2]?.body).toEqual({ reviewers: [], team_reviewers: ["ops"] });
    expect(host.warnings).toEqual([]);
  });

  test.each<[string, Answer]>([
    ["refused", { status: 422 }],
    ["forbidden", { status: 403, body: { message: "Resource not accessible by integration" } }],
    ["limited", { status: 403, headers: { "retry-after": "60" } }],
    ["lost", { broken: "ECONNRESET" }],
  ])("stands when labels are %s", async (_name, answer) => {
    const host = scriptedHost([data({ ref: REF, commit: COMMITTED, pull: opened() }), answer]);
    expect(await host.forge.openProposal(proposal({ labels: ["x"] }))).toEqual(OK);
    expect(host.warnings).toEqual(["proposal not decorated"]);
  });
});

describe("partial and doubtful answers are unsure, and nothing is sent again", () => {
  const exists = error("ref", "UNPROCESSABLE", "A ref named x already exists in the repository.");
  const stale = error("commit", "STALE_DATA", "Expected branch to point to x but it did not.");
  const noPull = error("pull", "UNPROCESSABLE", "A pull request already exists for acme:x.");
  test.each<[string, Answer]>([
    [
      "branch exists, all refused",
      data({ ref: null, commit: null, pull: null }, exists, stale, noPull),
    ],
    ["only the commit fails", data({ ref: REF, commit: null, pull: null }, stale, noPull)],
    ["only the pull request fails", data({ ref: REF, commit: COMMITTED, pull: null }, noPull)],
    [
      "the pull request stands elsewhere but says the same",
      data({ ref: REF, commit: COMMITTED, pull: opened(HEAD) }),
    ],
    ["nulls without errors", data({ ref: null, commit: null, pull: null })],
    [
      "a payload without its content",
      data({ ref: { ref: null }, commit: COMMITTED, pull: { pullRequest: null } }),
    ],
    ["no data", { body: {} }],
    ["no JSON", { body: "<html>", headers: { "content-type": "text/html" } }],
    [
      "a time-out of the query",
      {
        body: {
          data: null,
          errors: [{ message: "Something went wrong while executing your query." }],
        },
      },
    ],
    [
      "a limit in the middle",
      data(
        { ref: REF, commit: COMMITTED, pull: null },
        error("pull", "UNPROCESSABLE", "was submitted too quickly"),
      ),
    ],
    ["500", { status: 500 }],
    ["502", { status: 502 }],
    ["503", { status: 503 }],
    ["504", { status: 504 }],
    ["reset", { broken: "ECONNRESET" }],
    ["socket closed", { broken: "UND_ERR_SOCKET" }],
    ["time-out for the answer", { broken: "UND_ERR_HEADERS_TIMEOUT" }],
  ])("%s", async (_name, answer) => {
    const host = scriptedHost([answer]);
    const result = await host.forge.openProposal(proposal());
    expect(result).toMatchObject({ kind: "unsure", detail: expect.stringMatching(/./) });
    expect(host.seen).toHaveLength(1);
  });

  test("a pull request opened on other content is closed again", async () => {
    const host = scriptedHost([
      data({ ref: null, commit: null, pull: opened(HEAD, "A person's work") }, exists, stale),
      data({ close: DONE }),
    ]);
    expect(await host.forge.openProposal(proposal())).toMatchObject({ kind: "unsure" });
    expect(sent(host)[1]).toBe("closePullRequest");
    expect(host.seen[1]?.variables).toEqual({ close: { pullRequestId: "PR_9" } });
  });

  test.each(["ECONNREFUSED", "ENOTFOUND", "UND_ERR_CONNECT_TIMEOUT"])(
    "%s: nothing was sent, so the host is unavailable",
    async (broken) => {
      const host = scriptedHost([{ broken }]);
      const failed = await caught(host.forge.openProposal(proposal()));
      expect(failed).toBeInstanceOf(ForgeUnavailable);
      expect(failed).toMatchObject({ scope: "request", retryAt: null });
    },
  );
});

describe("limits", () => {
  const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
  const reset = String(NOW.getTime() / 1000 + 900);
  test.each<[string, Answer, Date]>([
    ["retry-after in seconds", { status: 403, headers: { "retry-after": "30" } }, later(30)],
    [
      "retry-after as a date",
      { status: 429, headers: { "retry-after": later(45).toUTCString() } },
      later(45),
    ],
    ["429 alone", { status: 429 }, later(60)],
    [
      "a secondary limit without a header",
      { status: 403, body: { message: "You have exceeded a secondary rate limit." } },
      later(60),
    ],
    [
      "the primary limit",
      { status: 403, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset } },
      later(900),
    ],
    [
      "the primary limit of GraphQL",
      {
        headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset },
        body: { errors: [{ type: "RATE_LIMITED", message: "API rate limit exceeded" }] },
      },
      later(900),
    ],
    [
      "too many contents",
      {
        body: {
          data: { ref: null, commit: null, pull: null },
          errors: [{ type: "UNPROCESSABLE", message: "was submitted too quickly" }],
        },
      },
      later(60),
    ],
  ])("%s pauses the installation", async (_name, answer, retryAt) => {
    const host = scriptedHost([answer]);
    const failed = await caught(host.forge.openProposal(proposal()));
    expect(failed).toBeInstanceOf(ForgeUnavailable);
    expect(failed).toMatchObject({ scope: "installation", retryAt });
  });
});

describe("what the App may not do is denied", () => {
  test.each<[string, readonly Answer[]]>([
    ["401", [{ status: 401, body: { message: "Bad credentials" } }]],
    ["403", [{ status: 403, body: { message: "This installation has been suspended" } }]],
    [
      "forbidden also step by step",
      [
        data(
          { commit: null },
          error("commit", "FORBIDDEN", "Resource not accessible by integration"),
        ),
      ],
    ],
    [
      "an archived repo",
      [
        data(
          { commit: null },
          error("commit", "UNPROCESSABLE", "Repository was archived so is read-only."),
        ),
      ],
    ],
    [
      "a rule of the repo",
      [
        data(
          { commit: null },
          error("commit", "UNPROCESSABLE", "Repository rule violations found"),
        ),
      ],
    ],
  ])("%s", async (_name, answers) => {
    const host = scriptedHost(answers);
    const write = host.forge.commitToBase({ target: target(), message: MESSAGE, edits: EDITS });
    expect(await caught(write)).toBeInstanceOf(ForgeDenied);
  });
});

describe("a host that refuses combined documents", () => {
  const all = { ref: null, commit: null, pull: null };
  const singly: Answer[] = [
    data({ ref: REF }),
    data({ commit: COMMITTED }),
    data({ pull: opened() }),
  ];
  const FIELDS = ["createRef", "createCommitOnBranch", "createPullRequest"];
  const COMBINED = FIELDS.join("+");

  test.each<[string, Answer]>([
    [
      "forbids the document",
      data(all, error("ref", "FORBIDDEN", "Resource not accessible by integration")),
    ],
    [
      "refuses it whole",
      { body: { data: null, errors: [error("createRef", "UNPROCESSABLE", "no")] } },
    ],
    [
      "does not see any branch",
      { body: { data: null, errors: [{ message: "Branch not found" }] } },
    ],
  ])("%s: gets single steps, for an hour", async (_name, refusal) => {
    const again = data({ ref: REF, commit: COMMITTED, pull: opened() });
    const host = scriptedHost([refusal, ...singly, ...singly, again]);
    expect(await host.forge.openProposal(proposal())).toEqual(OK);
    expect(sent(host)).toEqual([COMBINED, ...FIELDS]);
    host.clock.at = new Date(NOW.getTime() + 3_599_000);
    expect(await host.forge.openProposal(proposal())).toEqual(OK);
    expect(sent(host).slice(4)).toEqual(FIELDS);
    host.clock.at = new Date(NOW.getTime() + 3_600_000);
    expect(await host.forge.openProposal(proposal())).toEqual(OK);
    expect(sent(host).at(-1)).toBe(COMBINED);
    documentsAreValid(host);
  });

  test("does not see its new branch: only what is missing is done, after a while", async () => {
    const notFound = error("commit", "NOT_FOUND", "Branch not found");
    const host = scriptedHost([
      data({ ref: REF, commit: null, pull: null }, notFound),
      data({ commit: null }, notFound),
      data({ commit: COMMITTED }),
      data({ pull: opened() }),
    ]);
    expect(await host.forge.openProposal(proposal())).toEqual(OK);
    expect(sent(host)).toEqual([COMBINED, FIELDS[1], FIELDS[1], FIELDS[2]]);
    expect(host.slept).toEqual([2000]);
  });

  test("never sees it: gives up unsure", async () => {
    const blind = data({ pull: null }, error("pull", "UNPROCESSABLE", "Head sha can't be blank"));
    const first = data(
      { ref: REF, commit: COMMITTED, pull: null },
      error("pull", "UNPROCESSABLE", "Head sha can't be blank"),
    );
    const host = scriptedHost([first, blind, blind, blind, blind, blind]);
    expect(await host.forge.openProposal(proposal())).toMatchObject({ kind: "unsure" });
    expect(host.slept).toEqual([2000, 2000, 2000, 2000]);
  });

  test("forbids the first step alone too: denied, and not remembered", async () => {
    const barred = error("ref", "FORBIDDEN", "Resource not accessible by integration");
    const host = scriptedHost([
      data(all, barred),
      data({ ref: null }, barred),
      data({ ref: REF, commit: COMMITTED, pull: opened() }),
    ]);
    expect(await caught(host.forge.openProposal(proposal()))).toBeInstanceOf(ForgeDenied);
    expect(await host.forge.openProposal(proposal())).toEqual(OK);
  });

  test("loses a single step: unsure, the rest is not sent", async () => {
    const refused = { body: { data: null, errors: [error("createRef", "FORBIDDEN", "no")] } };
    const host = scriptedHost([refused, data({ ref: REF }), { status: 502 }]);
    expect(await host.forge.openProposal(proposal())).toMatchObject({ kind: "unsure" });
    expect(host.seen).toHaveLength(3);
  });
});

describe("a host that lacks mutations takes them over REST", () => {
  const lacks = (field: string): Answer => ({
    body: {
      errors: [
        {
          path: ["mutation", field],
          extensions: { code: "undefinedField", typeName: "Mutation", fieldName: field },
          message: `Field '${field}' doesn't exist on type 'Mutation'`,
        },
      ],
    },
  });

  test("commit: tree, commit, and the branch moved forward only", async () => {
    const host = scriptedHost([
      lacks("createCommitOnBranch"),
      { status: 201, body: { sha: "t1" } },
      { status: 201, body: { sha: NEW } },
      { body: { object: { sha: NEW } } },
      { status: 201, body: { sha: "t1" } },
      { status: 201, body: { sha: NEW } },
      { status: 422, body: { message: "Update is not a fast forward" } },
    ]);
    const file = { kind: "text", path: PATH, oid: HEAD, mode: "100755", text: "" } as const;
    const write = {
      target: target({ files: new Map([[PATH, file]]) }),
      message: MESSAGE,
      edits: EDITS,
    };
    expect(await host.forge.commitToBase(write)).toEqual({ kind: "done", value: { oid: NEW } });
    expect(host.seen.slice(1, 4).map(({ method, path, body }) => [method, path, body])).toEqual([
      [
        "POST",
        "/repos/acme/cd/git/trees",
        {
          base_tree: BASE,
          tree: [{ path: PATH, mode: "100755", type: "blob", content: "images: []\n" }],
        },
      ],
      ["POST", "/repos/acme/cd/git/commits", { message: MESSAGE, tree: "t1", parents: [BASE] }],
      ["PATCH", "/repos/acme/cd/git/refs/heads%2Fmain", { sha: NEW, force: false }],
    ]);
    // Known now: no document is tried first. A branch that moved is not overwritten.
    expect(await host.forge.commitToBase(write)).toMatchObject({ kind: "unsure" });
    expect(host.seen).toHaveLength(7);
  });

  test("updateRefs: the branch is looked at before it is moved", async () => {
    const host = scriptedHost([
      lacks("updateRefs"),
      data({ close: DONE }),
      lacks("updateRefs"),
      { body: { object: { sha: HEAD } } },
      { status: 204 },
    ]);
    const close = { target: target(), pull: pull(), comment: null, branch: BRANCH, headOid: HEAD };
    expect(await host.forge.closeProposal(close)).toEqual({ kind: "done", value: null });
    expect(sent(host)).toEqual([
      "closePullRequest+updateRefs",
      "closePullRequest",
      "updateRefs",
      "GET /repos/{owner}/{repo}/git/ref/{ref}",
      "DELETE /repos/{owner}/{repo}/git/refs/{ref}",
    ]);
  });

  test("updateRefs: a branch that moved stays", async () => {
    const host = scriptedHost([lacks("updateRefs"), { body: { object: { sha: NEW } } }]);
    const close = { target: target(), pull: null, comment: null, branch: BRANCH, headOid: HEAD };
    expect(await host.forge.closeProposal(close)).toEqual({ kind: "done", value: null });
    expect(host.seen).toHaveLength(2);
  });

  test("pull requests, comments and branches", async () => {
    const rest = {
      status: 201,
      body: {
        node_id: "PR_9",
        number: 9,
        html_url: "https://github.test/acme/cd/pull/9",
        head: { sha: NEW },
      },
    };
    const host = scriptedHost([
      lacks("createRef"),
      lacks("createRef"),
      { status: 201, body: { ref: "x" } },
      data({ commit: COMMITTED }),
      lacks("createPullRequest"),
      rest,
      lacks("updatePullRequest"),
      { body: { node_id: "PR_5", state: "open" } },
      lacks("closePullRequest"),
      lacks("closePullRequest"),
      { body: { node_id: "PR_5" } },
      lacks("addComment"),
      { status: 201, body: { node_id: "IC_1" } },
    ]);
    expect(await host.forge.openProposal(proposal())).toEqual(OK);
    const words = {
      target: target(),
      pull: pull(),
      branch: BRANCH,
      commit: null,
      title: "t",
      body: "b",
    };
    expect(await host.forge.updateProposal(words)).toMatchObject({ kind: "done" });
    const close = { target: target(), pull: pull(), comment: "why", branch: BRANCH, headOid: null };
    expect(await host.forge.closeProposal(close)).toEqual({ kind: "done", value: null });
    expect(sent(host).filter((what) => what.includes(" "))).toEqual([
      "POST /repos/{owner}/{repo}/git/refs",
      "POST /repos/{owner}/{repo}/pulls",
      "PATCH /repos/{owner}/{repo}/pulls/{pull_number}",
      "PATCH /repos/{owner}/{repo}/pulls/{pull_number}",
      "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
    ]);
  });
});

describe("updateProposal", () => {
  const update = {
    target: target({ head: HEAD_BRANCH }),
    pull: pull(),
    branch: BRANCH,
    commit: { message: MESSAGE, edits: EDITS },
    title: "New title",
    body: "New body",
  };

  test("builds the commit aside and moves the head to it by compare-and-swap", async () => {
    const host = scriptedHost([
      data({ ref: REF, commit: COMMITTED }),
      data({ refs: { clientMutationId: null }, words: RETITLED }),
    ]);
    expect(await host.forge.updateProposal(update)).toEqual({
      kind: "done",
      value: { headOid: NEW },
    });
    expect(sent(host)).toEqual(["createRef+createCommitOnBranch", "updateRefs+updatePullRequest"]);
    const temporary = nameOf(host.seen[0]);
    expect(temporary).toMatch(/^refs\/heads\/tagboat-tmp\/[0-9a-f]{12}$/);
    expect(host.seen[0]?.variables).toMatchObject({
      ref: { oid: BASE },
      commit: {
        expectedHeadOid: BASE,
        branch: { branchName: temporary.slice("refs/heads/".length) },
      },
    });
    expect(host.seen[1]?.variables).toEqual({
      refs: {
        repositoryId: "R_1",
        refUpdates: [
          { name: `refs/heads/${BRANCH}`, beforeOid: HEAD, afterOid: NEW, force: true },
          { name: temporary, beforeOid: NEW, afterOid: ZEROS, force: false },
        ],
      },
      words: { pullRequestId: "PR_5", title: "New title", body: "New body" },
    });
    documentsAreValid(host);
  });

  test("changes title and body alone in one request", async () => {
    const host = scriptedHost([data({ words: RETITLED })]);
    const result = await host.forge.updateProposal({ ...update, commit: null });
    expect(result).toEqual({ kind: "done", value: { headOid: HEAD } });
    expect(sent(host)).toEqual(["updatePullRequest"]);
    documentsAreValid(host);
  });

  test.each([
    ["with a commit", update, [data({ ref: REF, commit: COMMITTED })], { refs: {} }],
    ["without one", { ...update, commit: null }, [], {}],
  ])(
    "is not done when the pull request was merged meanwhile, %s",
    async (_, wanted, before, more) => {
      const merged = { pullRequest: { state: "MERGED" } };
      const host = scriptedHost([...before, data({ ...more, words: merged })]);
      const unsure = { kind: "unsure", detail: "#5 is not open any more" };
      expect(await host.forge.updateProposal(wanted)).toEqual(unsure);
    },
  );

  const moved = error("refs", "UNPROCESSABLE", "Reference cannot be updated");
  test.each<[string, readonly Answer[]]>([
    [
      "the commit fails",
      [data({ ref: REF, commit: null }, error("commit", "STALE_DATA", "moved"))],
    ],
    [
      "the head has moved",
      [data({ ref: REF, commit: COMMITTED }), data({ refs: null, words: RETITLED }, moved)],
    ],
    [
      "the words fail",
      [
        data({ ref: REF, commit: COMMITTED }),
        data({ refs: {}, words: null }, error("words", "NOT_FOUND", "no")),
      ],
    ],
    ["the second answer is lost", [data({ ref: REF, commit: COMMITTED }), { status: 502 }]],
  ])("%s: unsure", async (_name, answers) => {
    const host = scriptedHost(answers);
    expect(await host.forge.updateProposal(update)).toMatchObject({ kind: "unsure" });
    expect(host.seen).toHaveLength(answers.length);
  });

  test.each([
    ["base", target({ base: null, head: HEAD_BRANCH })],
    ["head", target()],
  ])("sends nothing when the %s is gone", async (_name, gone) => {
    const host = scriptedHost([]);
    expect(await host.forge.updateProposal({ ...update, target: gone })).toMatchObject({
      kind: "unsure",
    });
  });
});

describe("closeProposal", () => {
  const close = {
    target: target(),
    pull: pull(),
    comment: "Superseded",
    branch: BRANCH,
    headOid: HEAD,
  };

  test("closes, says why, and deletes the branch where it stood, in one document", async () => {
    const host = scriptedHost([
      data({ close: DONE, comment: { subject: { id: "PR_5" } }, refs: {} }),
    ]);
    expect(await host.forge.closeProposal(close)).toEqual({ kind: "done", value: null });
    expect(sent(host)).toEqual(["closePullRequest+addComment+updateRefs"]);
    expect(host.seen[0]?.variables).toEqual({
      close: { pullRequestId: "PR_5" },
      comment: { subjectId: "PR_5", body: "Superseded" },
      refs: {
        repositoryId: "R_1",
        refUpdates: [
          { name: `refs/heads/${BRANCH}`, beforeOid: HEAD, afterOid: ZEROS, force: false },
        ],
      },
    });
    documentsAreValid(host);
  });

  test.each([
    ["no comment, no branch", { comment: null, headOid: null }, "closePullRequest"],
    ["only the branch", { pull: null }, "updateRefs"],
  ])("leaves out what is not asked: %s", async (_name, change, what) => {
    const host = scriptedHost([data({ close: DONE, refs: {} })]);
    expect(await host.forge.closeProposal({ ...close, ...change })).toEqual({
      kind: "done",
      value: null,
    });
    expect(sent(host)).toEqual([what]);
  });

  const said = { subject: { id: "PR_5" } };
  test.each<[string, Answer, "done" | "unsure", readonly string[]]>([
    [
      "a branch that moved stays",
      data({ close: DONE, comment: said, refs: null }, error("refs", "UNPROCESSABLE", "moved")),
      "done",
      [],
    ],
    [
      "the fate of the branch unknown",
      data({ close: DONE, comment: said, refs: null }),
      "unsure",
      [],
    ],
    [
      "the comment fails",
      data({ close: DONE, comment: null, refs: {} }, error("comment", "UNPROCESSABLE", "locked")),
      "done",
      ["closed without its comment"],
    ],
    [
      "the closing fails",
      data({ close: null, comment: said, refs: {} }, error("close", "UNPROCESSABLE", "no")),
      "unsure",
      [],
    ],
  ])("%s", async (_name, answer, kind, warnings) => {
    const host = scriptedHost([answer]);
    expect(await host.forge.closeProposal(close)).toMatchObject({ kind });
    expect(host.warnings).toEqual(warnings);
  });
});

describe("commitToBase", () => {
  const write = { target: target(), message: "One line", edits: EDITS };

  test("commits where the base stood, in one request", async () => {
    const host = scriptedHost([data({ commit: COMMITTED })]);
    expect(await host.forge.commitToBase(write)).toEqual({ kind: "done", value: { oid: NEW } });
    expect(host.seen[0]?.variables.commit).toMatchObject({
      branch: { repositoryNameWithOwner: "acme/cd", branchName: "main" },
      expectedHeadOid: BASE,
      message: { headline: "One line" },
    });
    documentsAreValid(host);
  });

  test("is unsure when the base has moved", async () => {
    const stale = error("commit", "STALE_DATA", "Expected branch to point to x but it did not.");
    const host = scriptedHost([data({ commit: null }, stale)]);
    expect(await host.forge.commitToBase(write)).toEqual({
      kind: "unsure",
      detail: "createCommitOnBranch: Expected branch to point to x but it did not.",
    });
  });
});

test("errors name no token and no query", async () => {
  const host = scriptedHost([{ status: 403, body: { message: "no", documentation_url: "x" } }]);
  const failed = await caught(
    host.forge.readTarget({ repo: REPO, base: null, head: null, files: [] }),
  );
  expect(String(failed)).toBe("ForgeDenied: GitHub answered 403: no - x");
});

function nameOf(seen: Seen | undefined): string {
  const ref = seen?.variables.ref;
  return typeof ref === "object" && ref !== null && "name" in ref ? String(ref.name) : "";
}

async function caught(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => null,
    (error: unknown) => error,
  );
}
