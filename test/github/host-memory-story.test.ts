import { expect, test } from "@jest/globals";
import type { Repo } from "../../sandbox/world/entities.ts";
import type { CdRepo, Forge, Target } from "../../src/model/forge.ts";
import { type ProbotStage, probotStage } from "./probot-stage.ts";

const HOUR = 3_600_000;
const EDITS = [{ path: "a.yaml", text: "a: 2\n" }];
const REVOKED = { name: "ForgeDenied", reason: "installation-revoked" };

async function push({ world, cd, webhooks }: ProbotStage, branch: string): Promise<void> {
  const after = await cd.store.readRef("refs/heads/main");
  await world.updateRefs(cd, "ann", [{ name: `refs/heads/${branch}`, before: null, after }]);
  await webhooks.idle();
}

/** A person's pull request from a branch of their own or of their fork. */
async function proposeAs(
  { world, cd }: ProbotStage,
  login: string,
  from: Repo,
  branch: string,
): Promise<void> {
  const tip = (await from.store.readRef("refs/heads/main")) ?? "";
  const ref = { name: `refs/heads/${branch}`, before: null, after: tip };
  await world.updateRefs(from, login, [ref]);
  const additions = [{ path: "b", content: Buffer.from("b") }];
  const commit = { branch, expectedHead: tip, message: "m", additions, deletions: [] };
  await world.commitOnBranch(from, login, commit);
  const ends = { head: { repo: from, branch }, base: "main" };
  await world.openPull(cd, login, { ...ends, title: "t", body: "", draft: false });
}

async function targetOf(forge: Forge, repo: CdRepo, head: string | null): Promise<Target> {
  const target = await forge.readTarget({ repo, base: null, head, files: ["a.yaml"] });
  if (target === null) throw new Error("the repo is gone");
  return target;
}

async function propose(forge: Forge, repo: CdRepo, branch: string): Promise<unknown> {
  const target = await targetOf(forge, repo, branch);
  const words = { message: "m", title: "t", body: "", draft: false, labels: [], reviewers: [] };
  return await forge.openProposal({ target, branch, edits: EDITS, ...words });
}

test("what could not be delivered is asked for again, until it has arrived", async () => {
  const stage = await probotStage();
  const { history } = stage.begin();
  const since = new Date(stage.clock.at);
  await push(stage, "a");
  stage.receiver.down = true;
  await push(stage, "b");
  stage.clock.at += HOUR;
  await push(stage, "c");
  const lost = stage.webhooks.deliveries(stage.app.id).slice(-2);
  const failed = await history.failedHooks(since);
  expect(failed).toEqual([
    { id: `${lost[0]?.id}`, guid: lost[0]?.guid, event: "push", at: "2026-03-01T10:00:00.000Z" },
    { id: `${lost[1]?.id}`, guid: lost[1]?.guid, event: "push", at: "2026-03-01T11:00:00.000Z" },
  ]);
  expect(await history.redeliver(failed[0]?.id ?? "")).toBe(true);
  stage.receiver.down = false;
  expect(await history.redeliver(failed[1]?.id ?? "")).toBe(true);
  await new Promise((resolve) => setImmediate(resolve));
  expect(stage.arrived.at(-1)).toBe(failed[1]?.guid);
  // The first failed twice: one webhook still, by its newest attempt.
  const again = await history.failedHooks(since);
  const attempts = stage.webhooks.deliveries().filter(({ guid }) => guid === failed[0]?.guid);
  expect(attempts).toHaveLength(2);
  expect(again).toEqual([{ ...failed[0], id: `${attempts[1]?.id}` }]);
  expect(await history.failedHooks(new Date(stage.clock.at + 1))).toEqual([]);
  stage.clock.at += 73 * HOUR;
  expect(await history.redeliver(again[0]?.id ?? "")).toBe(false);
  expect(await history.failedHooks(since)).toEqual([]);
  expect(stage.recorder.complaints).toEqual([]);
});

test("more failed webhooks than fit a page", async () => {
  const stage = await probotStage();
  const { history } = stage.begin();
  stage.receiver.down = true;
  for (let count = 0; count < 205; count += 1) stage.webhooks.ping(stage.app);
  await stage.webhooks.idle();
  stage.sent.length = 0;
  const failed = await history.failedHooks(new Date(0));
  expect(new Set(failed.map(({ guid }) => guid)).size).toBe(205);
  expect(stage.sent).toHaveLength(4);
  expect(stage.recorder.complaints).toEqual([]);
});

test("proposals are those that our App opened from its branches in this repo", async () => {
  const stage = await probotStage();
  const { world, cd, repo } = stage;
  const { forge, history } = stage.begin();
  const fork = await world.fork(cd, "fred");
  await propose(forge, repo, "tagboat/dev/app");
  await propose(forge, repo, "tagboat/prod/app");
  await propose(forge, repo, "other/app");
  await proposeAs(stage, "ann", cd, "tagboat/by-ann");
  await proposeAs(stage, "fred", fork, "tagboat/dev/app");
  const closed = world.pulls(cd).find(({ headBranch }) => headBranch === "tagboat/prod/app");
  if (closed !== undefined) await world.closePull(cd, "ann", closed);
  expect(world.pulls(cd)).toHaveLength(5);
  expect(await history.proposals(repo)).toEqual([
    { number: 1, branch: "tagboat/dev/app", base: "main", state: "open" },
    { number: 2, branch: "tagboat/prod/app", base: "main", state: "over" },
  ]);
  expect(stage.recorder.complaints).toEqual([]);
});

test.each([
  ["a process that has just begun", false],
  ["one that holds a token", true],
])("suspended: refused until the owner allows it again; %s", async (_name, hasToken) => {
  const stage = await probotStage();
  const { world, repo, installation } = stage;
  const before = stage.begin();
  const target = await targetOf(before.forge, repo, null);
  const { forge, history } = hasToken ? before : stage.begin();
  world.suspend(installation.id, true);
  await expect(targetOf(forge, repo, null)).rejects.toMatchObject(REVOKED);
  await expect(forge.readRepo(repo, null, () => true)).rejects.toMatchObject(REVOKED);
  await expect(history.proposals(repo)).rejects.toMatchObject(REVOKED);
  const commit = forge.commitToBase({ target, message: "m", edits: EDITS });
  await expect(commit).rejects.toMatchObject(REVOKED);
  const conclusion = "success" as const;
  const text = { name: "n", title: "t", summary: "s", annotations: [], conclusion };
  const check = forge.reportCheck({ repo, headOid: "a".repeat(40), ...text });
  await expect(check).rejects.toMatchObject(REVOKED);
  await expect(forge.cdRepos("acme")).rejects.toMatchObject(REVOKED);
  expect(await forge.cdRepos(null)).toEqual([]);
  world.suspend(installation.id, false);
  expect(await forge.cdRepos("acme")).toEqual([repo]);
  expect(await targetOf(forge, repo, null)).toMatchObject({ repo: { name: "cd" } });
});

test("uninstalled: refused, and not on the list of the owner's repos", async () => {
  const stage = await probotStage();
  stage.world.uninstall(stage.installation.id);
  const { forge, history } = stage.begin();
  await expect(targetOf(forge, stage.repo, null)).rejects.toMatchObject(REVOKED);
  await expect(history.proposals(stage.repo)).rejects.toMatchObject(REVOKED);
  expect(await forge.cdRepos("acme")).toEqual([]);
});

test("a deleted repo: reads say that it is gone, writes that they are in doubt", async () => {
  const stage = await probotStage();
  const { repo, world, cd } = stage;
  const { forge, history } = stage.begin();
  await propose(forge, repo, "tagboat/dev/app");
  const target = await targetOf(forge, repo, "tagboat/dev/app");
  await world.deleteRepo(cd, "acme");
  expect(await forge.readTarget({ repo, base: null, head: null, files: [] })).toBeNull();
  expect(await forge.readRepo(repo, null, () => true)).toBeNull();
  expect(await forge.readConfigChange(repo, 1)).toBeNull();
  expect(await history.proposals(repo)).toEqual([]);
  expect(await forge.sweep(repo, new Date())).toBe(0);
  expect(await forge.cdRepos("acme")).toEqual([]);
  const write = await forge.commitToBase({ target, message: "m", edits: EDITS });
  expect(write.kind).toBe("unsure");
  const [pull] = target.pulls;
  if (pull === undefined) throw new Error("no pull request");
  const branch = "tagboat/dev/app";
  const update = { target, pull, branch, commit: { message: "n", edits: EDITS } };
  const updated = await forge.updateProposal({ ...update, title: "t", body: "" });
  expect(updated.kind).toBe("unsure");
});

test("Probot's clients tell what is left of the budget, of GraphQL answers too", async () => {
  const stage = await probotStage();
  const { forge } = stage.begin();
  await forge.cdRepos("acme");
  await forge.readRepo(stage.repo, null, () => true);
  const { id } = stage.installation;
  expect(stage.sent.map(({ what, installation }) => [what, installation])).toEqual([
    ["GET /users/{username}/installation", null],
    ["GET /installation/repositories", id],
    ["GET /repos/{owner}/{repo}/git/trees/{tree_sha}", id],
    ["repository", id],
  ]);
  expect(stage.sent.every(({ remaining }) => remaining !== null && remaining > 0)).toBe(true);
});
