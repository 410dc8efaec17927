import { Buffer } from "node:buffer";
import { describe, expect, test } from "@jest/globals";
import { CONFIG_CHANGE } from "../../src/github/config-change.ts";
import { DELETE_BRANCHES, TEMPORARY_BRANCHES } from "../../src/github/sweep.ts";
import { type CheckReport, ForgeDenied, ForgeUnavailable } from "../../src/model/forge.ts";
import { problemsOf } from "./official-schema.ts";
import { BASE, entry, HEAD, NEW, oidOf, REPO, TREE, ZEROS } from "./samples.ts";
import { type Answer, scriptedHost } from "./scripted-host.ts";

const CONFIG = ".github/tagboat.yml";
const isKustomization = (path: string) => path.endsWith("/kustomization.yaml");

test.each([CONFIG_CHANGE, TEMPORARY_BRANCHES, DELETE_BRANCHES])(
  "a fixed document is valid by GitHub's schema",
  ({ text }) => {
    expect(problemsOf(text)).toEqual([]);
  },
);

describe("readRepo", () => {
  const tree = (entries: object[], change: object = {}): Answer => ({
    body: { sha: TREE, truncated: false, tree: entries, ...change },
  });
  const blob = (path: string, text: string, mode = "100644") => ({
    path,
    mode,
    type: "blob",
    sha: oidOf(text),
    size: Buffer.byteLength(text),
  });
  const folder = (path: string, sha: string) => ({ path, mode: "040000", type: "tree", sha });
  const texts = (
    found: readonly string[],
    commit = { oid: BASE, tree: { oid: TREE } },
  ): Answer => ({
    body: {
      data: {
        repository: {
          branch: { name: "main", target: commit },
          ...Object.fromEntries(
            found.map((text, at) => [`b${at}`, { byteSize: Buffer.byteLength(text), text }]),
          ),
        },
      },
    },
  });

  test("reads paths and wanted texts in two requests, each blob once", async () => {
    const host = scriptedHost([
      tree([
        folder("env", NEW),
        blob("env/a/kustomization.yaml", "a: 1\n"),
        blob("env/b/kustomization.yaml", "a: 1\n", "100755"),
        blob("env/link/kustomization.yaml", "../a", "120000"),
        blob("README.md", "# cd\n"),
        blob(CONFIG, "version: 1\n"),
      ]),
      texts(["a: 1\n", "version: 1\n"]),
    ]);
    expect(await host.forge.readRepo(REPO, null, isKustomization)).toEqual({
      branch: "main",
      branches: [],
      commit: BASE,
      paths: [
        { path: "env", mode: "040000", oid: NEW },
        { path: "env/a/kustomization.yaml", mode: "100644", oid: oidOf("a: 1\n") },
        { path: "env/b/kustomization.yaml", mode: "100755", oid: oidOf("a: 1\n") },
        { path: "env/link/kustomization.yaml", mode: "120000", oid: oidOf("../a") },
        { path: "README.md", mode: "100644", oid: oidOf("# cd\n") },
        { path: CONFIG, mode: "100644", oid: oidOf("version: 1\n") },
      ],
      files: [
        {
          kind: "text",
          path: "env/a/kustomization.yaml",
          oid: oidOf("a: 1\n"),
          mode: "100644",
          text: "a: 1\n",
        },
        {
          kind: "text",
          path: "env/b/kustomization.yaml",
          oid: oidOf("a: 1\n"),
          mode: "100755",
          text: "a: 1\n",
        },
        {
          kind: "unusable",
          path: "env/link/kustomization.yaml",
          oid: oidOf("../a"),
          mode: "120000",
          why: "not-a-file",
        },
        {
          kind: "text",
          path: CONFIG,
          oid: oidOf("version: 1\n"),
          mode: "100644",
          text: "version: 1\n",
        },
      ],
    });
    expect(host.seen.map(({ path }) => path)).toEqual([
      "/repos/acme/cd/git/trees/HEAD?recursive=1",
      "/graphql",
    ]);
    expect(host.seen[1]?.variables).toEqual({
      owner: "acme",
      name: "cd",
      b0: oidOf("a: 1\n"),
      b1: oidOf("version: 1\n"),
    });
    expect(problemsOf(host.seen[1]?.document ?? "")).toEqual([]);
  });

  test("reads a named branch; a config that is not there is absent", async () => {
    const host = scriptedHost([tree([]), texts([])]);
    const read = await host.forge.readRepo(REPO, "release/1", isKustomization);
    expect(read?.files).toEqual([{ kind: "absent", path: CONFIG }]);
    expect(host.seen[0]?.path).toBe("/repos/acme/cd/git/trees/release%2F1?recursive=1");
    expect(host.seen[1]?.variables.branch).toBe("refs/heads/release/1");
    expect(problemsOf(host.seen[1]?.document ?? "")).toEqual([]);
  });

  test("reads 501 different texts in two queries", async () => {
    const all = Array.from({ length: 501 }, (_, at) => `n: ${at}\n`);
    const host = scriptedHost([
      tree(all.map((text, at) => blob(`env/${at}/kustomization.yaml`, text))),
      texts(all.slice(0, 500)),
      texts(all.slice(500)),
    ]);
    const read = await host.forge.readRepo(REPO, null, isKustomization);
    expect(read?.files.filter(({ kind }) => kind === "text")).toHaveLength(501);
    expect(host.seen).toHaveLength(3);
  });

  test("goes folder by folder where the host cuts the list", async () => {
    const text = "a: 1\n";
    const host = scriptedHost([
      tree([], { truncated: true }),
      tree([folder("env", NEW), folder("docs", HEAD), blob("README.md", "x")]),
      tree([], { truncated: true }),
      tree([folder("a", ZEROS)]),
      tree([blob("kustomization.yaml", text)]),
      tree([blob("index.md", "y")]),
      texts([text]),
    ]);
    const read = await host.forge.readRepo(REPO, null, isKustomization);
    expect(read?.paths.map(({ path }) => path)).toEqual([
      "env",
      "env/a",
      "env/a/kustomization.yaml",
      "docs",
      "docs/index.md",
      "README.md",
    ]);
    expect(read?.files[0]).toMatchObject({ path: "env/a/kustomization.yaml", text });
  });

  const elsewhere = { oid: NEW, tree: { oid: HEAD } };
  test("reads again when the branch moved in between, and gives up in the end", async () => {
    const host = scriptedHost([tree([]), texts([], elsewhere), tree([]), texts([])]);
    expect((await host.forge.readRepo(REPO, null, isKustomization))?.commit).toBe(BASE);
    const moving = scriptedHost([1, 2, 3].flatMap(() => [tree([]), texts([], elsewhere)]));
    const read = moving.forge.readRepo(REPO, null, isKustomization);
    await expect(read).rejects.toThrow(ForgeUnavailable);
  });

  test.each([
    ["no such branch", { status: 404, body: { message: "Not Found" } }],
    ["an empty repo", { status: 409, body: { message: "Git Repository is empty." } }],
  ])("%s is null", async (_name, answer) => {
    expect(await scriptedHost([answer]).forge.readRepo(REPO, null, isKustomization)).toBeNull();
  });
});

describe("failures of reads", () => {
  test.each<[string, Answer]>([
    ["500", { status: 500 }],
    ["502", { status: 502 }],
    ["504", { status: 504 }],
    ["a reset", { broken: "ECONNRESET" }],
    ["no connection", { broken: "ECONNREFUSED" }],
    [
      "an error without a type",
      { body: { data: null, errors: [{ message: "Something went wrong" }] } },
    ],
    ["no data", { body: {} }],
    ["an unknown shape", { body: { data: { viewer: 1 } } }],
  ])("%s: unavailable, asked once", async (_name, answer) => {
    const host = scriptedHost([answer]);
    const read = host.forge.readTarget({ repo: REPO, base: null, head: null, files: [] });
    await expect(read).rejects.toMatchObject({ name: "ForgeUnavailable", scope: "request" });
    expect(host.seen).toHaveLength(1);
  });

  test.each([401, 403, 451])("%d: denied", async (status) => {
    const host = scriptedHost([{ status, body: { message: "no" } }]);
    await expect(host.forge.readConfigChange(REPO, 5)).rejects.toThrow(ForgeDenied);
  });
});

describe("readConfigChange", () => {
  const answer = (pullRequest: object | null): Answer => ({
    body: { data: { repository: { pullRequest } } },
  });

  test("tells both texts and the head commit", async () => {
    const host = scriptedHost([
      answer({
        state: "OPEN",
        headRefOid: HEAD,
        baseRef: { target: { file: entry("version: 1\n") } },
        commits: { nodes: [{ commit: { oid: HEAD, file: entry("version: 1\nmode: observe\n") } }] },
      }),
    ]);
    expect(await host.forge.readConfigChange(REPO, 5)).toMatchObject({
      headOid: HEAD,
      state: "open",
      base: { kind: "text", text: "version: 1\n" },
      head: { kind: "text", text: "version: 1\nmode: observe\n" },
    });
    expect(host.seen).toHaveLength(1);
  });

  test("tells a config that one side does not have", async () => {
    const host = scriptedHost([
      answer({
        state: "MERGED",
        headRefOid: HEAD,
        baseRef: null,
        commits: { nodes: [{ commit: { oid: HEAD, file: null } }] },
      }),
    ]);
    expect(await host.forge.readConfigChange(REPO, 5)).toEqual({
      headOid: HEAD,
      state: "closed",
      base: { kind: "absent", path: CONFIG },
      head: { kind: "absent", path: CONFIG },
    });
  });

  test("a pull request that is gone is null", async () => {
    expect(await scriptedHost([answer(null)]).forge.readConfigChange(REPO, 5)).toBeNull();
  });
});

describe("reportCheck", () => {
  const report: CheckReport = {
    repo: REPO,
    headOid: HEAD,
    name: "tagboat/config",
    conclusion: "failure",
    title: "One problem",
    summary: "s",
    annotations: [{ path: CONFIG, line: 3, message: "unknown field", level: "failure" }],
  };

  test("creates the run", async () => {
    const host = scriptedHost([{ body: { check_runs: [] } }, { status: 201, body: { id: 1 } }]);
    await host.forge.reportCheck(report);
    expect(host.seen[0]?.path).toBe(
      `/repos/acme/cd/commits/${HEAD}/check-runs?check_name=tagboat%2Fconfig&app_id=7&filter=latest&per_page=1`,
    );
    expect([host.seen[1]?.method, host.seen[1]?.path, host.seen[1]?.body]).toEqual([
      "POST",
      "/repos/acme/cd/check-runs",
      {
        status: "completed",
        conclusion: "failure",
        name: "tagboat/config",
        head_sha: HEAD,
        output: {
          title: "One problem",
          summary: "s",
          annotations: [
            {
              path: CONFIG,
              start_line: 3,
              end_line: 3,
              annotation_level: "failure",
              message: "unknown field",
            },
          ],
        },
      },
    ]);
  });

  test("looks for no run on a fresh commit", async () => {
    const host = scriptedHost([{ status: 201, body: { id: 1 } }]);
    await host.forge.reportCheck({ ...report, fresh: true });
    expect(host.seen.map(({ method }) => method)).toEqual(["POST"]);
  });

  const known = (change: object = {}): Answer => ({
    body: {
      check_runs: [
        {
          id: 8,
          status: "completed",
          conclusion: "failure",
          output: { title: "One problem", summary: "s" },
          ...change,
        },
      ],
    },
  });
  const plain = { ...report, annotations: [] };

  test("what waits is in progress; after a conclusion by a new run", async () => {
    const pending = { ...plain, conclusion: "pending" } as const;
    const ok = { status: 201, body: { id: 9 } };
    const first = scriptedHost([{ body: { check_runs: [] } }, ok]);
    await first.forge.reportCheck(pending);
    expect(first.seen[1]?.body).toMatchObject({ status: "in_progress" });
    expect(first.seen[1]?.body).not.toHaveProperty("conclusion");
    const waits = scriptedHost([known({ status: "in_progress", conclusion: null }), ok]);
    await waits.forge.reportCheck(pending);
    expect(waits.seen[1]?.method).toBe("PATCH");
    const concluded = scriptedHost([known(), ok]);
    await concluded.forge.reportCheck(pending);
    expect(concluded.seen[1]?.method).toBe("POST");
  });

  test.each<readonly [string, object, Partial<CheckReport>, boolean]>([
    ["the same", {}, {}, false],
    [
      "a cut summary",
      { output: { title: "One problem", summary: "x".repeat(65_535) } },
      { summary: "x".repeat(70_000) },
      false,
    ],
    ["another title", { output: { title: "Two", summary: "s" } }, {}, true],
    ["another summary", { output: { title: "One problem", summary: "t" } }, {}, true],
    ["another conclusion", { conclusion: "success" }, {}, true],
    ["not concluded", { status: "queued", conclusion: null }, {}, true],
    ["nothing told", { output: null }, {}, true],
    ["annotations", {}, { annotations: report.annotations }, true],
  ])(
    "what says %s already is written only when it differs",
    async (_what, run, change, written) => {
      const host = scriptedHost([known(run), { body: { id: 8 } }]);
      await host.forge.reportCheck({ ...plain, ...change, unlessSame: true });
      expect(host.seen).toHaveLength(written ? 2 : 1);
    },
  );

  test("replaces our run, and sends annotations by fifty", async () => {
    const annotations = Array.from({ length: 101 }, (_, at) => ({
      path: CONFIG,
      line: at + 1,
      message: "m",
      level: "warning" as const,
    }));
    const ok = { body: { id: 8 } };
    const host = scriptedHost([{ body: { check_runs: [{ id: 8 }] } }, ok, ok, ok]);
    await host.forge.reportCheck({ ...report, summary: "x".repeat(70_000), annotations });
    expect(host.seen.slice(1).map(({ method, path }) => `${method} ${path}`)).toEqual(
      Array.from({ length: 3 }, () => "PATCH /repos/acme/cd/check-runs/8"),
    );
    const outputs = host.seen.slice(1).map(({ body }) => JSON.stringify(body));
    expect(outputs.map((text) => text.split("start_line").length - 1)).toEqual([50, 50, 1]);
    expect(outputs[0]?.split("x".repeat(65_535))).toHaveLength(2);
    expect(outputs[0]?.includes("x".repeat(65_536))).toBe(false);
  });

  test("a run that is gone is followed by a new one", async () => {
    const gone = { status: 404, body: { message: "Not Found" } };
    const host = scriptedHost([known(), gone, { status: 201, body: { id: 9 } }]);
    await host.forge.reportCheck(plain);
    expect(host.seen.map(({ method }) => method)).toEqual(["GET", "PATCH", "POST"]);
  });

  test.each<[string, Answer, typeof ForgeDenied | typeof ForgeUnavailable]>([
    ["refused", { status: 422, body: { message: "No commit found" } }, ForgeUnavailable],
    ["doubtful", { status: 502 }, ForgeUnavailable],
    ["not allowed", { status: 403, body: { message: "no" } }, ForgeDenied],
  ])("%s: throws", async (_name, answer, kind) => {
    const host = scriptedHost([{ body: { check_runs: [] } }, answer]);
    await expect(host.forge.reportCheck(report)).rejects.toThrow(kind);
  });
});

describe("sweep", () => {
  const ref = (name: string, committedDate: string, oid = HEAD) => ({
    prefix: "refs/heads/",
    name: `tagboat-tmp/${name}`,
    target: { oid, committedDate },
  });
  const answer = (...nodes: object[]): Answer => ({
    body: { data: { repository: { id: "R_1", refs: { nodes } } } },
  });
  const before = new Date("2026-03-01T00:00:00Z");

  test("deletes old branches where they stand, and no young ones", async () => {
    const host = scriptedHost([
      answer(
        ref("aaaaaaaaaaaa", "2026-02-01T00:00:00Z"),
        ref("bbbbbbbbbbbb", "2026-03-01T11:00:00Z"),
      ),
      { body: { data: { refs: { clientMutationId: null } } } },
    ]);
    expect(await host.forge.sweep(REPO, before)).toBe(1);
    expect(host.seen[0]?.variables.prefix).toBe("refs/heads/tagboat-tmp/");
    expect(host.seen[1]?.variables).toEqual({
      refs: {
        repositoryId: "R_1",
        refUpdates: [
          { name: "refs/heads/tagboat-tmp/aaaaaaaaaaaa", beforeOid: HEAD, afterOid: ZEROS },
        ],
      },
    });
  });

  test("sends no write when there is nothing", async () => {
    const host = scriptedHost([answer(ref("bbbbbbbbbbbb", "2026-03-01T11:00:00Z"))]);
    expect(await host.forge.sweep(REPO, before)).toBe(0);
  });

  test("counts nothing that is in doubt", async () => {
    const host = scriptedHost([answer(ref("a", "2026-02-01T00:00:00Z")), { status: 502 }]);
    expect(await host.forge.sweep(REPO, before)).toBe(0);
    expect(host.warnings).toEqual(["temporary branches not swept"]);
  });
});

describe("cdRepos", () => {
  const repos = (from: number, count: number): Answer => ({
    body: {
      repositories: Array.from({ length: count }, (_, at) => ({
        id: from + at,
        name: `r${from + at}`,
        owner: { login: "Acme" },
      })),
    },
  });

  test("finds the installation of an owner and pages through its repos", async () => {
    const host = scriptedHost([
      { body: { id: 11, suspended_at: null } },
      repos(0, 100),
      repos(100, 1),
    ]);
    const found = await host.forge.cdRepos("acme");
    expect(found).toHaveLength(101);
    expect(found[100]).toEqual({ owner: "Acme", name: "r100", installation: 11, id: 100 });
    expect(host.seen.map(({ path }) => path)).toEqual([
      "/users/acme/installation",
      "/installation/repositories?per_page=100&page=1",
      "/installation/repositories?per_page=100&page=2",
    ]);
  });

  test("an owner without the App has none; one who suspended it is refused", async () => {
    expect(await scriptedHost([{ status: 404 }]).forge.cdRepos("acme")).toEqual([]);
    const suspended = { body: { id: 11, suspended_at: "2026-01-01T00:00:00Z" } };
    await expect(scriptedHost([suspended]).forge.cdRepos("acme")).rejects.toMatchObject({
      name: "ForgeDenied",
      reason: "installation-revoked",
    });
  });

  test("one refused installation does not hide the others", async () => {
    const host = scriptedHost([
      { body: [{ id: 11 }, { id: 12 }] },
      { status: 403, body: { message: "suspended" } },
      repos(5, 1),
    ]);
    expect(await host.forge.cdRepos(null)).toEqual([
      { owner: "Acme", name: "r5", installation: 12, id: 5 },
    ]);
    expect(host.warnings).toEqual(["installation refused"]);
  });
});

describe("readBlobs", () => {
  const answer = (blobs: readonly (object | null)[]): Answer => ({
    body: {
      data: { repository: Object.fromEntries(blobs.map((blob, at) => [`b${at}`, blob])) },
    },
  });
  const told = (text: string) => ({ byteSize: Buffer.byteLength(text), text });

  test("reads each blob once, proven by its hash, in one query", async () => {
    const host = scriptedHost([answer([told("a: 1\n"), told("é\n")])]);
    const [a, b] = [oidOf("a: 1\n"), oidOf("é\n")];
    const blobs = await host.blobs.readBlobs(REPO, [a, b, a]);
    expect([...blobs].map(([oid, bytes]) => [oid, Buffer.from(bytes).toString()])).toEqual([
      [a, "a: 1\n"],
      [b, "é\n"],
    ]);
    expect(problemsOf(host.seen[0]?.document ?? "")).toEqual([]);
  });

  test("asks REST for what GraphQL cut or does not carry", async () => {
    const binary = Buffer.from([0xff, 0xfe, 0x00]);
    const long = "x".repeat(600_000);
    const rest = (bytes: Buffer): Answer => ({
      body: { content: bytes.toString("base64"), encoding: "base64" },
    });
    const host = scriptedHost([
      answer([
        { byteSize: 3, text: null },
        { byteSize: 600_000, text: long.slice(0, 512_000) },
      ]),
      rest(binary),
      rest(Buffer.from(long)),
    ]);
    const blobs = await host.blobs.readBlobs(REPO, [oidOf(binary), oidOf(long)]);
    expect(blobs.get(oidOf(binary))).toEqual(binary);
    expect(blobs.get(oidOf(long))?.byteLength).toBe(600_000);
    expect(host.seen).toHaveLength(3);
  });

  test("leaves out what is gone or too large, and takes no wrong bytes", async () => {
    const gone = scriptedHost([answer([null, { byteSize: 5_000_001, text: null }])]);
    expect(await gone.blobs.readBlobs(REPO, [ZEROS, NEW])).toEqual(new Map());
    const wrong = scriptedHost([
      answer([told("b\n")]),
      { body: { content: Buffer.from("b\n").toString("base64"), encoding: "base64" } },
    ]);
    await expect(wrong.blobs.readBlobs(REPO, [oidOf("a\n")])).rejects.toThrow(ForgeUnavailable);
  });

  test("reads 501 blobs in two queries", async () => {
    const texts = Array.from({ length: 501 }, (_, at) => `a: ${at}\n`);
    const host = scriptedHost([
      answer(texts.slice(0, 500).map(told)),
      answer(texts.slice(500).map(told)),
    ]);
    expect((await host.blobs.readBlobs(REPO, texts.map(oidOf))).size).toBe(501);
  });
});
