import { describe, expect, test } from "@jest/globals";
import { replies, say } from "../support/conversation.ts";
import type { Harbour } from "../support/harbour.ts";
import { type Layout, layouts, type Settings } from "../support/layouts.ts";
import { patience } from "../support/patience.ts";
import { beginOn, merge, onlyProposal, placeOf, talk } from "../support/promotion-steps.ts";
import { stories } from "../support/story.ts";

/**
 * Requests from a command to its open pull request, reaction, permission and reply included, as docs/design.md §7 counts them:
 * all but the minting of tokens. The webhook of the new pull request is kept back, so that what its gate asks is not among them.
 */

const { start } = stories();

const SEEN = "addReaction";
const RIGHT = "GET /repos/{owner}/{repo}/collaborators/{username}/permission";
const TEAM = "GET /orgs/{org}/teams/{team_slug}/memberships/{username}";
const READ = "viewer+repository";
const QUERY = "repository";
const OPEN = "createRef+createCommitOnBranch+createPullRequest";
const LABELS = "POST /repos/{owner}/{repo}/issues/{issue_number}/labels";
const REVIEWERS = "POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers";
const REPLY = "addComment+addReaction";
const OWNER = ["GET /users/{username}/installation", "GET /installation/repositories"];
const INDEX = ["GET /repos/{owner}/{repo}/git/trees/{tree_sha}", "repository"];
const FIVE = [SEEN, RIGHT, READ, OPEN, REPLY];

/** What a comment led to, the gates left out. */
async function sent(h: Harbour, body: string, before: () => void = () => {}): Promise<string[]> {
  const [pull] = h.stage.world.pulls(h.repo);
  if (pull === undefined) throw new Error("nothing to talk on");
  before();
  h.stage.recorder.clear();
  h.stage.faults.arm({ fault: { kind: "webhook-lost" }, at: "pull_request", times: 10 });
  await say(h, "ben", pull, body);
  h.stage.faults.clear();
  expect(replies(h, pull)).not.toEqual([]);
  return h.stage.recorder.counted().map(({ what }) => what);
}

async function begin(layout: Layout, settings?: Settings): Promise<Harbour> {
  const h = await beginOn(start, layout, settings);
  await talk(h);
  return h;
}

describe.each(layouts)("on the $name layout", (layout) => {
  const command = `/promote ${placeOf(layout, 1)}`;

  test("a promotion is open, and told, after five", async () => {
    const h = await begin(layout);
    expect(await sent(h, command)).toEqual(FIVE);
    expect(onlyProposal(h).baseBranch).toBe(layout.steps[1].branch);
  });

  test("… the next one too, whatever branch it comes from", async () => {
    const h = await begin(layout);
    await say(h, "ben", h.stage.world.pulls(h.repo)[0] as never, command);
    await merge(h, "ann", onlyProposal(h));
    expect(await sent(h, `/promote ${placeOf(layout, 2)}`)).toEqual(FIVE);
    expect(onlyProposal(h).baseBranch).toBe(layout.steps[2].branch);
  });

  test("the same again, and a plan: one less, since nothing is written", async () => {
    const h = await begin(layout);
    const four = FIVE.filter((what) => what !== OPEN);
    expect(await sent(h, `/tagboat plan promote ${placeOf(layout, 1)}`)).toEqual(four);
    await sent(h, command);
    expect(await sent(h, command)).toEqual(four);
  });

  test.each<readonly [string, Settings, readonly string[]]>([
    ["a team", { second: ["allow: { teams: [ops] }"] }, [SEEN, RIGHT, TEAM, READ, OPEN, REPLY]],
    [
      "labels and reviewers",
      { second: ["proposal: { labels: [live], reviewers: [ann] }"] },
      [SEEN, RIGHT, READ, OPEN, LABELS, REVIEWERS, REPLY],
    ],
  ])("%s: one more each", async (_what, settings, expected) => {
    const h = await begin(layout, settings);
    h.stage.world.addTeam("acme", "ops", ["ben"]);
    expect(await sent(h, command)).toEqual(expected);
    expect(onlyProposal(h).state).toBe("open");
  });

  test("where something was said before: one more, to know what", async () => {
    const h = await begin(layout);
    await sent(h, `/tagboat hold ${placeOf(layout, 2)}`);
    expect(await sent(h, command)).toEqual([SEEN, RIGHT, READ, QUERY, OPEN, REPLY]);
  });

  test("a version that was there before: one more, for the history of each file it comes from", async () => {
    const h = await begin(layout);
    const [old] = layout.tags;
    const all = await sent(h, `/promote ${placeOf(layout, 1)} to ${old}`);
    expect(all).toEqual([SEEN, RIGHT, ...layout.steps[0].files.map(() => QUERY), READ, REPLY]);
  });

  test("a rollback: the history of each file, what stands there before its branch is known, and the label of its words", async () => {
    const h = await begin(layout);
    await say(h, "ben", h.stage.world.pulls(h.repo)[0] as never, command);
    await merge(h, "ann", onlyProposal(h));
    const histories = layout.steps[1].files.map(() => QUERY);
    const all = await sent(h, `/rollback ${placeOf(layout, 1)}`);
    const said = all.indexOf(REPLY) + 1;
    expect(all.slice(0, said)).toEqual([
      SEEN,
      RIGHT,
      ...histories,
      READ,
      READ,
      OPEN,
      LABELS,
      REPLY,
    ]);
  });

  test("with cold caches: two for the owner and two for each base branch more", async () => {
    const h = await begin(layout);
    await patience(h, 3_600_000);
    const bases = Object.keys(layout.branches).length;
    const all = await sent(h, command, () => h.tagboat.indexes.forget("acme", null));
    const cold = [...OWNER, ...Array.from({ length: bases }, () => INDEX).flat()];
    expect(all).toEqual([...cold, ...FIVE]);
  });
});

test("of all components: one look more for each, and one request where there is something to promote", async () => {
  const [, , mono] = layouts;
  if (mono === undefined) throw new Error("no mono-repo");
  const h = await begin(mono);
  const [environment] = placeOf(mono, 1).split(" ");
  const all = await sent(h, `/promote ${environment}`);
  expect([...all].sort()).toEqual([...FIVE, READ, READ, READ].sort());
  expect(onlyProposal(h).title).toContain("orders");
});
