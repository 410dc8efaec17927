import { expect, test } from "@jest/globals";
import { webhookDesk } from "../webhooks/webhook-desk.ts";

test("a deleted repo is out of the installation that had it by name, and its App is told", async () => {
  const { world, repo, proposal, received, recorder, names } = await webhookDesk();
  const pull = await proposal("topic");
  await world.deleteRepo(repo, "olga");
  expect([world.repo("acme", "cd"), world.node(repo.nodeId), world.node(pull.nodeId)]).toEqual([
    null,
    null,
    null,
  ]);
  const [installation] = world.installations.values();
  expect(installation?.repos.size).toBe(0);
  // What happened before is told all the same, by its payload of then.
  expect((await names()).slice(-2)).toEqual([
    "pull_request.opened",
    "installation_repositories.removed",
  ]);
  expect(JSON.parse(received.at(-1)?.body ?? "")).toMatchObject({
    repositories_removed: [{ id: repo.id, full_name: "acme/cd" }],
    repositories_added: [],
    sender: { login: "olga" },
  });
  expect(recorder.complaints).toEqual([]);
});

test("an App that was not installed there hears nothing", async () => {
  const { world, names } = await webhookDesk();
  const other = await world.createRepo("acme", "other", { files: { a: "1" } });
  await world.deleteRepo(other, "olga");
  expect(await names()).toEqual([]);
});

test("forks stay, and what they proposed can still be merged where it was proposed", async () => {
  const { world, repo, recorder, names } = await webhookDesk();
  const fork = await world.fork(repo, "wim");
  const expectedHead = (await fork.store.readRef("refs/heads/main")) ?? "";
  const change = { additions: [{ path: "a", content: Buffer.from("1") }], deletions: [] };
  const commit = { branch: "main", expectedHead, message: "m", ...change };
  await world.commitOnBranch(fork, "wim", commit);
  const ends = { head: { repo: fork, branch: "main" }, base: "main" };
  const pull = await world.openPull(repo, "wim", { ...ends, title: "t", body: "", draft: false });
  await world.deleteRepo(fork, "wim");
  await world.mergePull(repo, "olga", pull, { method: "merge" });
  expect(pull.mergedBy).toBe("olga");

  const second = await world.fork(repo, "wim");
  await world.deleteRepo(repo, "olga");
  const head = (await second.store.readRef("refs/heads/main")) ?? "";
  const again = { ...commit, expectedHead: head, branch: "main", message: "alone" };
  await expect(world.commitOnBranch(second, "wim", again)).resolves.toMatch(/^[0-9a-f]{40}$/);
  await names();
  expect(recorder.complaints).toEqual([]);
});
