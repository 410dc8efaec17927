import { describe, expect, test } from "@jest/globals";
import { readGithubNews } from "../../src/work/github-news.ts";
import { newsDesk, stored } from "./webhooks-of.ts";

test("a command is told as it was written, by whom and where", async () => {
  const desk = await newsDesk(readGithubNews);
  const { world, repo } = desk;
  const pull = await desk.proposal("topic");
  await desk.news();
  const comment = await world.comment(repo, "wanda", pull, "/promote prod\n\nplease");
  expect(await desk.news()).toEqual([
    {
      kind: "command",
      repo: "acme/cd",
      pull: 1,
      pullNodeId: pull.nodeId,
      comment: {
        id: comment.id,
        nodeId: comment.nodeId,
        login: "wanda",
        userId: world.accounts.get("wanda")?.id,
        at: comment.at,
        body: "/promote prod\n\nplease",
      },
    },
  ]);
});

test("nobody else's word is a command", async () => {
  const desk = await newsDesk(readGithubNews);
  const { world, repo, app, bot } = desk;
  const pull = await desk.proposal("topic");
  world.addUser("renovate[bot]", { type: "Bot" });
  await desk.news();
  const mine = await world.comment(repo, "wanda", pull, "hello");
  await world.editComment(repo, "wanda", mine, "/promote prod");
  await world.deleteComment(repo, "wanda", mine);
  await world.comment(repo, bot, pull, "/promote prod");
  await world.comment(repo, "renovate[bot]", pull, "/promote prod");
  await world.comment(repo, "wanda", pull, "/promote prod", app);
  for (const body of [
    "> /promote prod",
    " /promote prod",
    "```\n/promote prod\n```",
    "Do /promote",
  ])
    await world.comment(repo, "wanda", pull, body);
  const kinds = (await desk.news()).map(({ kind }) => kind);
  expect(kinds).not.toContain("command");
});

describe("payloads of a comment", () => {
  const ana = { id: 3, login: "ana", type: "User" };
  const comment = {
    id: 5,
    node_id: "IC_5",
    body: "/promote prod",
    created_at: "2026-03-01T12:00:00Z",
    user: ana,
    performed_via_github_app: null,
  };
  const created = {
    action: "created",
    repository: { full_name: "Acme/CD" },
    sender: ana,
    comment,
    issue: { number: 4, node_id: "PR_4", pull_request: { url: "u" } },
  };

  test.each<readonly [string, object, string]>([
    ["as it should be", created, "command"],
    ["an issue's", { ...created, issue: { number: 4, node_id: "I_4" } }, "none"],
    ["edited", { ...created, action: "edited" }, "none"],
    ["sent by another", { ...created, sender: { ...ana, id: 4 } }, "none"],
    ["a bot's", { ...created, comment: { ...comment, user: { ...ana, type: "Bot" } } }, "none"],
    ["nobody's", { ...created, comment: { ...comment, user: null } }, "none"],
    [
      "written through an App",
      { ...created, comment: { ...comment, performed_via_github_app: { id: 1 } } },
      "none",
    ],
    [
      "of a host that does not know Apps",
      {
        ...created,
        comment: { ...comment, performed_via_github_app: undefined },
      },
      "command",
    ],
    ["without a body", { ...created, comment: { ...comment, body: null } }, "none"],
  ])("%s", (_what, payload, kind) => {
    expect(readGithubNews(stored("issue_comment", payload)).kind).toBe(kind);
  });
});
