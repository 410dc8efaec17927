import { afterEach, describe, expect, test } from "@jest/globals";
import type { Repo } from "../../sandbox/world/entities.ts";
import type { World } from "../../sandbox/world/world.ts";
import { begin, type Scene, type Setting } from "../support/scene.ts";
import { CONFIG, IMAGE } from "../support/story.ts";

/** Rights that change while a promotion waits, and nobody does anything else: GitHub's webhooks for it are enough. */

type Change = (world: World, repo: Repo) => void;

let scene: Scene | null = null;
afterEach(async () => {
  const { complaints } = scene?.h.stage.recorder ?? { complaints: [] };
  await scene?.h.close();
  scene = null;
  expect(complaints).toEqual([]);
});

/** fay is in a team that may write, gil in a team that is nested in ops. */
async function waiting(setting: Setting): Promise<Scene> {
  scene = await begin({
    ...setting,
    async before({ world }, repo) {
      for (const login of ["fay", "gil"]) world.addUser(login);
      world.addTeam("acme", "writers", ["fay"]);
      world.setTeamPermission(repo, "writers", "write");
      world.addTeam("acme", "on-call", ["gil"], [], "ops");
      world.setPermission(repo, "gil", "write");
    },
  });
  await scene.say("ben", "/promote pre-prod");
  return scene;
}

function check(s: Scene) {
  const runs = s.h.stage.world.checks(s.h.repo, s.ours().headOid);
  const run = runs.findLast(({ name }) => name === "tagboat/promotion");
  return { conclusion: run?.conclusion, approvals: approvalsIn(run?.summary ?? "") };
}

function approvalsIn(summary: string): string {
  const said = /^\| . \| approvals \| (.*) \|$/m.exec(summary)?.[1] ?? "";
  return said.replaceAll("\u2060", "").replace(/\b[0-9a-f]{7}\b/, "<commit>");
}

async function change(s: Scene, act: Change): Promise<void> {
  act(s.h.stage.world, s.h.repo);
  await s.settle();
}

const byOps: Setting = { pre: ["approvals: { teams: [ops] }"] };
const anybody: Setting = {};
const fresh = (who: string) =>
  `0 of 1 approvals: ${who}, not ben, who asked for it, approves commit <commit>.`;
const WRITER = fresh("somebody with write");
const OPS = fresh("somebody of ops");

describe("a green check closes when", () => {
  test.each<readonly [string, Setting, string, Change, string]>([
    [
      "the approver is taken out of the team",
      byOps,
      "erin",
      (world) => world.leaveTeam("acme", "ops", "erin"),
      `${OPS} Not counted: erin (not in ops).`,
    ],
    [
      "the approver is taken out of a team that is nested in the team",
      byOps,
      "gil",
      (world) => world.leaveTeam("acme", "on-call", "gil"),
      `${OPS} Not counted: gil (not in ops).`,
    ],
    [
      "the approver's write becomes read",
      anybody,
      "erin",
      (world, repo) => world.setPermission(repo, "erin", "read"),
      `${WRITER} Not counted: erin (may not write here).`,
    ],
    [
      "the approver is no collaborator any more",
      anybody,
      "erin",
      (world, repo) => world.setPermission(repo, "erin", "none"),
      `${WRITER} Not counted: erin (may not write here).`,
    ],
    [
      "the approver leaves the organisation",
      anybody,
      "erin",
      (world) => world.removeMember("acme", "erin"),
      `${WRITER} Not counted: erin (may not write here).`,
    ],
    [
      "the repo is taken from the approver's team",
      anybody,
      "fay",
      (world, repo) => world.setTeamPermission(repo, "writers", "none"),
      `${WRITER} Not counted: fay (may not write here).`,
    ],
    [
      "the approver's team may only read",
      anybody,
      "fay",
      (world, repo) => world.setTeamPermission(repo, "writers", "read"),
      `${WRITER} Not counted: fay (may not write here).`,
    ],
    [
      "the approver's team is deleted",
      anybody,
      "fay",
      (world) => world.deleteTeam("acme", "writers"),
      `${WRITER} Not counted: fay (may not write here).`,
    ],
    [
      "who asked for it loses write",
      anybody,
      "erin",
      (world, repo) => world.setPermission(repo, "ben", "triage"),
      "ben, who asked for it, may not do so any more.",
    ],
  ])("%s", async (_what, setting, approver, act, told) => {
    const s = await waiting(setting);
    await s.approve(approver, s.ours());
    expect(check(s).conclusion).toBe("success");
    await change(s, act);
    expect(check(s)).toEqual({ conclusion: "failure", approvals: told });
  });
});

describe("a closed check opens when", () => {
  test.each<readonly [string, Setting, string, Change]>([
    [
      "the approver gets write",
      anybody,
      "cara",
      (w, repo) => w.setPermission(repo, "cara", "write"),
    ],
    ["the approver comes to the team", byOps, "fay", (w) => w.joinTeam("acme", "ops", "fay")],
    [
      "the approver comes to a team that is nested in the team",
      byOps,
      "fay",
      (w) => w.joinTeam("acme", "on-call", "fay"),
    ],
    [
      "the approver's team is given the repo",
      anybody,
      "dave",
      (w, repo) => {
        w.addTeam("acme", "web-2", ["dave"]);
        w.setTeamPermission(repo, "web-2", "write");
      },
    ],
  ])("%s", async (_what, setting, approver, act) => {
    const s = await waiting(setting);
    await s.approve(approver, s.ours());
    expect(check(s).conclusion).toBe("failure");
    await change(s, act);
    expect(check(s).conclusion).toBe("success");
  });
});

test("a place in the merge queue is lost with the right", async () => {
  const s = await waiting({ pre: ["merge: approved"], rules: { checks: ["ci"], queue: true } });
  const { world } = s.h.stage;
  const pull = s.ours();
  await s.h.people.check(pull.headOid, "ci", "success");
  await s.approve("erin", pull);
  expect(world.queue(s.h.repo, "main").map((one) => one.pull.number)).toEqual([pull.number]);
  await change(s, (w, repo) => w.setPermission(repo, "erin", "read"));
  expect(world.queue(s.h.repo, "main")).toEqual([]);
  expect(pull.mergedAt).toBeNull();
});

describe("a storm", () => {
  const LIST = "repository";

  test("of three hundred changes is one look at the repo, and one at each gated pull request", async () => {
    const s = await waiting(byOps);
    await s.approve("erin", s.ours());
    await s.change("ann", "words", { "docs/words.md": "words\n" });
    const { recorder, world } = s.h.stage;
    recorder.clear();
    for (let n = 0; n < 150; n += 1) {
      world.joinTeam("acme", "web", "cara");
      world.leaveTeam("acme", "web", "cara");
    }
    await s.settle();
    const asked = recorder.counted().map(({ what }) => what);
    expect(asked.slice(0, 2)).toEqual([LIST, "viewer+repository"]);
    expect(asked.filter((what) => what === "viewer+repository")).toHaveLength(1);
    expect(asked).toHaveLength(11);
    expect(check(s).conclusion).toBe("success");
  });

  test("of half a minute is a look every ten seconds", async () => {
    scene = await begin({});
    const { clock, stage } = scene.h;
    stage.recorder.clear();
    for (let second = 0; second < 30; second += 1) {
      stage.world.joinTeam("acme", "web", "cara");
      await scene.settle(500);
      await clock.advance(1000);
    }
    await scene.settle();
    expect(stage.recorder.counted().map(({ what }) => what)).toEqual([LIST, LIST, LIST]);
  });

  test("is one request where only what waits for nothing is open", async () => {
    scene = await begin({});
    const { recorder, world } = scene.h.stage;
    recorder.clear();
    world.leaveTeam("acme", "ops", "erin");
    await scene.settle();
    expect(recorder.counted().map(({ what }) => what)).toEqual([LIST]);
  });

  test("is none where nothing is gated", async () => {
    scene = await begin({});
    const ungated = [
      "version: 1",
      `images: [{ name: ${IMAGE} }]`,
      "environments: [{ name: dev, path: env/overlays/01-dev, on: push }]",
      "",
    ];
    await scene.h.commit("ann", "main", { [CONFIG]: ungated.join("\n") });
    await scene.settle();
    const { recorder, world } = scene.h.stage;
    recorder.clear();
    world.leaveTeam("acme", "ops", "erin");
    world.setPermission(scene.h.repo, "erin", "read");
    await scene.settle();
    expect(recorder.counted()).toEqual([]);
  });
});
