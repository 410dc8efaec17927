import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ForgeDenied, ForgeUnavailable } from "../../src/model/forge.ts";
import { REPO } from "./samples.ts";
import { type SandboxStage, sandboxStage } from "./sandbox-stage.ts";
import { type Answer, scriptedHost } from "./scripted-host.ts";

describe("over the sandbox", () => {
  let stage: SandboxStage;
  beforeEach(async () => {
    stage = await sandboxStage();
    for (const login of ["mia", "tom", "rik", "new"]) stage.world.addUser(login);
  });
  afterEach(() => stage.close());

  test("a right is the role, not GitHub's older word for it", async () => {
    const { world, cd, people, repo } = stage;
    cd.private = true;
    world.setPermission(cd, "mia", "maintain");
    world.setPermission(cd, "tom", "triage");
    world.setPermission(cd, "rik", "read");
    const rights = [];
    for (const login of ["ana", "mia", "tom", "rik", "new", "nobody"]) {
      rights.push(await people.rightOf(repo, login));
    }
    expect(rights).toEqual(["write", "maintain", "triage", "read", "none", "none"]);
  });

  test("an invitation is no membership", async () => {
    const { world, people, repo } = stage;
    world.addTeam("acme", "ops", ["mia"], ["new"]);
    const inOps = (login: string) => people.isInTeam(repo, "ops", login);
    expect(await inOps("mia")).toBe(true);
    expect(await inOps("MIA")).toBe(true);
    expect(await inOps("new")).toBe(false);
    expect(await inOps("ana")).toBe(false);
    expect(await people.isInTeam(repo, "nowhere", "mia")).toBe(false);
  });

  test("who is in a team below is in the one above, not the other way round", async () => {
    const { world, people, repo, cd } = stage;
    cd.private = true;
    world.addTeam("acme", "ops", ["mia"]);
    world.addTeam("acme", "on-call", ["tom"], [], "ops");
    world.addTeam("acme", "night", ["rik"], ["new"], "on-call");
    world.setTeamPermission(cd, "ops", "write");
    const seen = [];
    for (const login of ["mia", "tom", "rik", "new"])
      seen.push([
        login,
        await people.isInTeam(repo, "ops", login),
        await people.isInTeam(repo, "on-call", login),
        await people.rightOf(repo, login),
      ]);
    expect(seen).toEqual([
      ["mia", true, false, "write"],
      ["tom", true, true, "write"],
      ["rik", true, true, "write"],
      ["new", false, false, "none"],
    ]);
  });

  test("a change counts at once", async () => {
    const { world, people, repo, cd } = stage;
    const team = world.addTeam("acme", "ops", ["mia"]);
    expect(await people.isInTeam(repo, "ops", "mia")).toBe(true);
    team.members.delete("mia");
    world.setPermission(cd, "ana", "read");
    expect(await people.isInTeam(repo, "ops", "mia")).toBe(false);
    expect(await people.rightOf(repo, "ana")).toBe("read");
  });
});

describe("what GitHub may answer otherwise", () => {
  test.each<readonly [string, object, string]>([
    [
      "a role of the organisation's own making",
      { permission: "write", role_name: "deployer" },
      "write",
    ],
    ["no role", { permission: "admin" }, "admin"],
    ["words that nobody knows", { permission: "root", role_name: "god" }, "none"],
    ["another shape", { role: "admin" }, "none"],
  ])("%s", async (_what, body, right) => {
    const host = scriptedHost([{ body }]);
    expect(await host.people.rightOf(REPO, "ana")).toBe(right);
    expect(host.seen[0]?.path).toBe("/repos/acme/cd/collaborators/ana/permission");
  });

  const membership = (state: string): Answer => ({ body: { state, role: "maintainer", url: "u" } });
  test.each<readonly [string, Answer, boolean]>([
    ["active", membership("active"), true],
    ["pending", membership("pending"), false],
    ["not found", { status: 404, body: { message: "Not Found" } }, false],
    ["forbidden", { status: 403, body: { message: "Resource not accessible" } }, false],
    ["another shape", { body: [] }, false],
  ])("a membership that is %s", async (_what, answer, expected) => {
    const host = scriptedHost([answer]);
    expect(await host.people.isInTeam(REPO, "ops/../x", "ana")).toBe(expected);
    expect(host.seen[0]?.path).toBe("/orgs/acme/teams/ops%2F..%2Fx/memberships/ana");
  });

  test.each<readonly [string, Answer]>([
    ["an outage", { status: 502, body: {} }],
    ["silence", { broken: "ECONNRESET" }],
    ["a limit", { status: 429, headers: { "retry-after": "9" }, body: {} }],
  ])("%s lets nobody in and is told", async (_what, answer) => {
    const host = scriptedHost([answer, answer]);
    await expect(host.people.isInTeam(REPO, "ops", "ana")).rejects.toThrow(ForgeUnavailable);
    await expect(host.people.rightOf(REPO, "ana")).rejects.toThrow(ForgeUnavailable);
  });

  test("an installation that was revoked is told", async () => {
    const host = scriptedHost([{ status: 401, body: { message: "Bad credentials" } }]);
    await expect(host.people.isInTeam(REPO, "ops", "ana")).rejects.toThrow(ForgeDenied);
  });
});
