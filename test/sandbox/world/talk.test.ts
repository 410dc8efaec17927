import { expect, test } from "@jest/globals";
import { seededWorld } from "./seeded-world.ts";

test("labels are made when they are first put on", async () => {
  const { world, repo, told, proposal } = await seededWorld();
  const pull = await proposal("topic");
  told.length = 0;
  const labels = await world.label(repo, "wim", pull, ["tagboat", "Tagboat", "env:dev"]);
  expect(labels.map((label) => label.name)).toEqual(["tagboat", "env:dev"]);
  await world.unlabel(repo, "wim", pull, "tagboat");
  expect([...pull.labels]).toEqual(["env:dev"]);
  expect(told).toEqual([
    "pull_request labeled #1",
    "pull_request labeled #1",
    "pull_request unlabeled #1",
  ]);
  await expect(world.unlabel(repo, "wim", pull, "tagboat")).rejects.toMatchObject({ status: 404 });
});

test.each([
  ["blank", " \n", "Body can't be blank"],
  ["too long", "x".repeat(65_537), "Body is too long (maximum is 65536 characters)"],
])("a comment that is %s is refused", async (_, body, message) => {
  const { world, repo, proposal } = await seededWorld();
  const pull = await proposal("topic");
  await expect(world.comment(repo, "wim", pull, body)).rejects.toMatchObject({
    status: 422,
    message,
  });
  expect(world.comments(pull)).toEqual([]);
});

test("the same reaction by the same person is one", async () => {
  const { world, repo, proposal, bot } = await seededWorld();
  const comment = await world.comment(repo, "wim", await proposal("topic"), "/promote prod");
  const first = await world.react(repo, bot, comment, "eyes");
  expect(await world.react(repo, bot, comment, "eyes")).toEqual(first);
  await expect(world.react(repo, bot, comment, "tada")).rejects.toMatchObject({ status: 422 });
  expect(comment.reactions).toHaveLength(1);
});

test("a review can be asked of people and teams with access, not of the author", async () => {
  const { world, repo, proposal } = await seededWorld();
  world.addTeam("acme", "ops", ["rita"]);
  repo.teams.set("ops", "write");
  const pull = await proposal("topic");
  await world.requestReview(repo, "wim", pull, ["wanda"], ["ops"]);
  expect([[...pull.reviewers], [...pull.teamReviewers]]).toEqual([["wanda"], ["ops"]]);
  expect(world.permissionOf(repo, "rita")).toBe("write");
  await expect(world.requestReview(repo, "wanda", pull, ["wim"], [])).rejects.toThrow(
    "Review cannot be requested from pull request author.",
  );
  await expect(world.requestReview(repo, "wanda", pull, [], ["ghosts"])).rejects.toThrow(
    "is not a collaborator of the acme/cd repository.",
  );
});

test("a check belongs to its App, and one that is completed has a conclusion", async () => {
  const { world, repo, app, proposal } = await seededWorld();
  const { headOid } = await proposal("topic");
  const other = world.addApp({ ...app, slug: "other" });
  const check = await world.createCheck(repo, app, { name: "ci", headOid });
  await expect(
    world.updateCheck(repo, other, check, { conclusion: "success" }),
  ).rejects.toMatchObject({ status: 403 });
  await expect(world.updateCheck(repo, app, check, { status: "completed" })).rejects.toThrow(
    "A completed check run needs a conclusion",
  );
  expect(check).toMatchObject({ status: "queued", completedAt: null });
  await expect(
    world.createCheck(repo, app, { name: "ci", headOid: "1".repeat(40) }),
  ).rejects.toThrow(`No commit found for SHA: ${"1".repeat(40)}`);
});

test("the same calls give the same ids and commits", async () => {
  const [one, two] = [await seededWorld(), await seededWorld()];
  const [a, b] = [await one.proposal("topic"), await two.proposal("topic")];
  expect(a).toEqual(b);
});
