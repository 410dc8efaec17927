import { describe, expect, test } from "@jest/globals";
import type { Fault } from "../../sandbox/api/faults.ts";
import { ruleset } from "../sandbox/world/seeded-world.ts";
import { replies, say } from "../support/conversation.ts";
import { beginLadder, checkOn, PRE, proposalFor, pullOf } from "../support/ladder-story.ts";
import { patience } from "../support/patience.ts";
import { overlay, stories, V2 } from "../support/story.ts";

const { start } = stories();
const HOUR = 3_600_000;
const OUTAGE: Fault = { kind: "bad-gateway-before" };
const COMPARE = "GET /repos/{owner}/{repo}/compare/{basehead}";

const LATE =
  "This command waited for more than half an hour and was not carried out: write it again if it is still wanted.";

function reactions(comment: { readonly reactions: readonly { readonly content: string }[] }) {
  return comment.reactions.map(({ content }) => content);
}

describe("a command that cannot be brought to an end", () => {
  test("after its last try is answered once, in words", async () => {
    const h = await beginLadder(start);
    const pull = await pullOf(h, "topic");
    h.stage.faults.arm({ fault: OUTAGE, at: "addReaction", times: 16 });
    const comment = await say(h, "ben", pull, "/promote pre-prod");
    expect(replies(h, pull)).toEqual([]);
    await patience(h, 4 * HOUR);
    expect(replies(h, pull)).toEqual([
      expect.stringMatching(
        /^This came to no end and is not tried again: .+\. What it began may stand\. Once that is mended, write the command again\.$/,
      ),
    ]);
    expect(reactions(comment)).toEqual(["confused"]);
    await patience(h, 24 * HOUR);
    expect(replies(h, pull)).toHaveLength(1);
    expect(h.open()).toEqual([pull]);
  });

  test("that is not allowed to Tagboat is answered, and not done some day", async () => {
    const h = await beginLadder(start);
    const pull = await pullOf(h, "topic");
    const fault: Fault = {
      kind: "field-fails",
      field: 1,
      type: "FORBIDDEN",
      message: "Resource not accessible by integration",
    };
    h.stage.faults.arm({ fault, at: "createRef", times: 1000 });
    const comment = await say(h, "ben", pull, "/promote pre-prod");
    expect(replies(h, pull)).toEqual([
      expect.stringMatching(
        /^This came to no end and is not tried again: GitHub does not let the App do this: createRef: Resource not accessible by integration;.+ write the command again\.$/,
      ),
    ]);
    expect(reactions(comment)).toEqual(["eyes", "confused"]);
    h.stage.faults.clear();
    await patience(h, 24 * HOUR);
    expect(h.open()).toEqual([pull]);
  });

  test("whose answer GitHub fails at several times, whatever type it gives that, is answered", async () => {
    const h = await beginLadder(start);
    const pull = await pullOf(h, "topic");
    const fault: Fault = {
      kind: "field-fails",
      field: 1,
      type: "UNPROCESSABLE",
      message: "Something went wrong while executing your query.",
    };
    h.stage.faults.arm({ fault, at: "addComment", times: 2 });
    await say(h, "ben", pull, "/rollback pre-prod");
    await patience(h, HOUR);
    expect(h.stage.faults.fired.get("field-fails")).toBe(2);
    expect(replies(h, pull)).toHaveLength(1);
  });

  test("by a fault of Tagboat's own keeps no other command back, and tells nothing of its inside", async () => {
    const h = await beginLadder(start, {}, { keepLog: true });
    const pull = await pullOf(h, "topic");
    const { world } = h.stage;
    const broken = { times: 0 };
    h.registry.read = () => {
      broken.times += 1;
      throw new TypeError("a secret of the inside");
    };
    await world.comment(h.repo, "ben", pull, "/promote pre-prod");
    await world.comment(h.repo, "ann", pull, "/tagboat status dev");
    await patience(h, 4 * HOUR);
    expect(broken.times).toBeGreaterThan(10);
    expect(replies(h, pull)).toHaveLength(2);
    expect(replies(h, pull).some((reply) => reply.includes("| `dev` |"))).toBe(true);
    expect(replies(h, pull)).toContainEqual(LATE);
    expect(h.lines.join("")).toContain("a secret of the inside");
  });

  test("while GitHub is out of reach for half a day is told of once it can be reached", async () => {
    const h = await beginLadder(start);
    const pull = await pullOf(h, "topic");
    h.stage.faults.arm({ fault: OUTAGE, repo: "acme/cd", times: 100_000 });
    await h.stage.world.comment(h.repo, "ben", pull, "/promote pre-prod");
    await patience(h, 12 * HOUR);
    h.stage.faults.clear();
    await patience(h, HOUR);
    expect(replies(h, pull)).toEqual([LATE]);
    expect(h.open()).toEqual([pull]);
  });
});

describe("a look at the gates that cannot be brought to an end", () => {
  test("concludes the check with a sentence, and a re-run judges anew", async () => {
    const h = await beginLadder(start);
    h.stage.faults.arm({ fault: OUTAGE, at: COMPARE, times: 1000 });
    const pull = await pullOf(h, "edit", { [PRE]: overlay(V2) });
    expect(checkOn(h, pull.headOid)).toBeNull();
    await patience(h, 4 * HOUR);
    const check = checkOn(h, pull.headOid);
    expect(check).toMatchObject({
      conclusion: "failure",
      status: "completed",
      title: "Not judged",
    });
    expect(check?.summary).toMatch(
      /^The gates could not be looked at: .+\. Once that is mended, re-run this check\.$/,
    );
    h.stage.faults.clear();
    const [run] = h.stage.world.checks(h.repo, pull.headOid);
    if (run === undefined) throw new Error("no check");
    await h.stage.world.rerequestCheck(h.repo, "ann", run);
    await patience(h, 60_000);
    expect(checkOn(h, pull.headOid)).toMatchObject({ title: "Closed: approvals (advisory)" });
  });

  test("takes back what an earlier look said", async () => {
    const h = await beginLadder(start);
    const pull = await pullOf(h, "topic");
    await say(h, "ben", pull, "/promote pre-prod");
    const made = proposalFor(h, "pre-prod");
    await h.people.approve("ann", made);
    await patience(h, 60_000);
    expect(checkOn(h, made.headOid)).toMatchObject({ conclusion: "success" });
    h.stage.faults.arm({ fault: OUTAGE, at: COMPARE, times: 1000 });
    const [review] = h.stage.world.reviews(made);
    if (review === undefined) throw new Error("no review");
    await h.stage.world.dismissReview(h.repo, "ann", made, review, "no");
    await patience(h, 4 * HOUR);
    expect(checkOn(h, made.headOid)).toMatchObject({ conclusion: "failure", title: "Not judged" });
  });

  test("concludes that of a merge group too", async () => {
    const h = await beginLadder(start);
    const checks = [{ context: "tagboat/promotion", appId: h.app.id }];
    h.repo.rulesets.push(ruleset({ mergeQueue: true, requiredChecks: checks }));
    const pull = await pullOf(h, "topic");
    h.stage.faults.arm({ fault: OUTAGE, at: COMPARE, times: 1000 });
    await h.stage.world.enqueue(h.repo, "ann", pull);
    const group = h.stage.world.queue(h.repo, "main")[0]?.headOid ?? "";
    await patience(h, 4 * HOUR);
    expect(checkOn(h, group)).toMatchObject({ conclusion: "failure", title: "Not judged" });
  });
});
