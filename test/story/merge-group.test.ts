import { describe, expect, test } from "@jest/globals";
import type { Pull } from "../../sandbox/world/entities.ts";
import { ruleset } from "../sandbox/world/seeded-world.ts";
import { approve, say } from "../support/conversation.ts";
import type { Harbour } from "../support/harbour.ts";
import {
  beginLadder,
  checkOn,
  ladderConfig,
  PRE,
  proposalFor,
  pullOf,
} from "../support/ladder-story.ts";
import { patience } from "../support/patience.ts";
import { CONFIG, overlay, stories, V1, V2 } from "../support/story.ts";

const { start } = stories();

/** A repo whose main branch has a merge queue that asks for our check, and for one of the team's own. */
async function begin(): Promise<Harbour> {
  const h = await beginLadder(start, { [CONFIG]: ladderConfig() });
  h.repo.rulesets.push(
    ruleset({
      mergeQueue: true,
      requiredChecks: [
        { context: "tagboat/promotion", appId: h.app.id },
        { context: "ci", appId: null },
      ],
    }),
  );
  return h;
}

/** The last group of the queue, by its pull request. */
function groupOf(h: Harbour, pull: Pull): string {
  const entry = h.stage.world.queue(h.repo, "main").find((one) => one.pull === pull);
  if (entry === undefined) throw new Error(`#${pull.number} is not in the queue`);
  return entry.headOid;
}

async function enqueue(h: Harbour, pull: Pull): Promise<void> {
  await h.people.check(pull.headOid, "ci", "success");
  await h.stage.world.enqueue(h.repo, "ann", pull);
  await patience(h, 60_000);
}

async function promoted(h: Harbour): Promise<Pull> {
  const talk = await pullOf(h, "topic");
  await say(h, "ben", talk, "/promote pre-prod");
  const made = proposalFor(h, "pre-prod");
  await approve(h, "ann", made);
  expect(checkOn(h, made.headOid)).toMatchObject({ conclusion: "success" });
  return made;
}

describe("a group of the merge queue", () => {
  test("of pull requests whose gates are open may merge, and does", async () => {
    const h = await begin();
    const made = await promoted(h);
    const docs = await pullOf(h, "docs", { "docs.md": "docs\n" });
    await enqueue(h, docs);
    await enqueue(h, made);
    const group = groupOf(h, made);
    expect(checkOn(h, groupOf(h, docs))).toMatchObject({ title: "Nothing to gate" });
    const check = checkOn(h, group);
    expect(check).toMatchObject({ conclusion: "success", title: "May merge" });
    expect(check?.summary).toContain(
      `A group of the merge queue: #${docs.number}, #${made.number}.`,
    );
    await h.people.check(groupOf(h, docs), "ci", "success");
    await h.people.check(group, "ci", "success");
    await patience(h, 60_000);
    expect(await h.read("main", PRE)).toBe(overlay(V2));
  });

  test("is as closed as one further ahead, although the last one has nothing to gate", async () => {
    const h = await begin();
    const made = await promoted(h);
    const docs = await pullOf(h, "docs", { "docs.md": "docs\n" });
    await enqueue(h, made);
    expect(checkOn(h, groupOf(h, made))).toMatchObject({ conclusion: "success" });
    // The approval goes before the next group is asked about, and GitHub's word of it is lost: else it would leave the queue.
    h.stage.faults.arm({ fault: { kind: "webhook-lost" }, at: "pull_request_review" });
    const [review] = h.stage.world.reviews(made);
    if (review === undefined) throw new Error("no review");
    await h.stage.world.dismissReview(h.repo, "ann", made, review, "no");
    await enqueue(h, docs);
    const check = checkOn(h, groupOf(h, docs));
    expect(check).toMatchObject({ conclusion: "failure", title: `Waiting: #${made.number}` });
    expect(await h.read("main", PRE)).toBe(overlay(V1));
  });

  test("that holds what none of its pull requests brings is closed", async () => {
    const h = await begin();
    const docs = await pullOf(h, "docs", { "docs.md": "docs\n" });
    await enqueue(h, docs);
    const entry = h.stage.world.queue(h.repo, "main")[0];
    if (entry === undefined) throw new Error("no entry");
    // As if the queue's branch had got another commit.
    const made = { name: "refs/heads/foreign", before: null, after: groupOf(h, docs) };
    await h.stage.world.updateRefs(h.repo, "ann", [made]);
    const foreign = await h.people.gitPush("ann", "foreign", { [PRE]: overlay(V2) });
    Object.assign(entry, { headOid: foreign });
    await ask(h, docs, foreign);
    const check = checkOn(h, foreign);
    expect(check).toMatchObject({ conclusion: "failure", title: "Closed: content" });
    expect(check?.summary).toContain(`It changes ${PRE}, which none of its pull requests does.`);
  });

  test("that the queue does not know is looked for three times more, and is closed", async () => {
    const h = await begin();
    const docs = await pullOf(h, "docs", { "docs.md": "docs\n" });
    const oid = await h.people.gitPush("ann", "docs", { "docs.md": "more docs\n" });
    await patience(h, 60_000);
    await ask(h, docs, oid);
    const check = checkOn(h, oid);
    expect(check).toMatchObject({ conclusion: "failure", title: "Closed: content" });
    expect(check?.summary).toContain("Which pull requests are in this group is not known.");
  });
});

/** GitHub asks about a group. */
async function ask(h: Harbour, pull: Pull, oid: string): Promise<void> {
  const ref = `refs/heads/gh-readonly-queue/main/pr-${pull.number}-${"0".repeat(40)}`;
  await h.deliver({
    source: "github",
    headers: { "x-github-event": "merge_group" },
    body: JSON.stringify({
      action: "checks_requested",
      repository: { full_name: "acme/cd" },
      merge_group: { head_sha: oid, head_ref: ref },
    }),
  });
  await patience(h, 120_000);
}
