import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Pull, Ruleset } from "../../sandbox/world/entities.ts";
import { PULL_FACTS } from "../../src/github/pull-facts-document.ts";
import { ForgeDenied } from "../../src/model/forge.ts";
import type { PullFacts } from "../../src/model/pulls.ts";
import { DEV, PROD } from "../contract/forge.contract.ts";
import { ruleset } from "../sandbox/world/seeded-world.ts";
import { problemsOf } from "./official-schema.ts";
import { BASE, HEAD, REPO } from "./samples.ts";
import { type SandboxStage, sandboxStage } from "./sandbox-stage.ts";
import { type Answer, scriptedHost } from "./scripted-host.ts";

test("the query is valid by GitHub's schema", () => {
  expect(problemsOf(PULL_FACTS.text)).toEqual([]);
});

describe("over the sandbox", () => {
  let stage: SandboxStage;
  let pull: Pull;
  const read = async (): Promise<PullFacts> => {
    const facts = await stage.pulls.read(stage.repo, pull.number);
    if (facts === null) throw new Error("gone");
    return facts;
  };

  beforeEach(async () => {
    stage = await sandboxStage();
    const { world, cd } = stage;
    for (const login of ["ben", "cara"]) world.addUser(login);
    world.setPermission(cd, "ben", "write");
    const base = (await stage.tip("main")) ?? "";
    await stage.branch("topic", base);
    await stage.push("topic", { [DEV]: "images: []\n", "env/new.yaml": "a: 1\n" });
    pull = await world.openPull(cd, "ana", {
      title: "A topic",
      body: "Why",
      head: { repo: cd, branch: "topic" },
      base: "main",
      draft: false,
    });
    stage.requests();
  });
  afterEach(() => stage.close());

  test("tells all of a pull request in two requests", async () => {
    const { world, cd, app } = stage;
    await world.review(cd, "ben", pull, { state: "APPROVED", body: "" });
    await world.label(cd, "ana", pull, ["env:dev"]);
    await world.createCheck(cd, app, {
      name: "ci",
      headOid: pull.headOid,
      conclusion: "failure",
    });
    stage.requests();
    const ana = world.accounts.get("ana");
    expect(await read()).toEqual({
      number: pull.number,
      nodeId: pull.nodeId,
      url: `http://127.0.0.1/acme/cd/pull/${pull.number}`,
      state: "open",
      draft: false,
      title: "A topic",
      body: "Why",
      author: { login: "ana", id: ana?.id, isBot: false },
      ours: false,
      base: { branch: "main", oid: await stage.tip("main") },
      mergedAt: null,
      sameHead: [],
      configOid: expect.stringMatching(/^[0-9a-f]{40}$/),
      head: { branch: "topic", oid: pull.headOid, sameRepo: true },
      mergeBase: await stage.tip("main"),
      files: [
        { path: DEV, previousPath: null },
        { path: "env/new.yaml", previousPath: null },
      ],
      filesComplete: true,
      commits: [
        {
          oid: pull.headOid,
          parents: [await stage.tip("main")],
          message: "A person's work",
          byApp: false,
          signed: true,
          changedFiles: 2,
          people: [{ login: "ana", id: ana?.id, isBot: false }],
        },
      ],
      commitsComplete: true,
      reviews: [
        {
          id: expect.any(Number),
          author: { login: "ben", id: world.accounts.get("ben")?.id, isBot: false },
          state: "approved",
          commitOid: pull.headOid,
          at: expect.stringMatching(/^2026-03-01T10:/),
        },
      ],
      checks: [{ name: "ci", appId: app.id, verdict: "failing", required: false }],
      labels: ["env:dev"],
      mergeable: "clean",
      behind: false,
      autoMerge: "off",
      queue: null,
      gateRequired: false,
      notes: [],
    });
    expect(stage.requests()).toEqual([
      "viewer+repository",
      "GET /repos/{owner}/{repo}/compare/{basehead}",
    ]);
  });

  test("knows our own, and the base from where it parted", async () => {
    const { world, cd, app } = stage;
    const fork = await stage.tip("main");
    await stage.push("main", { "README.md": "# moved\n" });
    await stage.branch("tagboat/prod/app--v2-0a1b2c3d", (await stage.tip("main")) ?? "");
    await stage.push("tagboat/prod/app--v2-0a1b2c3d", { [PROD]: "images: [1]\n" });
    const opened = await world.openPull(cd, app.bot.login, {
      title: "Ours",
      body: "",
      head: { repo: cd, branch: "tagboat/prod/app--v2-0a1b2c3d" },
      base: "main",
      draft: true,
    });
    const facts = await stage.pulls.read(stage.repo, opened.number);
    expect(facts).toMatchObject({
      ours: true,
      draft: true,
      author: { login: "tagboat[bot]", id: app.bot.id, isBot: true },
      files: [{ path: PROD }],
    });
    expect(await read()).toMatchObject({
      mergeBase: fork,
      base: { oid: await stage.tip("main") },
      behind: false,
      files: [{ path: DEV }, { path: "env/new.yaml" }],
    });
  });

  test("sees co-authors and who committed last", async () => {
    const { world, cd } = stage;
    const cara = world.accounts.get("cara");
    await world.commitOnBranch(cd, "ben", {
      branch: "topic",
      expectedHead: pull.headOid,
      message: `More\n\nCo-authored-by: Cara <${cara?.id}+cara@users.noreply.github.com>`,
      additions: [{ path: "env/more.yaml", content: Buffer.from("b: 1\n") }],
      deletions: [],
    });
    const { commits } = await read();
    expect(commits.map(({ people }) => people.map(({ login }) => login))).toEqual([
      ["ben", "cara"],
      ["ana"],
    ]);
  });

  test("a fork's pull request is not from the same repo", async () => {
    const { world, cd } = stage;
    const fork = await world.fork(cd, "cara");
    await world.commitOnBranch(fork, "cara", {
      branch: "main",
      expectedHead: (await stage.tip("main")) ?? "",
      message: "From afar",
      additions: [{ path: DEV, content: Buffer.from("a: 2\n") }],
      deletions: [],
    });
    const far = await world.openPull(cd, "cara", {
      title: "Far",
      body: "",
      head: { repo: fork, branch: "main" },
      base: "main",
      draft: false,
    });
    expect(await stage.pulls.read(stage.repo, far.number)).toMatchObject({
      head: { sameRepo: false, branch: "main" },
      files: [{ path: DEV }],
    });
  });

  test.each<readonly [string, (stage: SandboxStage) => Partial<Ruleset>, Partial<PullFacts>]>([
    [
      "a gate required from our App",
      ({ app }) => ({ requiredChecks: [{ context: "tagboat/promotion", appId: app.id }] }),
      {
        gateRequired: true,
        checks: [
          {
            name: "tagboat/promotion",
            appId: expect.any(Number) as unknown as number,
            verdict: "pending",
            required: true,
          },
        ],
      },
    ],
    [
      "a gate that anyone may report",
      () => ({ requiredChecks: [{ context: "tagboat/promotion", appId: null }] }),
      { gateRequired: false },
    ],
    [
      "a gate required from another App",
      () => ({ requiredChecks: [{ context: "tagboat/promotion", appId: 7 }] }),
      { gateRequired: false },
    ],
    [
      "a check that nobody has reported yet",
      () => ({ requiredChecks: [{ context: "ci", appId: null }] }),
      { checks: [{ name: "ci", appId: null, verdict: "pending", required: true }] },
    ],
    ["a merge queue", () => ({ mergeQueue: true }), { queue: "outside" }],
    ["a base that is up to date", () => ({ upToDate: true }), { behind: false }],
  ])("reads the rules of the branch: %s", async (_what, rules, expected) => {
    stage.cd.rulesets.push(ruleset(rules(stage)));
    expect(await read()).toMatchObject(expected);
  });

  test("a status of our check's name is not our check", async () => {
    const { world, cd, app } = stage;
    const context = "tagboat/promotion";
    cd.rulesets.push(ruleset({ requiredChecks: [{ context, appId: app.id }] }));
    await world.createStatus(cd, "ana", { oid: pull.headOid, context, state: "success" });
    await world.createStatus(cd, "ana", { oid: pull.headOid, context: "ci", state: "pending" });
    await world.createStatus(cd, "ana", { oid: pull.headOid, context: "ci", state: "error" });
    expect((await read()).checks).toEqual([
      { name: context, appId: null, verdict: "passing", required: false },
      { name: "ci", appId: null, verdict: "failing", required: false },
      { name: context, appId: app.id, verdict: "pending", required: true },
    ]);
  });

  test("our check as it is reported, waiting again after a refusal", async () => {
    const { cd, app, forge, repo } = stage;
    const name = "tagboat/promotion";
    cd.rulesets.push(ruleset({ requiredChecks: [{ context: name, appId: app.id }] }));
    const texts = { title: "t", summary: "s", annotations: [] };
    for (const [conclusion, verdict] of [
      ["failure", "failing"],
      ["pending", "pending"],
      ["pending", "pending"],
      ["success", "passing"],
    ] as const) {
      await forge.reportCheck({ repo, headOid: pull.headOid, name, conclusion, ...texts });
      expect((await read()).checks).toEqual([{ name, appId: app.id, verdict, required: true }]);
    }
  });

  test("is behind a base that demands to be up to date, whatever else is missing", async () => {
    await stage.push("main", { "README.md": "# moved\n" });
    stage.cd.rulesets.push(
      ruleset({ upToDate: true, requiredChecks: [{ context: "ci", appId: null }] }),
    );
    expect(await read()).toMatchObject({ behind: true });
  });

  test("a dismissed review is one, on the head that it was given on", async () => {
    const { world, cd } = stage;
    const given = await world.review(cd, "ben", pull, { state: "APPROVED", body: "" });
    const before = pull.headOid;
    await stage.push("topic", { "env/more.yaml": "c: 1\n" });
    await world.review(cd, "ben", pull, { state: "COMMENTED", body: "Hm" });
    await world.dismissReview(cd, "ana", pull, given, "stale");
    expect((await read()).reviews).toMatchObject([
      { state: "dismissed", commitOid: before },
      { state: "commented", commitOid: pull.headOid },
    ]);
  });

  test("notes are comments of ours with a marker, and an edit by another shows", async () => {
    const { world, cd, app, pulls, repo } = stage;
    const where = { repo, pull: { number: pull.number, nodeId: pull.nodeId } };
    await world.comment(cd, "ana", pull, "I say <!-- tagboat:said x --> too");
    await world.comment(cd, app.bot.login, pull, "No marker");
    await pulls.say({ ...where, key: "hold:1", body: "Held" });
    await pulls.say({ ...where, key: "ban:1", body: "Banned" });
    await pulls.say({ ...where, key: "ban:1", body: "Banned again" });
    const [hold] = world.comments(pull).filter(({ body }) => body.startsWith("Held"));
    if (hold === undefined) throw new Error("not said");
    await world.editComment(cd, "ben", hold, `${hold.body} `);
    expect((await read()).notes).toMatchObject([
      { body: "Held\n\n<!-- tagboat:said hold:1 --> ", byOurApp: true, edited: true },
      { body: "Banned again\n\n<!-- tagboat:said ban:1 -->", byOurApp: true, edited: false },
    ]);
  });

  test("pages through more than a hundred comments and reviews", async () => {
    const { world, cd, app } = stage;
    for (let at = 0; at < 130; at += 1) {
      await world.comment(cd, app.bot.login, pull, `${at} <!-- tagboat:n -->`);
    }
    for (let at = 0; at < 205; at += 1) {
      await world.review(cd, "ben", pull, { state: "COMMENTED", body: `${at}` });
    }
    stage.requests();
    const { notes, reviews } = await read();
    expect(notes.map(({ body }) => Number.parseInt(body, 10))).toEqual(
      Array.from({ length: 130 }, (_, at) => at),
    );
    expect(new Set(reviews.map(({ id }) => id)).size).toBe(205);
    expect(stage.requests()).toHaveLength(4);
  });

  test("lists every file where a comparison is cut", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 320 }, (_, at) => [`many/${at}.yaml`, `${at}\n`]),
    );
    await stage.push("topic", many);
    stage.requests();
    const { files, filesComplete } = await read();
    expect(filesComplete).toBe(true);
    expect(files).toHaveLength(322);
    expect(files).toContainEqual({ path: DEV, previousPath: null });
    expect(stage.requests()).toHaveLength(4);
  });

  test("a merged one, a closed one, and none", async () => {
    const { world, cd, pulls, repo } = stage;
    await world.mergePull(cd, "ana", pull, { method: "merge" });
    expect(await read()).toMatchObject({
      state: "merged",
      files: [{ path: DEV }, { path: "env/new.yaml" }],
    });
    expect(await pulls.read(repo, 999)).toBeNull();
    expect(await pulls.read({ ...repo, id: 1 }, pull.number)).toBeNull();
  });

  test("lists what is open into a base", async () => {
    const { world, cd, pulls, repo } = stage;
    await stage.branch("production", (await stage.tip("main")) ?? "");
    await world.openPull(cd, "ana", {
      title: "Other",
      body: "",
      head: { repo: cd, branch: "topic" },
      base: "production",
      draft: false,
    });
    expect(await pulls.open(repo, null)).toEqual([1, 2]);
    expect(await pulls.open(repo, "production")).toEqual([2]);
    await world.closePull(cd, "ana", pull);
    expect(await pulls.open(repo, "main")).toEqual([]);
    expect(await pulls.open({ ...repo, id: 1 }, null)).toEqual([]);
  });

  test("finds by its label what people said, on what is over too", async () => {
    const { world, cd, history, repo } = stage;
    await stage.branch("second", (await stage.tip("topic")) ?? "");
    const second = await world.openPull(cd, "ana", {
      title: "Second",
      body: "",
      head: { repo: cd, branch: "second" },
      base: "main",
      draft: false,
    });
    await world.label(cd, "ana", second, ["tagboat:hold"]);
    await world.label(cd, "ana", pull, ["tagboat:hold", "env:dev"]);
    await world.mergePull(cd, "ana", pull, { method: "merge" });
    stage.requests();
    expect(await history.labelled(repo, "tagboat:hold")).toEqual([1, 2]);
    expect(stage.requests()).toEqual(["repository"]);
    expect(await history.labelled(repo, "env:dev")).toEqual([1]);
    expect(await history.labelled(repo, "nowhere")).toEqual([]);
  });
});

describe("what GitHub may answer otherwise", () => {
  const who = { __typename: "User", login: "ana", databaseId: 3 };
  const none = { pageInfo: { hasNextPage: false, endCursor: null }, nodes: [] };
  const headOf = (oid: string) => ({
    oid,
    statusCheckRollup: null,
    associatedPullRequests: { nodes: [] },
  });
  const found = (change: object = {}): Answer => ({
    body: {
      data: {
        viewer: { login: "tagboat[bot]", databaseId: 9 },
        repository: {
          databaseId: REPO.id,
          autoMergeAllowed: false,
          open: { nodes: [] },
          pullRequest: {
            id: "PR_5",
            number: 5,
            url: "u",
            state: "OPEN",
            mergedAt: null,
            isDraft: false,
            title: "t",
            body: "",
            changedFiles: 1,
            isCrossRepository: false,
            baseRefName: "main",
            baseRefOid: BASE,
            headRefName: "topic",
            headRefOid: HEAD,
            mergeable: "UNKNOWN",
            mergeStateStatus: "UNKNOWN",
            autoMergeRequest: null,
            isMergeQueueEnabled: false,
            isInMergeQueue: false,
            author: who,
            baseRef: { target: { oid: BASE }, rules: null, refUpdateRule: null },
            labels: null,
            reviews: none,
            comments: none,
            commits: { totalCount: 300, nodes: [] },
            head: { nodes: [] },
            ...change,
          },
        },
      },
    },
  });
  const compared = (files: object[] = [{ filename: "a" }]): Answer => ({
    body: { merge_base_commit: { sha: BASE }, behind_by: 0, files },
  });
  const checks = (nodes: object[]) => ({
    nodes: [{ commit: { ...headOf(HEAD), statusCheckRollup: { contexts: { ...none, nodes } } } }],
  });
  const run = (change: object) => ({
    __typename: "CheckRun",
    name: "ci",
    status: "COMPLETED",
    conclusion: "SUCCESS",
    isRequired: false,
    checkSuite: { app: { databaseId: 15368 } },
    ...change,
  });

  const file = (path: string, changeType = "MODIFIED") => ({ path, changeType });
  test.each<readonly [string, object, readonly string[] | null]>([
    ["as many files as are counted", { files: { nodes: [file("a")] } }, ["a"]],
    ["fewer than are counted", { changedFiles: 2, files: { nodes: [file("a")] } }, null],
    ["none although one is counted", {}, null],
    ["one that was renamed", { files: { nodes: [file("a", "RENAMED")] } }, null],
    ["a base that moved", { baseRefOid: HEAD, files: { nodes: [file("a")] } }, null],
    ["a base that is gone", { baseRef: null, files: { nodes: [file("a")] } }, null],
  ])("a glance at %s", async (_what, change, files) => {
    const host = scriptedHost([found(change)]);
    const wanted = { number: 5, counted: "held", isEnough: () => true };
    const look = await host.gateReads.look(REPO, wanted);
    expect(look?.glance.files?.map(({ path }) => path) ?? null).toEqual(files);
  });

  test("deleted accounts, bots and unknown states", async () => {
    const bot = { __typename: "Bot", login: "renovate", databaseId: 4 };
    const review = (change: object) => ({
      fullDatabaseId: "3500000001",
      state: "APPROVED",
      submittedAt: "2026-03-01T00:00:00Z",
      author: null,
      commit: null,
      ...change,
    });
    const host = scriptedHost([
      found({
        author: bot,
        reviews: {
          ...none,
          nodes: [review({}), review({ state: "PENDING" }), review({ submittedAt: null }), null],
        },
      }),
      compared(),
    ]);
    const facts = await host.pulls.read(REPO, 5);
    expect(facts).toMatchObject({
      author: { login: "renovate[bot]", id: 4, isBot: true },
      mergeable: "unknown",
      autoMerge: "unavailable",
      commitsComplete: false,
      reviews: [
        {
          id: 3_500_000_001,
          author: { login: "ghost", id: 0, isBot: false },
          state: "approved",
          commitOid: null,
        },
      ],
    });
  });

  test.each([
    ["COMPLETED", "SUCCESS", "passing"],
    ["COMPLETED", "NEUTRAL", "passing"],
    ["COMPLETED", "SKIPPED", "passing"],
    ["COMPLETED", "CANCELLED", "failing"],
    ["COMPLETED", "STALE", "failing"],
    ["COMPLETED", "ACTION_REQUIRED", "failing"],
    ["IN_PROGRESS", null, "pending"],
    ["WAITING", null, "pending"],
    ["COMPLETED", null, "pending"],
  ])("a run that is %s %s is %s", async (status, conclusion, verdict) => {
    const host = scriptedHost([
      found({ head: checks([run({ status, conclusion, isRequired: true })]) }),
      compared(),
    ]);
    const facts = await host.pulls.read(REPO, 5);
    expect(facts?.checks).toEqual([{ name: "ci", appId: 15_368, verdict, required: true }]);
  });

  test.each([
    ["SUCCESS", "passing"],
    ["EXPECTED", "pending"],
    ["PENDING", "pending"],
    ["ERROR", "failing"],
    ["FAILURE", "failing"],
  ])("a status that is %s is %s", async (state, verdict) => {
    const status = { __typename: "StatusContext", context: "legacy", state, isRequired: false };
    const host = scriptedHost([found({ head: checks([status]) }), compared()]);
    const facts = await host.pulls.read(REPO, 5);
    expect(facts?.checks).toEqual([{ name: "legacy", appId: null, verdict, required: false }]);
  });

  test("classic protection names checks, and not from whom", async () => {
    const refUpdateRule = {
      requiredStatusCheckContexts: ["tagboat/promotion", "ci", null],
      requiresLinearHistory: true,
    };
    const host = scriptedHost([
      found({
        baseRef: { target: { oid: BASE }, rules: null, refUpdateRule },
        head: checks([run({})]),
      }),
      compared(),
    ]);
    const facts = await host.pulls.read(REPO, 5);
    expect(facts).toMatchObject({
      gateRequired: false,
      checks: [
        { name: "ci", required: true, verdict: "passing" },
        { name: "tagboat/promotion", appId: null, required: true, verdict: "pending" },
      ],
    });
  });

  test("rules that the App may not see are none; what else is forbidden is told", async () => {
    const withError = (...path: (string | number)[]): Answer => {
      const answer = found({
        baseRef: { target: { oid: BASE }, rules: null, refUpdateRule: null },
      });
      const error = { type: "FORBIDDEN", path, message: "Resource not accessible by integration" };
      return "broken" in answer ? answer : { body: { ...Object(answer.body), errors: [error] } };
    };
    const lenient = scriptedHost([
      withError("repository", "pullRequest", "baseRef", "rules"),
      compared(),
    ]);
    expect(await lenient.pulls.read(REPO, 5)).toMatchObject({ gateRequired: false, checks: [] });
    const strict = scriptedHost([withError("repository", "pullRequest", "reviews")]);
    await expect(strict.pulls.read(REPO, 5)).rejects.toThrow(ForgeDenied);
  });

  test("a rename tells both paths", async () => {
    const host = scriptedHost([found(), compared([{ filename: "b", previous_filename: "env/a" }])]);
    const facts = await host.pulls.read(REPO, 5);
    expect(facts?.files).toEqual([{ path: "b", previousPath: "env/a" }]);
    expect(host.seen[1]?.path).toBe(`/repos/acme/cd/compare/${BASE}...${HEAD}?per_page=1`);
  });

  test("without a common ancestor the files are not known", async () => {
    const host = scriptedHost([found(), { status: 404, body: { message: "No common ancestor" } }]);
    expect(await host.pulls.read(REPO, 5)).toMatchObject({ files: [], filesComplete: false });
  });

  test("a comparison that lists fewer files than there are is not believed", async () => {
    const tree = (entries: object[]): Answer => ({
      body: { sha: BASE, truncated: false, tree: entries },
    });
    const blob = (path: string, sha: string, mode = "100644") => ({
      path,
      mode,
      sha,
      type: "blob",
    });
    const host = scriptedHost([
      found({ changedFiles: 4 }),
      compared([{ filename: "a" }]),
      tree([blob("a", "1"), blob("gone", "2"), blob("mode", "3"), blob("same", "4")]),
      tree([blob("a", "9"), blob("mode", "3", "100755"), blob("new", "5"), blob("same", "4")]),
    ]);
    const facts = await host.pulls.read(REPO, 5);
    expect(facts?.files.map(({ path }) => path)).toEqual(["a", "gone", "mode", "new"]);
  });

  test("begins again when the head moves between two pages", async () => {
    const more = { pageInfo: { hasNextPage: true, endCursor: "c1" }, nodes: [] };
    const moved = found({ headRefOid: BASE });
    const host = scriptedHost([found({ comments: more }), moved, found(), compared()]);
    expect(await host.pulls.read(REPO, 5)).toMatchObject({ head: { oid: HEAD } });
    expect(host.seen.map(({ variables }) => variables.comments)).toEqual([
      undefined,
      "c1",
      undefined,
      undefined,
    ]);
  });

  test("checks of another commit are never taken for the head's", async () => {
    const stale = found({
      head: { nodes: [{ commit: headOf(BASE) }] },
    });
    const later = scriptedHost([stale, found({ head: checks([run({})]) }), compared()]);
    expect((await later.pulls.read(REPO, 5))?.checks).toMatchObject([{ name: "ci" }]);
    const never = scriptedHost([stale, stale, stale]);
    await expect(never.pulls.read(REPO, 5)).rejects.toThrow("changes faster than it can be read");
  });
});
