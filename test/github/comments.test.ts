import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Pull, Comment as SandboxComment } from "../../sandbox/world/entities.ts";
import { READ_COMMENT, TAKE_COMMENT } from "../../src/github/comments.ts";
import { ForgeDenied, ForgeUnavailable } from "../../src/model/forge.ts";
import { DEV } from "../contract/forge.contract.ts";
import { problemsOf } from "./official-schema.ts";
import { REPO } from "./samples.ts";
import { type SandboxStage, sandboxStage } from "./sandbox-stage.ts";
import { type Answer, scriptedHost } from "./scripted-host.ts";

test.each([TAKE_COMMENT, READ_COMMENT])("the document is valid by GitHub's schema", ({ text }) => {
  expect(problemsOf(text)).toEqual([]);
});

describe("over the sandbox", () => {
  let stage: SandboxStage;
  let pull: Pull;
  let asked: SandboxComment;
  const bodies = () => stage.world.comments(pull).map(({ body }) => body);
  const reactions = () => asked.reactions.map(({ content }) => content);
  const where = () => ({
    repo: stage.repo,
    pull: { number: pull.number, nodeId: pull.nodeId },
  });

  beforeEach(async () => {
    stage = await sandboxStage();
    const { world, cd } = stage;
    world.addUser("ben");
    world.setPermission(cd, "ben", "write");
    await stage.branch("topic", (await stage.tip("main")) ?? "");
    await stage.push("topic", { [DEV]: "images: []\n" });
    pull = await world.openPull(cd, "ana", {
      title: "A topic",
      body: "",
      head: { repo: cd, branch: "topic" },
      base: "main",
      draft: false,
    });
    asked = await world.comment(cd, "ben", pull, "/promote prod");
    stage.requests();
  });
  afterEach(() => stage.close());

  test("a command is taken with its reaction, and answered once, in two requests", async () => {
    const { pulls, repo, world } = stage;
    const seen = { nodeId: asked.nodeId, react: "eyes" } as const;
    expect(await pulls.comment(repo, asked.id, seen)).toEqual({
      id: asked.id,
      author: { login: "ben", id: world.accounts.get("ben")?.id, isBot: false },
      byOurApp: false,
      body: "/promote prod",
      createdAt: asked.at,
      edited: false,
      onFork: false,
    });
    const react = { comment: asked.id, reaction: "rocket" } as const;
    await pulls.say({ ...where(), key: "command:7", body: "Opened #2.", react });
    expect(stage.requests()).toEqual(["addReaction", "addComment+addReaction"]);
    expect(reactions()).toEqual(["eyes", "rocket"]);
    expect(bodies()).toEqual(["/promote prod", "Opened #2.\n\n<!-- tagboat:said command:7 -->"]);
  });

  test("the same key is said in the same place again; others stay", async () => {
    const { pulls, world, cd } = stage;
    await world.comment(cd, "ben", pull, "Mine\n\n<!-- tagboat:said command:7 -->");
    await pulls.say({ ...where(), key: "command:7", body: "First" });
    await pulls.say({ ...where(), key: "command:77", body: "Another" });
    const [, , first] = world.comments(pull);
    stage.requests();
    await pulls.say({ ...where(), key: "command:7", body: "Second" });
    expect(stage.requests()).toEqual(["addComment", "updateIssueComment+deleteIssueComment"]);
    expect(bodies()).toEqual([
      "/promote prod",
      "Mine\n\n<!-- tagboat:said command:7 -->",
      "Second\n\n<!-- tagboat:said command:7 -->",
      "Another\n\n<!-- tagboat:said command:77 -->",
    ]);
    expect(world.comments(pull)[2]?.id).toBe(first?.id);
  });

  test("an answer that was lost is said again and stands once", async () => {
    const { pulls, faults } = stage;
    faults.arm({ fault: { kind: "reset-after" }, at: "addComment" });
    const said = { ...where(), key: "command:7", body: "Opened #2." };
    await expect(pulls.say(said)).rejects.toThrow(ForgeUnavailable);
    await pulls.say(said);
    expect(bodies()).toEqual(["/promote prod", "Opened #2.\n\n<!-- tagboat:said command:7 -->"]);
  });

  test("a host that takes no combined documents is asked step by step", async () => {
    const { pulls, faults, repo } = stage;
    await pulls.comment(repo, asked.id, { nodeId: asked.nodeId, react: "eyes" });
    faults.arm({ fault: { kind: "combined-refused", message: "No" } });
    const react = { comment: asked.id, reaction: "confused" } as const;
    await pulls.say({ ...where(), key: "command:7", body: "No.", react });
    expect(bodies()).toHaveLength(2);
    expect(reactions()).toEqual(["eyes", "confused"]);
  });

  test("after a restart the reaction goes by itself", async () => {
    const { pulls } = stage;
    const react = { comment: asked.id, reaction: "rocket" } as const;
    await pulls.say({ ...where(), key: "command:7", body: "Opened #2.", react });
    expect(reactions()).toEqual(["rocket"]);
    expect(stage.requests()).toEqual([
      "addComment",
      "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions",
    ]);
  });

  test("a comment that was edited, deleted, or is another's", async () => {
    const { pulls, world, cd, repo } = stage;
    const other = await world.comment(cd, "ana", pull, "Other");
    await world.editComment(cd, "ana", asked, "/promote prod now");
    const seen = { nodeId: asked.nodeId, react: "eyes" } as const;
    expect(await pulls.comment(repo, asked.id, seen)).toMatchObject({
      body: "/promote prod now",
      edited: true,
    });
    expect(await pulls.comment(repo, other.id, seen)).toBeNull();
    expect(await pulls.comment({ ...repo, id: 1 }, asked.id, seen)).toBeNull();
    await world.deleteComment(cd, "ben", asked);
    expect(await pulls.comment(repo, asked.id, seen)).toBeNull();
  });

  test("where the reaction is not taken, an edit is seen that came in the same second", async () => {
    const { faults, pulls, world, cd, repo } = stage;
    const message = "Something went wrong while executing your query.";
    const fault = { kind: "field-fails", field: 1, type: "UNPROCESSABLE", message } as const;
    const seen = { nodeId: asked.nodeId, react: "eyes" } as const;
    faults.arm({ fault, at: "addReaction" });
    expect(await pulls.comment(repo, asked.id, seen)).toMatchObject({ edited: false });
    await world.editComment(cd, "ana", asked, "/promote prod now");
    // GitHub's times have no fractions of a second.
    asked.updatedAt = asked.at;
    faults.arm({ fault, at: "addReaction" });
    expect(await pulls.comment(repo, asked.id, seen)).toMatchObject({ edited: true });
    expect(stage.requests()).toEqual(["addReaction", "node", "addReaction", "node"]);
  });

  test("labels are set and taken; one that is not there is taken already", async () => {
    const { pulls, repo } = stage;
    await pulls.label(repo, pull.number, { add: ["tagboat:hold", "env:prod"], remove: [] });
    await pulls.label(repo, pull.number, { add: [], remove: ["tagboat:hold", "nowhere"] });
    expect([...pull.labels]).toEqual(["env:prod"]);
    expect(stage.requests()).toHaveLength(3);
  });

  test("a reaction that fails is only told to the log", async () => {
    const { pulls, world, cd, repo } = stage;
    await world.deleteComment(cd, "ben", asked);
    await expect(pulls.react(repo, asked.id, "rocket")).resolves.toBeUndefined();
    stage.archive();
    await expect(pulls.react(repo, asked.id, "rocket")).resolves.toBeUndefined();
    await expect(pulls.say({ ...where(), key: "k", body: "No" })).rejects.toThrow(ForgeDenied);
  });
});

describe("what GitHub may answer otherwise", () => {
  const comment = {
    id: "IC_5",
    fullDatabaseId: "5",
    body: "/tagboat help",
    createdAt: "2026-03-01T12:00:00Z",
    lastEditedAt: null,
    viewerDidAuthor: false,
    author: { __typename: "User", login: "ana", databaseId: 3 },
    editor: null,
    repository: { databaseId: REPO.id },
    pullRequest: { isCrossRepository: false },
  };
  const taken = (subject: object): Answer => ({ body: { data: { reaction: { subject } } } });
  const errors = (...found: object[]): Answer => ({ body: { data: null, errors: found } });
  const said = {
    repo: REPO,
    pull: { number: 5, nodeId: "PR_5" },
    key: "command:5",
    body: "Done.",
  };
  const seen = { nodeId: "IC_5", react: "eyes" } as const;

  test("a reaction that GitHub will not have does not keep the comment from being read", async () => {
    const host = scriptedHost([
      errors({ type: "FORBIDDEN", path: ["reaction"], message: "locked" }),
      { body: { data: { node: comment } } },
    ]);
    expect(await host.pulls.comment(REPO, 5, seen)).toMatchObject({ body: "/tagboat help" });
    expect(host.warnings).toEqual(["no reaction on a comment"]);
  });

  test("no answer to the reaction is an outage", async () => {
    const host = scriptedHost([{ broken: "ECONNRESET" }]);
    await expect(host.pulls.comment(REPO, 5, seen)).rejects.toThrow(ForgeUnavailable);
  });

  test("a comment whose author is gone has an author that is nobody", async () => {
    const host = scriptedHost([taken({ ...comment, author: null })]);
    const read = await host.pulls.comment(REPO, 5, seen);
    expect(read).toMatchObject({ author: { login: "ghost", id: 0 } });
  });

  test("what GitHub will not take is said to be denied", async () => {
    const host = scriptedHost([
      errors({ type: "UNPROCESSABLE", path: ["comment"], message: "Body is too long" }),
    ]);
    await expect(host.pulls.say(said)).rejects.toThrow(ForgeDenied);
  });

  test("what GitHub itself fails at is an outage, whatever type it gives it", async () => {
    const message = "Something went wrong while executing your query.";
    const host = scriptedHost([errors({ type: "UNPROCESSABLE", path: ["comment"], message })]);
    await expect(host.pulls.say(said)).rejects.toThrow(ForgeUnavailable);
  });

  test("a reply whose reaction fails is a reply", async () => {
    const added = {
      commentEdge: { node: { id: "IC_9" } },
      subject: { comments: { nodes: [] } },
    };
    const host = scriptedHost([
      taken(comment),
      {
        body: {
          data: { comment: added, reaction: null },
          errors: [{ type: "NOT_FOUND", path: ["reaction"], message: "gone" }],
        },
      },
    ]);
    await host.pulls.comment(REPO, 5, seen);
    await host.pulls.say({ ...said, react: { comment: 5, reaction: "rocket" } });
    expect(problemsOf(host.seen[1]?.document ?? "")).toEqual([]);
    expect(host.warnings).toEqual(["no reaction on a comment"]);
  });

  test("a limit on the reaction is swallowed, on the reply it is told", async () => {
    const limited = { status: 403, headers: { "retry-after": "60" }, body: { message: "slow" } };
    const host = scriptedHost([limited, limited]);
    await host.pulls.react(REPO, 5, "eyes");
    await expect(host.pulls.say(said)).rejects.toThrow(ForgeUnavailable);
  });

  test.each(["", "two words", "a\nb", "-->", "é"])("%j is no key", async (key) => {
    const host = scriptedHost([]);
    await expect(host.pulls.say({ ...said, key })).rejects.toThrow(TypeError);
  });

  test("labels in doubt are an outage, refused ones a denial", async () => {
    const labels = { add: ["a"], remove: ["b"] };
    const lost = scriptedHost([{ broken: "ECONNRESET" }]);
    await expect(lost.pulls.label(REPO, 5, labels)).rejects.toThrow(ForgeUnavailable);
    const refused = scriptedHost([{ body: [] }, { status: 422, body: { message: "no" } }]);
    await expect(refused.pulls.label(REPO, 5, labels)).rejects.toThrow(ForgeDenied);
  });
});
