import { describe, expect, test } from "@jest/globals";
import { isTaken } from "../../src/app.ts";
import { readGateNews } from "../../src/work/gate-news.ts";
import { ruleset } from "../sandbox/world/seeded-world.ts";
import { newsDesk, stored } from "./webhooks-of.ts";

const REPO = "acme/cd";
const pullNews = (why: string, pull = 1) => ({ kind: "pull", repo: REPO, pull, why });
const checked = (branch: string | null, pull = 1) => ({
  ...pullNews("a check was completed", pull),
  check: { branch },
});
const rightsNews = (why: string, repo: string | null = null) => ({
  kind: "rights",
  owner: "acme",
  repo,
  why,
});

test("rights that come and go, of one repo or of all", async () => {
  const desk = await newsDesk(readGateNews);
  const { world, repo } = desk;
  const news = async () => (await desk.news()).flat();
  world.setPermission(repo, "rita", "triage");
  world.setPermission(repo, "rita", "write");
  world.setPermission(repo, "rita", "write");
  world.setPermission(repo, "rita", "none");
  expect(await news()).toEqual(
    ["added", "edited", "removed"].map((did) => rightsNews(`a collaborator was ${did}`, REPO)),
  );
  world.addTeam("acme", "ops", []);
  world.joinTeam("acme", "ops", "rita");
  world.leaveTeam("acme", "ops", "rita");
  world.leaveTeam("acme", "ops", "rita");
  expect(await news()).toEqual(
    ["added", "removed"].map((did) => rightsNews(`a member of a team was ${did}`)),
  );
  world.setTeamPermission(repo, "ops", "read");
  world.setTeamPermission(repo, "ops", "write");
  world.setTeamPermission(repo, "ops", "none");
  world.deleteTeam("acme", "ops");
  expect(await news()).toEqual([
    rightsNews("a team was added to repository", REPO),
    rightsNews("a team was edited", REPO),
    rightsNews("a team was removed from repository", REPO),
    rightsNews("a team was deleted"),
  ]);
  world.removeMember("acme", "rita");
  expect(await news()).toEqual([rightsNews("a member of the organisation was removed")]);
});

test("a pull request from its opening to its merge", async () => {
  const desk = await newsDesk(readGateNews);
  const { world, repo, app } = desk;
  const news = async () => (await desk.news()).flat();
  const pull = await desk.proposal("topic");
  expect(await news()).toEqual([pullNews("it was opened")]);
  await desk.commit("topic", { "env/b.yaml": "b: 1\n" });
  expect(await news()).toEqual([pullNews("it got other commits")]);
  await world.editPull(repo, "wim", pull, { title: "New", body: "New" });
  expect(await news()).toEqual([]);
  await desk.branch("production");
  await world.editPull(repo, "wim", pull, { base: "production" });
  await world.editPull(repo, "wim", pull, { base: "main" });
  expect(await news()).toEqual([pullNews("its base changed"), pullNews("its base changed")]);
  await world.editPull(repo, "wim", pull, { draft: true });
  await world.editPull(repo, "wim", pull, { draft: false });
  expect(await news()).toEqual([
    pullNews("it became a draft"),
    pullNews("it became ready for review"),
  ]);
  await world.label(repo, "wim", pull, ["env:prod"]);
  expect(await news()).toEqual([]);
  await world.label(repo, "wim", pull, ["tagboat:hold"]);
  await world.unlabel(repo, "wim", pull, "tagboat:hold");
  expect(await news()).toEqual([pullNews("it was labeled"), pullNews("it was unlabeled")]);
  await world.review(repo, "wanda", pull, { state: "COMMENTED", body: "Hm" });
  expect(await news()).toEqual([]);
  const approval = await world.review(repo, "wanda", pull, { state: "APPROVED", body: "" });
  await world.dismissReview(repo, "olga", pull, approval, "No");
  expect(await news()).toEqual([
    pullNews("a review was submitted"),
    pullNews("a review was dismissed"),
  ]);
  await world.createCheck(repo, app, { name: "ci", headOid: pull.headOid, status: "in_progress" });
  expect(await news()).toEqual([]);
  const ci = { name: "ci", headOid: pull.headOid, conclusion: "success" };
  await world.createCheck(repo, app, ci);
  expect(await news()).toEqual([checked("topic")]);
  const ours = { ...ci, name: "tagboat/promotion" };
  await world.createCheck(repo, app, ours);
  expect(await news()).toEqual([]);
  await world.createStatus(repo, "wim", { oid: pull.headOid, context: "old-ci", state: "success" });
  expect(await news()).toEqual([
    { kind: "head", repo: REPO, oid: pull.headOid, why: "a status was reported" },
  ]);
  await world.comment(repo, "wim", pull, "/promote prod");
  expect(await news()).toEqual([]);
  await world.mergePull(repo, "wim", pull, { method: "merge" });
  expect(await news()).toEqual([
    { kind: "closed", repo: REPO, pull: 1, merged: true, base: "main", branch: "topic" },
  ]);
});

test("a person's Re-run of our check is news, also of a group; others' checks of a group are not", async () => {
  const desk = await newsDesk(readGateNews);
  const { world, repo } = desk;
  const listener = [...world.apps.values()].find(({ slug }) => slug === "listener");
  if (listener === undefined) throw new Error("no listener");
  const news = async () => (await desk.news()).flat();
  const gate = "tagboat/promotion";
  repo.rulesets.push(
    ruleset({ mergeQueue: true, requiredChecks: [{ context: gate, appId: listener.id }] }),
  );
  const pull = await desk.proposal("topic");
  const done = { name: gate, headOid: pull.headOid, conclusion: "success" };
  const check = await world.createCheck(repo, listener, done);
  await news();
  await world.rerequestCheck(repo, "wim", check);
  expect(await news()).toEqual([{ ...pullNews("a check was rerequested"), asked: true }]);
  await world.enqueue(repo, "wim", pull);
  const [group] = await news();
  expect(group).toEqual({
    kind: "group",
    repo: REPO,
    oid: expect.any(String),
    branch: expect.stringMatching(/^gh-readonly-queue\/main\/pr-1-/),
  });
  await world.dequeue(repo, "wim", pull);
  expect(await news()).toEqual([pullNews("it left the merge queue")]);
});

test("a fork's branch is not one of the repo", async () => {
  const desk = await newsDesk(readGateNews);
  const { world, repo } = desk;
  const fork = await world.fork(repo, "rita");
  await world.commitOnBranch(fork, "rita", {
    branch: "main",
    expectedHead: await desk.tip("main"),
    message: "Afar",
    additions: [{ path: "env/a.yaml", content: Buffer.from("tag: 9\n") }],
    deletions: [],
  });
  const head = { repo: fork, branch: "main" };
  const pull = { title: "Far", body: "", head, base: "main", draft: false };
  const opened = await world.openPull(repo, "rita", pull);
  await world.closePull(repo, "rita", opened);
  expect((await desk.news()).flat()).toEqual([
    pullNews("it was opened"),
    { kind: "closed", repo: REPO, pull: 1, merged: false, base: "main", branch: null },
  ]);
});

describe("payloads", () => {
  const repository = { full_name: "Acme/CD" };
  const run = (change: object) => ({
    action: "completed",
    repository,
    check_run: { name: "ci", head_sha: "a1", pull_requests: [], check_suite: null, ...change },
  });
  const status = (change: object) => ({
    repository,
    sha: "a1",
    context: "legacy",
    state: "success",
    branches: [{ name: "topic" }],
    ...change,
  });
  const suite = (change: object, action = "rerequested") => ({
    action,
    repository,
    check_suite: { head_sha: "a1", head_branch: "topic", pull_requests: [], ...change },
  });
  const queue = "gh-readonly-queue/main/pr-1-b2";
  const head = (why: string) => ({ kind: "head", repo: REPO, oid: "a1", why });
  const numbers = [{ number: 4 }, { number: 5 }];

  test.each<readonly [string, string, object | string, readonly object[]]>([
    ["a check of a fork's head", "check_run", run({}), [head("a check was completed")]],
    [
      "a check of two pull requests",
      "check_run",
      run({ pull_requests: numbers }),
      [checked(null, 4), checked(null, 5)],
    ],
    ["another's check of a group", "check_run", run({ check_suite: { head_branch: queue } }), []],
    [
      "a button of our check",
      "check_run",
      { ...run({ name: "tagboat/promotion" }), action: "requested_action" },
      [{ ...head("a check was requested action"), asked: true }],
    ],
    [
      "our check of a group, again",
      "check_run",
      {
        ...run({ name: "tagboat/promotion", check_suite: { head_branch: queue } }),
        action: "rerequested",
      },
      [{ kind: "group", repo: REPO, oid: "a1", branch: queue }],
    ],
    [
      "all checks again",
      "check_suite",
      suite({}),
      [{ ...head("all checks were rerequested"), asked: true }],
    ],
    [
      "all checks of a group again",
      "check_suite",
      suite({ head_branch: queue }),
      [{ kind: "group", repo: REPO, oid: "a1", branch: queue }],
    ],
    [
      "all checks of a pull request again",
      "check_suite",
      suite({ head_branch: null, pull_requests: [{ number: 4 }] }),
      [{ ...pullNews("all checks were rerequested", 4), asked: true }],
    ],
    ["a suite that is done", "check_suite", suite({}, "completed"), []],
    ["a status", "status", status({}), [head("a status was reported")]],
    [
      "a status of a fork's head",
      "status",
      status({ branches: [] }),
      [head("a status was reported")],
    ],
    ["a status of a group", "status", status({ branches: [{ name: queue }] }), []],
    [
      "a group that is no more",
      "merge_group",
      { action: "destroyed", repository, merge_group: { head_sha: "a1", head_ref: queue } },
      [],
    ],
    [
      "a member of a team, in another case",
      "membership",
      { action: "removed", scope: "team", organization: { login: "Acme" } },
      [rightsNews("a member of a team was removed")],
    ],
    ["a collaborator of nothing", "member", { action: "removed" }, []],
    ["a team without an action", "team", { organization: { login: "acme" } }, []],
    ["a push", "push", { repository, ref: "refs/heads/main" }, []],
    ["no JSON", "check_run", "{", []],
    ["another shape", "pull_request", { action: "opened" }, []],
    ["another event", "gollum", { repository }, []],
  ])("%s", (_what, event, payload, expected) => {
    expect(readGateNews(stored(event, payload))).toEqual(expected);
  });

  test.each<readonly [string, object, boolean]>([
    ["push", {}, true],
    ["status", {}, true],
    ["check_run", { action: "created" }, false],
    ["check_run", { action: "completed" }, true],
    ["check_suite", { action: "completed" }, false],
    ["check_suite", { action: "rerequested" }, true],
    ["merge_group", { action: "destroyed" }, false],
    ["pull_request", { action: "assigned" }, false],
    ["pull_request", { action: "closed" }, true],
    ["pull_request", {}, false],
    ["issue_comment", { action: "created", comment: { body: "/promote prod" } }, true],
    ["issue_comment", { action: "created", comment: { body: " /promote prod" } }, false],
    ["issue_comment", { action: "created", comment: { body: "hello" } }, false],
    ["issue_comment", { action: "created" }, false],
    ["issue_comment", { action: "edited", comment: { body: "/promote prod" } }, false],
    ["member", { action: "removed" }, true],
    ["membership", { action: "added" }, true],
    ["team", { action: "created" }, false],
    ["team", { action: "deleted" }, true],
    ["organization", { action: "member_invited" }, false],
    ["organization", { action: "member_removed" }, true],
    ["ping", {}, false],
  ])("%s %j is kept: %s", (name, payload, kept) => {
    expect(isTaken(name, payload)).toBe(kept);
  });
});
