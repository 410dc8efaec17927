import { expect, test } from "@jest/globals";
import { ruleset, seededWorld } from "./seeded-world.ts";

test.each([
  [null, "closed"],
  [7, "open"],
])(
  "a status answers a required check of the App %s: auto-merge leaves it %s",
  async (appId, state) => {
    const { world, repo, proposal } = await seededWorld();
    repo.rulesets.push(ruleset({ requiredChecks: [{ context: "ci", appId }] }));
    const pull = await proposal("topic");
    await world.setAutoMerge(repo, "wanda", pull, "merge");
    const ci = { oid: pull.headOid, context: "ci" };
    await world.createStatus(repo, "wim", { ...ci, state: "pending" });
    expect(pull.state).toBe("open");
    await world.createStatus(repo, "wim", { ...ci, state: "success" });
    expect(pull.state).toBe(state);
  },
);

test("the newest of a context counts, and one that is not green makes the pull request unstable", async () => {
  const { world, repo, proposal, told } = await seededWorld();
  const pull = await proposal("topic");
  const ci = { oid: pull.headOid, context: "ci" };
  told.length = 0;
  await world.createStatus(repo, "wim", { ...ci, state: "success" });
  await world.createStatus(repo, "wim", { ...ci, state: "error" });
  expect(told).toEqual(["status", "status"]);
  expect((await world.mergeability(repo, pull)).state).toBe("UNSTABLE");
  await world.createStatus(repo, "wim", { ...ci, state: "success" });
  expect((await world.mergeability(repo, pull)).state).toBe("CLEAN");
  expect(world.statuses(repo, pull.headOid)).toHaveLength(3);
  const unknown = world.createStatus(repo, "wim", { ...ci, oid: "0".repeat(40), state: "error" });
  await expect(unknown).rejects.toThrow("No commit found");
});
