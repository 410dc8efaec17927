import { Buffer } from "node:buffer";
import { describe, expect, test } from "@jest/globals";
import { targetRequest } from "../../src/github/target-document.ts";
import { ForgeDenied, type Target, type TargetQuery } from "../../src/model/forge.ts";
import { problemsOf } from "./official-schema.ts";
import { BASE, entry, HEAD, NEW, oidOf, REPO } from "./samples.ts";
import { scriptedHost } from "./scripted-host.ts";

const DEV = "env/dev/kustomization.yaml";
const QUERY: TargetQuery = { repo: REPO, base: null, head: "tagboat/dev/app", files: [DEV] };

function answer(repository: object | null): { body: unknown } {
  return { body: { data: { viewer: { login: "tagboat[bot]", databaseId: 900 }, repository } } };
}

function repository(change: object = {}): object {
  return {
    id: "R_1",
    databaseId: 42,
    name: "cd",
    owner: { login: "acme" },
    isArchived: false,
    defaultBranchRef: { name: "main", target: { file: null } },
    base: {
      name: "main",
      target: {
        oid: BASE,
        f0: entry("images: []\n"),
        d0: { object: { entries: [{ name: "kustomization.yaml" }, { name: "patch.yaml" }] } },
      },
      compare: null,
    },
    head: null,
    open: { nodes: [] },
    ended: { nodes: [] },
    ...change,
  };
}

async function read(change: object, query = QUERY): Promise<Target | null> {
  return await scriptedHost([answer(repository(change))]).forge.readTarget(query);
}

describe("documents", () => {
  test.each([
    ["default base, no head, no files", { base: null, head: null, files: [] }],
    ["named base", { base: "production", head: null, files: ["kustomization.yaml"] }],
    ["one file", { base: null, head: "tagboat/dev/app", files: [DEV] }],
    ["forty files", { base: "main", head: "x", files: files(40) }],
    [
      "files on other branches",
      {
        base: null,
        head: "x",
        files: [DEV],
        beside: [
          { branch: "main", files: files(2) },
          { branch: "b'", files: [] },
        ],
      },
    ],
    ["five hundred files", { base: null, head: "x", files: files(500) }],
  ])("are valid by GitHub's schema: %s", (_name, part) => {
    expect(problemsOf(targetRequest({ repo: REPO, ...part }).document.text)).toEqual([]);
  });

  test("carry paths and names as variables only", () => {
    const odd = 'a"{}\n$x/kustomization.yaml';
    const request = targetRequest({ repo: REPO, base: "b'\"", head: 'h"', files: [odd] });
    expect(request.variables).toEqual({
      owner: "acme",
      name: "cd",
      config: ".github/tagboat.yml",
      base: "refs/heads/b'\"",
      head: 'h"',
      headRef: 'refs/heads/h"',
      f0: odd,
      d0: 'a"{}\n$x',
    });
    const plain = targetRequest({ repo: REPO, base: "b", head: "h", files: ["x/y"] });
    expect(request.document).toEqual(plain.document);
  });
});

describe("readTarget", () => {
  test("tells the repo, the base, its files and folders from one request", async () => {
    const host = scriptedHost([answer(repository())]);
    const read = await host.forge.readTarget({ ...QUERY, files: [DEV, DEV] });
    expect(read).toEqual({
      repo: { ...REPO, nodeId: "R_1", archived: false, defaultBranch: "main" },
      base: { branch: "main", oid: BASE },
      config: { kind: "absent", path: ".github/tagboat.yml" },
      files: new Map([
        [
          DEV,
          {
            kind: "text",
            path: DEV,
            oid: oidOf("images: []\n"),
            mode: "100644",
            text: "images: []\n",
          },
        ],
      ]),
      folders: new Map([["env/dev", ["kustomization.yaml", "patch.yaml"]]]),
      head: null,
      pulls: [],
      siblings: [],
      beside: new Map(),
      labelled: 0,
    });
    expect(host.sent).toMatchObject([{ kind: "query", what: "viewer+repository", status: 200 }]);
  });

  test("reads files of other branches with it; of one that is gone nothing", async () => {
    const prod = "env/prod/kustomization.yaml";
    const b0 = { target: { oid: NEW, f0: entry("images: []\n"), f1: null } };
    const beside = [
      { branch: "production", files: [prod, DEV] },
      { branch: "gone", files: [DEV] },
    ];
    const target = await read({ b0, b1: null }, { ...QUERY, beside });
    expect([...(target?.beside.keys() ?? [])]).toEqual(["production"]);
    const files = target?.beside.get("production");
    expect(files?.get(prod)).toMatchObject({ kind: "text", text: "images: []\n" });
    expect(files?.get(DEV)).toEqual({ kind: "absent", path: DEV });
  });

  test("lists the root folder under the empty name", async () => {
    const base = {
      name: "main",
      target: { oid: BASE, f0: null, root: { entries: [{ name: "README.md" }] } },
    };
    const target = await read({ base }, { ...QUERY, files: ["kustomization.yaml"] });
    expect(target?.folders).toEqual(new Map([["", ["README.md"]]]));
    expect(target?.files.get("kustomization.yaml")?.kind).toBe("absent");
  });

  test("follows a rename, and does not take another repo of the same name for it", async () => {
    const renamed = await read({ owner: { login: "acme2" }, name: "deploy" });
    expect(renamed?.repo).toMatchObject({ owner: "acme2", name: "deploy", id: 42 });
    expect(await read({ databaseId: 43 })).toBeNull();
  });

  test("tells an archived repo, a missing base and an empty repo", async () => {
    const empty = await read({ isArchived: true, defaultBranchRef: null, base: null });
    expect(empty?.repo).toMatchObject({ archived: true, defaultBranch: null });
    expect(empty?.base).toBeNull();
    expect(empty?.files.get(DEV)).toEqual({ kind: "absent", path: DEV });
  });

  test("a repo that is gone is null", async () => {
    const errors = [
      {
        type: "NOT_FOUND",
        path: ["repository"],
        message: "Could not resolve to a Repository with the name 'acme/cd'.",
      },
    ];
    const data = { viewer: { login: "tagboat[bot]", databaseId: 900 }, repository: null };
    const host = scriptedHost([{ body: { data, errors } }]);
    expect(await host.forge.readTarget(QUERY)).toBeNull();
  });

  test("a missing comparison beside the data is no fault", async () => {
    const errors = [{ type: "NOT_FOUND", path: ["repository", "base", "compare"], message: "no" }];
    const body = { ...(answer(repository()).body as object), errors };
    expect((await scriptedHost([{ body }]).forge.readTarget(QUERY))?.base?.oid).toBe(BASE);
  });

  test("a permission that is not granted is denied, not guessed around", async () => {
    const errors = [{ type: "FORBIDDEN", message: "Resource not accessible by integration" }];
    const body = { ...(answer(repository()).body as object), errors };
    await expect(scriptedHost([{ body }]).forge.readTarget(QUERY)).rejects.toThrow(ForgeDenied);
  });
});

describe("texts are proven by their blob ids", () => {
  const BOM = "\uFEFFimages: []\n";
  const blob = (bytes: Uint8Array) => ({
    body: { encoding: "base64", content: Buffer.from(bytes).toString("base64") },
  });
  async function readFile(file: object | null, ...more: { body: unknown }[]) {
    const base = { name: "main", target: { oid: BASE, f0: file, d0: null } };
    const host = scriptedHost([answer(repository({ base })), ...more]);
    const target = await host.forge.readTarget(QUERY);
    return { file: target?.files.get(DEV), requests: host.seen.length, last: host.seen.at(-1) };
  }

  test("a byte order mark that GraphQL drops is read by REST", async () => {
    const dropped = { mode: 33188, oid: oidOf(BOM), object: { byteSize: 14, text: BOM.slice(1) } };
    const { file, requests, last } = await readFile(dropped, blob(Buffer.from(BOM)));
    expect(file).toMatchObject({ kind: "text", text: BOM, oid: oidOf(BOM) });
    expect(requests).toBe(2);
    expect(last?.path).toBe(`/repos/acme/cd/git/blobs/${oidOf(BOM)}`);
  });

  test("a text that GraphQL cuts is read by REST", async () => {
    const long = "#".repeat(600_000);
    const cut = {
      mode: 33261,
      oid: oidOf(long),
      object: { byteSize: 600_000, text: long.slice(512_000) },
    };
    const { file } = await readFile(cut, blob(Buffer.from(long)));
    expect(file).toEqual({ kind: "text", path: DEV, oid: oidOf(long), mode: "100755", text: long });
  });

  test("bytes that are no UTF-8 are unusable", async () => {
    const bytes = Buffer.from([0x69, 0xff, 0x0a]);
    const replaced = { mode: 33188, oid: oidOf(bytes), object: { byteSize: 3, text: "i\uFFFD\n" } };
    const { file } = await readFile(replaced, blob(bytes));
    expect(file).toMatchObject({ kind: "unusable", why: "not-text" });
  });

  test.each([
    ["a symlink", { ...entry("../x"), mode: 40960 }, "not-a-file", "120000"],
    ["a folder", { mode: 16384, oid: NEW, object: {} }, "not-a-file", "040000"],
    ["a submodule", { mode: 57344, oid: NEW, object: null }, "not-a-file", "160000"],
    [
      "more than 5 MB",
      { mode: 33188, oid: NEW, object: { byteSize: 5_000_001, text: "#" } },
      "too-large",
      "100644",
    ],
  ])("%s is unusable without another request", async (_name, found, why, mode) => {
    const { file, requests } = await readFile(found);
    expect(file).toMatchObject({ kind: "unusable", why, mode });
    expect(requests).toBe(1);
  });
});

describe("the head", () => {
  const node = (oid: string, change: object = {}) => ({
    oid,
    message: "Track app v2",
    changedFilesIfAvailable: 1,
    author: { user: { databaseId: 900 } },
    signature: { isValid: true, wasSignedByGitHub: true },
    parents: { nodes: [{ oid: BASE }] },
    ...change,
  });
  const at = (nodes: object[], totalCount = nodes.length, headTarget = HEAD) => ({
    head: { target: { oid: HEAD, f0: { oid: NEW } } },
    base: {
      name: "main",
      target: { oid: BASE, f0: null, d0: null },
      compare: { headTarget: { oid: headTarget }, commits: { totalCount, nodes } },
    },
  });

  test("tells its commits and the blobs of the files", async () => {
    expect((await read(at([node(HEAD)])))?.head).toEqual({
      oid: HEAD,
      commits: [
        {
          oid: HEAD,
          parents: [BASE],
          message: "Track app v2",
          byApp: true,
          signed: true,
          changedFiles: 1,
        },
      ],
      complete: true,
      blobs: new Map([[DEV, NEW]]),
    });
  });

  test.each([
    ["oldest first", [node(NEW), node(HEAD)]],
    ["newest first", [node(HEAD), node(NEW)]],
  ])("tells the newest commit first when the host lists %s", async (_name, nodes) => {
    expect((await read(at(nodes)))?.head?.commits.map(({ oid }) => oid)).toEqual([HEAD, NEW]);
  });

  test.each([
    ["a person's account", { author: { user: { databaseId: 901 } } }, { byApp: false }],
    ["an unknown author", { author: { user: null } }, { byApp: false }],
    ["an unsigned commit", { signature: null }, { signed: null }],
    [
      "a person's own signature",
      { signature: { isValid: true, wasSignedByGitHub: false } },
      { signed: false },
    ],
    ["a file count that is not had", { changedFilesIfAvailable: null }, { changedFiles: null }],
  ])("tells %s", async (_name, change, facts) => {
    expect((await read(at([node(HEAD, change)])))?.head?.commits[0]).toMatchObject(facts);
  });

  test("is not complete beyond twenty commits, and unknown when it moved meanwhile", async () => {
    expect((await read(at([node(HEAD)], 21)))?.head?.complete).toBe(false);
    const moved = (await read(at([node(NEW)], 1, NEW)))?.head;
    expect(moved).toMatchObject({ oid: HEAD, commits: [], complete: false });
  });
});

describe("pull requests", () => {
  const bot = { __typename: "Bot", login: "tagboat" };
  const person = { __typename: "User", login: "tagboat" };
  const review = (state: string, oid: string, type = "User", day = 2) => ({
    state,
    submittedAt: `2026-03-0${day}T00:00:00Z`,
    author: { __typename: type },
    commit: { oid },
  });
  const node = (change: object = {}) => ({
    id: "PR_5",
    number: 5,
    url: "https://github.test/acme/cd/pull/5",
    state: "OPEN",
    title: "t",
    body: "b",
    isDraft: false,
    createdAt: "2026-03-01T00:00:00Z",
    closedAt: null,
    changedFiles: 1,
    mergeable: "MERGEABLE",
    baseRefName: "main",
    headRefOid: HEAD,
    isCrossRepository: false,
    author: bot,
    timelineItems: { nodes: [] },
    latestOpinionatedReviews: { nodes: [] },
    first: { nodes: [{ commit: { message: "m" } }] },
    commits: { nodes: [{ commit: { statusCheckRollup: null } }] },
    ...change,
  });
  const reviews = (...nodes: object[]) => ({ latestOpinionatedReviews: { nodes } });
  const rollup = (state: string) => ({
    commits: { nodes: [{ commit: { statusCheckRollup: { state } } }] },
  });
  const closed = (actor: object | null) => ({
    state: "CLOSED",
    closedAt: "2026-03-02T00:00:00Z",
    timelineItems: { nodes: [{ actor }] },
  });

  test.each<[string, object, object]>([
    ["ours", {}, { number: 5, nodeId: "PR_5", state: "open", ours: true, firstMessage: "m" }],
    ["ours by the REST spelling", { author: { ...bot, login: "Tagboat[bot]" } }, { ours: true }],
    ["a person named like the bot", { author: person }, { ours: false }],
    ["another bot", { author: { ...bot, login: "other" } }, { ours: false }],
    ["a deleted author", { author: null }, { ours: false }],
    ["merged", { state: "MERGED", ...{ closedAt: "x" } }, { state: "merged", closedBy: null }],
    ["closed by the App", closed(bot), { state: "closed", closedBy: "app" }],
    ["closed by a person", closed(person), { state: "closed", closedBy: "person" }],
    ["closed by nobody known", closed(null), { closedBy: "person" }],
    ["clean", {}, { mergeable: "clean" }],
    ["conflicting", { mergeable: "CONFLICTING" }, { mergeable: "conflicting" }],
    ["not computed yet", { mergeable: "UNKNOWN" }, { mergeable: "unknown" }],
    ["no checks", {}, { checks: "none" }],
    ["checks pass", rollup("SUCCESS"), { checks: "passing" }],
    ["checks run", rollup("PENDING"), { checks: "pending" }],
    ["checks expected", rollup("EXPECTED"), { checks: "pending" }],
    ["checks fail", rollup("FAILURE"), { checks: "failing" }],
    ["checks in error", rollup("ERROR"), { checks: "failing" }],
    [
      "approved: the first of several",
      reviews(review("APPROVED", HEAD, "User", 3), review("APPROVED", HEAD, "User", 2)),
      { approvedAt: "2026-03-02T00:00:00Z" },
    ],
    ["approved on an older commit", reviews(review("APPROVED", NEW)), { approvedAt: null }],
    ["approved by a bot", reviews(review("APPROVED", HEAD, "Bot")), { approvedAt: null }],
    [
      "changes asked for",
      reviews(review("APPROVED", HEAD), review("CHANGES_REQUESTED", NEW)),
      { approvedAt: null },
    ],
  ])("%s", async (_name, change, state) => {
    const target = await read({ open: { nodes: [node(change)] } });
    expect(target?.pulls).toHaveLength(1);
    expect(target?.pulls[0]).toMatchObject(state);
  });

  test("a fork's branch of the same name is another branch", async () => {
    const fork = node({ number: 9, isCrossRepository: true });
    const target = await read({ open: { nodes: [fork] }, ended: { nodes: [fork, node({})] } });
    expect(target?.pulls.map(({ number }) => number)).toEqual([5]);
  });

  test("open and ended ones come newest first", async () => {
    const target = await read({
      open: { nodes: [node({ number: 7 })] },
      ended: { nodes: [node({ ...closed(bot), number: 8 }), node({ ...closed(bot), number: 6 })] },
    });
    expect(target?.pulls.map(({ number }) => number)).toEqual([8, 7, 6]);
  });
});

function files(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `env/${at}/kustomization.yaml`);
}
