import { expect, test } from "@jest/globals";
import type { CdRepo, Forge, NewProposal, PullState, Target } from "../../src/model/forge.ts";

/** A forge over one repo `acme/cd`, new for each test, with hands for what other people do and eyes for what stands there. */
export interface ForgeStage {
  readonly forge: Forge;
  readonly repo: CdRepo;
  /** Makes a branch at a commit. */
  branch(name: string, oid: string): Promise<void>;
  /** A person's commit on a branch; its oid. */
  push(branch: string, files: Readonly<Record<string, string>>): Promise<string>;
  /** Where a branch stands; `null`: no such branch. */
  tip(branch: string): Promise<string | null>;
  /** Names of the branches, sorted. */
  branches(): Promise<readonly string[]>;
  /** Text of a file on a branch. */
  read(branch: string, path: string): Promise<string | null>;
  /** A person approves, closes, or merges a pull request. */
  approve(pull: number): Promise<void>;
  closeAsPerson(pull: number): Promise<void>;
  merge(pull: number): Promise<void>;
  comments(pull: number): readonly string[];
  labels(pull: number): readonly string[];
  checks(oid: string): readonly { readonly name: string; readonly conclusion: string | null }[];
  archive(): void;
  /** Forgets the repo for this App. */
  uninstall(): void;
  /** Requests since the last call of this, tokens excluded; `null` where none are sent. */
  requests(): readonly string[] | null;
  /** Called after each test: whether the stage has something to complain about. */
  close(): Promise<void>;
}

export const DEV = "env/dev/kustomization.yaml";
export const PROD = "env/prod/kustomization.yaml";
export const stageFiles: Readonly<Record<string, string>> = {
  "README.md": "# CD\n",
  ".github/tagboat.yml": "version: 1\n",
  [DEV]: "images:\n  - name: app\n    newTag: v1\n",
  "env/dev/patch.yaml": "a: 1\n",
  // A byte order mark, which GraphQL does not carry.
  [PROD]: "\uFEFFimages: []\n",
};

const BRANCH = "tagboat/dev/app-0a1b2c";
const V2 = "images:\n  - name: app\n    newTag: v2\n";
const V3 = "images:\n  - name: app\n    newTag: v3\n";

async function targetOf(stage: ForgeStage, head: string | null = BRANCH): Promise<Target> {
  const { forge, repo } = stage;
  const target = await forge.readTarget({ repo, base: null, head, files: [DEV] });
  if (target === null) throw new Error("the repo is gone");
  return target;
}

function proposal(target: Target, change: Partial<NewProposal> = {}): NewProposal {
  return {
    target,
    branch: BRANCH,
    message: "Track app v2\n\nTagboat-Order-Key: 1",
    edits: [{ path: DEV, text: V2 }],
    title: "app v2",
    body: "v1 → v2",
    draft: false,
    labels: [],
    reviewers: [],
    ...change,
  };
}

async function openOne(stage: ForgeStage): Promise<{ target: Target; pull: PullState }> {
  await stage.forge.openProposal(proposal(await targetOf(stage)));
  const target = await targetOf(stage);
  const [pull] = target.pulls;
  if (pull === undefined) throw new Error("no pull request was opened");
  stage.requests();
  return { target, pull };
}

/** What every forge must do. `open` makes a stage with `stageFiles` on `main`. */
export function forgeContract(name: string, open: () => Promise<ForgeStage>): void {
  function on(title: string, body: (stage: ForgeStage) => Promise<void>): void {
    test(`${name}: ${title}`, async () => {
      const stage = await open();
      stage.requests();
      await body(stage);
      await stage.close();
    });
  }

  function sent(stage: ForgeStage, count: number): void {
    const requests = stage.requests();
    if (requests !== null) expect(requests).toHaveLength(count);
  }

  on("lists the repos of an owner", async ({ forge, repo }) => {
    expect(await forge.cdRepos("acme")).toEqual([repo]);
    expect(await forge.cdRepos(null)).toEqual([repo]);
    expect(await forge.cdRepos("somebody-else")).toEqual([]);
  });

  on("reads a branch for the index in two requests", async (stage) => {
    const { forge, repo } = stage;
    const read = await forge.readRepo(repo, null, (path) => path === DEV);
    sent(stage, 2);
    expect(read).toMatchObject({ branch: "main", commit: await stage.tip("main") });
    expect(read?.files).toHaveLength(2);
    expect(read?.files).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ path: DEV, kind: "text", text: stageFiles[DEV] }),
        expect.objectContaining({
          path: ".github/tagboat.yml",
          kind: "text",
          text: "version: 1\n",
        }),
      ]),
    );
    const files = read?.paths.filter(({ mode }) => mode === "100644").map(({ path }) => path);
    expect(files?.toSorted()).toEqual(Object.keys(stageFiles).toSorted());
    expect(await forge.readRepo(repo, "no-such-branch", () => true)).toBeNull();
  });

  on("reads a target in one request, whatever the number of files", async (stage) => {
    const { forge, repo } = stage;
    const many = Array.from({ length: 500 }, (_, at) => `env/${at}/kustomization.yaml`);
    const files = [DEV, "README.md", ...many];
    const target = await forge.readTarget({ repo, base: "main", head: BRANCH, files });
    sent(stage, 1);
    expect(target?.base).toEqual({ branch: "main", oid: await stage.tip("main") });
    expect(target?.repo).toMatchObject({ ...repo, archived: false, defaultBranch: "main" });
    expect(target?.config).toMatchObject({ kind: "text", text: "version: 1\n" });
    expect(target?.files.get(DEV)).toMatchObject({ kind: "text", text: stageFiles[DEV] });
    expect(target?.files.get(many[0] ?? "")).toEqual({ kind: "absent", path: many[0] });
    expect(target?.files.size).toBe(502);
    expect(target?.folders.get("env/dev")?.toSorted()).toEqual([
      "kustomization.yaml",
      "patch.yaml",
    ]);
    expect(target?.folders.get("")?.toSorted()).toEqual([".github", "README.md", "env"]);
    expect(target?.folders.get("env/0")).toEqual([]);
    expect(target).toMatchObject({ head: null, pulls: [] });
  });

  on("keeps a byte order mark", async ({ forge, repo }) => {
    const target = await forge.readTarget({ repo, base: null, head: null, files: [PROD] });
    expect(target?.files.get(PROD)).toMatchObject({ kind: "text", text: stageFiles[PROD] });
  });

  on("tells a missing base, an archived repo and a repo out of reach", async (stage) => {
    const { forge, repo } = stage;
    const query = { repo, base: "no-such-branch", head: null, files: [DEV] };
    const target = await forge.readTarget(query);
    expect(target?.base).toBeNull();
    expect(target?.files.get(DEV)?.kind).toBe("absent");
    stage.archive();
    expect((await forge.readTarget(query))?.repo.archived).toBe(true);
  });

  on("opens a proposal in one request", async (stage) => {
    const target = await targetOf(stage);
    stage.requests();
    const result = await stage.forge.openProposal(proposal(target));
    sent(stage, 1);
    const tip = await stage.tip(BRANCH);
    expect(result).toMatchObject({ kind: "done", value: { headOid: tip } });
    expect(await stage.read(BRANCH, DEV)).toBe(V2);
    expect(await stage.read("main", DEV)).toBe(stageFiles[DEV]);
    const now = await targetOf(stage);
    expect(now.head).toMatchObject({ oid: tip, complete: true });
    expect(now.head?.commits).toEqual([
      {
        oid: tip,
        parents: [target.base?.oid],
        message: "Track app v2\n\nTagboat-Order-Key: 1",
        byApp: true,
        signed: true,
        changedFiles: 1,
      },
    ]);
    expect(now.pulls).toHaveLength(1);
    expect(now.pulls[0]).toMatchObject({
      state: "open",
      base: "main",
      headOid: tip,
      title: "app v2",
      body: "v1 → v2",
      draft: false,
      ours: true,
      closedBy: null,
      firstMessage: "Track app v2\n\nTagboat-Order-Key: 1",
      changedFiles: 1,
      approvedAt: null,
      checks: "none",
    });
  });

  on("labels a proposal", async (stage) => {
    const target = await targetOf(stage);
    await stage.forge.openProposal(proposal(target, { labels: ["production"], draft: true }));
    const [pull] = (await targetOf(stage)).pulls;
    expect(pull?.draft).toBe(true);
    expect(stage.labels(pull?.number ?? 0)).toEqual(["production"]);
  });

  on("adopts a proposal that is open: nothing is written but its labels", async (stage) => {
    const { target, pull } = await openOne(stage);
    const again = await stage.forge.openProposal(proposal(target, { message: "another" }));
    sent(stage, 0);
    const { number, url, headOid } = pull;
    expect(again).toEqual({ kind: "done", value: { number, url, headOid } });
    await stage.forge.openProposal(proposal(target, { labels: ["production"] }));
    sent(stage, 1);
    expect([stage.labels(number), await stage.tip(BRANCH)]).toEqual([["production"], headOid]);
    expect((await targetOf(stage)).pulls).toHaveLength(1);
  });

  on("is unsure when the branch has appeared meanwhile, and harms nothing", async (stage) => {
    const target = await targetOf(stage);
    await stage.branch(BRANCH, target.base?.oid ?? "");
    const theirs = await stage.push(BRANCH, { "theirs.txt": "mine\n" });
    expect((await stage.forge.openProposal(proposal(target))).kind).toBe("unsure");
    expect(await stage.tip(BRANCH)).toBe(theirs);
    const pulls = (await targetOf(stage)).pulls;
    expect(pulls.filter(({ state }) => state === "open")).toEqual([]);
  });

  on("moves a branch that was left over", async (stage) => {
    const first = await openOne(stage);
    await stage.closeAsPerson(first.pull.number);
    await stage.push("main", { "README.md": "# New\n" });
    const target = await targetOf(stage);
    expect(target.pulls[0]).toMatchObject({ state: "closed", closedBy: "person" });
    stage.requests();
    const edits = [{ path: DEV, text: V3 }];
    const result = await stage.forge.openProposal(proposal(target, { message: "v3", edits }));
    sent(stage, 1);
    expect(result.kind).toBe("done");
    const now = await targetOf(stage);
    expect(now.pulls.map(({ state }) => state)).toEqual(["open", "closed"]);
    expect(now.head?.commits).toHaveLength(1);
    expect(now.head?.commits[0]?.parents).toEqual([await stage.tip("main")]);
    expect(await stage.read(BRANCH, DEV)).toBe(V3);
  });

  on("only opens the pull request where the commit is finished", async (stage) => {
    const first = await openOne(stage);
    await stage.closeAsPerson(first.pull.number);
    const target = await targetOf(stage);
    const result = await stage.forge.openProposal(proposal(target));
    expect(result).toMatchObject({ kind: "done", value: { headOid: first.pull.headOid } });
    expect(await stage.tip(BRANCH)).toBe(first.pull.headOid);
  });

  on("rebuilds a proposal in two requests, and the pull request stays open", async (stage) => {
    const { pull } = await openOne(stage);
    await stage.push("main", { "README.md": "# New\n" });
    const target = await targetOf(stage);
    stage.requests();
    const result = await stage.forge.updateProposal({
      target,
      pull,
      branch: BRANCH,
      commit: { message: "Track app v3", edits: [{ path: DEV, text: V3 }] },
      title: "app v3",
      body: "v1 → v2 → v3",
    });
    sent(stage, 2);
    const tip = await stage.tip(BRANCH);
    expect(result).toEqual({ kind: "done", value: { headOid: tip } });
    const now = await targetOf(stage);
    expect(now.pulls).toHaveLength(1);
    expect(now.pulls[0]).toMatchObject({
      number: pull.number,
      state: "open",
      title: "app v3",
      body: "v1 → v2 → v3",
      headOid: tip,
    });
    expect(now.head?.commits.map(({ parents }) => parents)).toEqual([[await stage.tip("main")]]);
    expect(await stage.read(BRANCH, DEV)).toBe(V3);
    expect(await stage.branches()).toEqual(["main", BRANCH]);
  });

  on("changes the words of a proposal in one request", async (stage) => {
    const { target, pull } = await openOne(stage);
    const words = { target, pull, branch: BRANCH, commit: null, title: "t", body: "b" };
    const result = await stage.forge.updateProposal(words);
    sent(stage, 1);
    expect(result).toEqual({ kind: "done", value: { headOid: pull.headOid } });
    expect((await targetOf(stage)).pulls[0]).toMatchObject({ title: "t", body: "b" });
  });

  on("does not overwrite a head that has moved", async (stage) => {
    const { target, pull } = await openOne(stage);
    const theirs = await stage.push(BRANCH, { "theirs.txt": "mine\n" });
    const result = await stage.forge.updateProposal({
      target,
      pull,
      branch: BRANCH,
      commit: { message: "Track app v3", edits: [{ path: DEV, text: V3 }] },
      title: "app v3",
      body: "b",
    });
    expect(result.kind).toBe("unsure");
    expect(await stage.tip(BRANCH)).toBe(theirs);
    const facts = (await targetOf(stage)).head?.commits.map(({ byApp }) => byApp);
    expect(facts).toEqual([false, true]);
  });

  on("closes a proposal in one request and deletes its branch", async (stage) => {
    const { target, pull } = await openOne(stage);
    const headOid = pull.headOid;
    const close = { target, pull, comment: "Superseded", branch: BRANCH, headOid };
    expect(await stage.forge.closeProposal(close)).toEqual({ kind: "done", value: null });
    sent(stage, 1);
    expect(stage.comments(pull.number)).toEqual(["Superseded"]);
    expect(await stage.branches()).toEqual(["main"]);
    const now = await targetOf(stage);
    expect(now.head).toBeNull();
    expect(now.pulls[0]).toMatchObject({
      state: "closed",
      closedBy: "app",
      firstMessage: "Track app v2\n\nTagboat-Order-Key: 1",
    });
  });

  on("closes, but keeps a branch that has moved", async (stage) => {
    const { target, pull } = await openOne(stage);
    const theirs = await stage.push(BRANCH, { "theirs.txt": "mine\n" });
    const close = { target, pull, comment: null, branch: BRANCH, headOid: pull.headOid };
    expect(await stage.forge.closeProposal(close)).toEqual({ kind: "done", value: null });
    expect(await stage.tip(BRANCH)).toBe(theirs);
    expect((await targetOf(stage)).pulls[0]?.state).toBe("closed");
  });

  on("deletes a branch alone, also when it is gone already", async (stage) => {
    const { target, pull } = await openOne(stage);
    await stage.merge(pull.number);
    expect((await targetOf(stage)).pulls[0]).toMatchObject({ state: "merged", closedBy: null });
    const drop = { target, pull: null, comment: null, branch: BRANCH, headOid: pull.headOid };
    expect(await stage.forge.closeProposal(drop)).toEqual({ kind: "done", value: null });
    expect(await stage.branches()).toEqual(["main"]);
    expect(await stage.forge.closeProposal(drop)).toEqual({ kind: "done", value: null });
  });

  on("commits to the base in one request, and only where it stood", async (stage) => {
    const target = await targetOf(stage, null);
    stage.requests();
    const write = { target, message: "Track app v2", edits: [{ path: DEV, text: V2 }] };
    const result = await stage.forge.commitToBase(write);
    sent(stage, 1);
    expect(result).toEqual({ kind: "done", value: { oid: await stage.tip("main") } });
    expect(await stage.read("main", DEV)).toBe(V2);
    expect((await stage.forge.commitToBase(write)).kind).toBe("unsure");
  });

  on(
    "tells an approval on the head commit, and that it does not outlive the commit",
    async (stage) => {
      const { pull } = await openOne(stage);
      await stage.approve(pull.number);
      expect((await targetOf(stage)).pulls[0]?.approvedAt).toEqual(expect.any(String));
      await stage.push(BRANCH, { "theirs.txt": "mine\n" });
      expect((await targetOf(stage)).pulls[0]?.approvedAt).toBeNull();
    },
  );

  on("tells what a pull request does to the config", async (stage) => {
    const { forge, repo } = stage;
    const target = await targetOf(stage);
    const path = ".github/tagboat.yml";
    const text = "version: 1\nmode: observe\n";
    await forge.openProposal(proposal(target, { edits: [{ path, text }] }));
    const [pull] = (await targetOf(stage)).pulls;
    stage.requests();
    expect(await forge.readConfigChange(repo, pull?.number ?? 0)).toMatchObject({
      headOid: pull?.headOid,
      state: "open",
      base: { kind: "text", text: "version: 1\n" },
      head: { kind: "text", text },
    });
    sent(stage, 1);
    expect(await forge.readConfigChange(repo, 999)).toBeNull();
  });

  on("reports a check once, and replaces it", async (stage) => {
    const { pull } = await openOne(stage);
    const report = {
      repo: stage.repo,
      headOid: pull.headOid,
      name: "tagboat/config",
      title: "t",
      summary: "s",
      annotations: [
        { path: ".github/tagboat.yml", line: 1, message: "m", level: "failure" as const },
      ],
    };
    await stage.forge.reportCheck({ ...report, conclusion: "failure" });
    expect((await targetOf(stage)).pulls[0]?.checks).toBe("failing");
    await stage.forge.reportCheck({ ...report, conclusion: "success", annotations: [] });
    expect(stage.checks(pull.headOid)).toEqual([{ name: "tagboat/config", conclusion: "success" }]);
    expect((await targetOf(stage)).pulls[0]?.checks).toBe("passing");
  });

  on("sweeps temporary branches that are old", async (stage) => {
    const oid = (await stage.tip("main")) ?? "";
    await stage.branch("tagboat-tmp/0a1b2c3d4e5f", oid);
    expect(await stage.forge.sweep(stage.repo, new Date("2000-01-01T00:00:00Z"))).toBe(0);
    expect(await stage.forge.sweep(stage.repo, new Date("2100-01-01T00:00:00Z"))).toBe(1);
    expect(await stage.branches()).toEqual(["main"]);
  });

  on("a repo that the App was taken off is denied or gone", async (stage) => {
    const { forge, repo } = stage;
    stage.uninstall();
    const read = forge.readTarget({ repo, base: null, head: null, files: [DEV] });
    const result = await read.catch((error: unknown) => error);
    expect(result === null || (result instanceof Error && result.name === "ForgeDenied")).toBe(
      true,
    );
  });
}
