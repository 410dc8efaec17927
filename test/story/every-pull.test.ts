import { describe, expect, test } from "@jest/globals";
import { say } from "../support/conversation.ts";
import type { Harbour } from "../support/harbour.ts";
import {
  beginLadder,
  checkOn,
  ladderConfig,
  PROD,
  proposalFor,
  pullOf,
} from "../support/ladder-story.ts";
import { patience } from "../support/patience.ts";
import { CONFIG, configText, DEV, IMAGE, overlay, stories, V1, V2 } from "../support/story.ts";

const { start } = stories();
const NOTHING = { conclusion: "success", title: "Nothing to gate" };

const UPDATE = "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}";

/** Requests since they were cleared, but for the preview of the config, which is asked after for each head. */
function requests(h: Harbour): string[] {
  return h.stage.recorder
    .counted()
    .map(({ what }) => what)
    .filter((what) => what !== "repository");
}

async function simple(files: Readonly<Record<string, string>> = {}): Promise<Harbour> {
  const h = await start(files, { promotion: true });
  await h.tagboat.indexes.ofOwner("acme");
  h.stage.recorder.clear();
  return h;
}

describe("a repo whose config has no gates", () => {
  test("reports the check on a person's pull request, for one request and the check", async () => {
    const h = await simple();
    const pull = await pullOf(h, "topic");
    expect(checkOn(h, pull.headOid)).toMatchObject({
      ...NOTHING,
      summary:
        "It changes no image or ref that Tagboat tracks and that waits for a gate, and not its config.",
    });
    expect(requests(h)).toEqual(["viewer+repository", "POST /repos/{owner}/{repo}/check-runs"]);
  });

  test("says nothing twice: what moves nothing is one request", async () => {
    const h = await simple();
    const pull = await pullOf(h, "topic");
    h.stage.recorder.clear();
    await h.people.approve("ben", pull);
    await patience(h, 60_000);
    expect(requests(h)).toEqual(["viewer+repository"]);
    h.stage.recorder.clear();
    await h.people.check(pull.headOid, "ci", "success");
    await patience(h, 60_000);
    expect(requests(h)).toEqual([]);
    expect(h.stage.world.checks(h.repo, pull.headOid)).toHaveLength(2);
  });

  test("reports it on the next head too, and when a person asks for it again", async () => {
    const h = await simple();
    const pull = await pullOf(h, "topic");
    const first = pull.headOid;
    await h.people.gitPush("ann", "topic", { "b.md": "b\n" });
    await patience(h, 60_000);
    expect(pull.headOid).not.toBe(first);
    expect(checkOn(h, pull.headOid)).toMatchObject(NOTHING);
    const [check] = h.stage.world.checks(h.repo, pull.headOid);
    if (check === undefined) throw new Error("no check");
    h.stage.recorder.clear();
    await h.stage.world.rerequestCheck(h.repo, "ann", check);
    await patience(h, 60_000);
    // GitHub awaits a report, be it the same.
    expect(requests(h)).toContain(UPDATE);
    expect(checkOn(h, pull.headOid)).toMatchObject({ ...NOTHING, status: "completed" });
  });

  test("answers a person's re-run on a fork's head, which GitHub names by its commit alone", async () => {
    const h = await simple();
    const { world } = h.stage;
    const fork = await world.fork(h.repo, "dave");
    await world.commitOnBranch(fork, "dave", {
      branch: "main",
      expectedHead: (await h.people.tip("main")) ?? "",
      message: "Afar",
      additions: [{ path: "far.md", content: Buffer.from("far\n") }],
      deletions: [],
    });
    const pull = await h.people.openPull("dave", "main", "main", fork);
    await patience(h, 60_000);
    expect(checkOn(h, pull.headOid)).toMatchObject(NOTHING);
    const [check] = world.checks(h.repo, pull.headOid);
    if (check === undefined) throw new Error("no check");
    h.stage.recorder.clear();
    await world.rerequestCheck(h.repo, "ann", check);
    await patience(h, 60_000);
    expect(requests(h)).toContain(UPDATE);
  });

  test("reports it on Tagboat's own pull requests", async () => {
    const h = await simple();
    await h.push(IMAGE, V2, { created: "2026-11-21T10:00:00Z" });
    await patience(h, 60_000);
    expect(checkOn(h, proposalFor(h, "dev").headOid)).toMatchObject(NOTHING);
  });

  test("heeds what people said all the same", async () => {
    const h = await simple();
    const pull = await pullOf(h, "topic");
    await h.push(IMAGE, V2, { created: "2026-11-21T10:00:00Z" });
    await patience(h, 60_000);
    const made = proposalFor(h, "dev");
    await say(h, "ben", pull, '/tagboat hold dev --reason "a demo"');
    const check = checkOn(h, made.headOid);
    expect(check).toMatchObject({ conclusion: "failure", title: "Closed: hold (advisory)" });
    await say(h, "ben", pull, "/tagboat unhold dev");
    expect(checkOn(h, made.headOid)).toMatchObject({ conclusion: "success" });
  });

  test("merges what `merge: auto` says", async () => {
    const h = await simple({ [CONFIG]: configText(["merge: auto"]) });
    await h.push(IMAGE, V2, { created: "2026-11-21T10:00:00Z" });
    await patience(h, 60_000);
    expect(h.open()).toEqual([]);
    expect(await h.read("main", DEV)).toBe(overlay(V2));
  });

  test("looks at what is open when its config comes to have gates", async () => {
    const h = await simple();
    h.registry.put(IMAGE, V2, { created: "2026-11-21T10:00:00Z" });
    const pull = await pullOf(h, "topic", { [DEV]: overlay(V2) });
    expect(checkOn(h, pull.headOid)).toMatchObject(NOTHING);
    await h.people.gitPush("ann", "main", { [CONFIG]: configText(["approvals: { count: 1 }"]) });
    await patience(h, 60_000);
    expect(checkOn(h, pull.headOid)).toMatchObject({
      conclusion: "failure",
      title: "Closed: approvals (advisory)",
    });
  });
});

test("a repo without a config has no check", async () => {
  const files = { [DEV]: overlay(V1) };
  const h = await start({}, { files, promotion: true });
  const pull = await pullOf(h, "topic");
  expect(checkOn(h, pull.headOid)).toBeNull();
});

test("a renamed file is looked at whole, and is nothing to gate where neither name is tracked", async () => {
  const h = await beginLadder(start, { "docs/a.md": "a\n".repeat(40) });
  const { world } = h.stage;
  await h.people.branch("ann", "move");
  await world.commitOnBranch(h.repo, "ann", {
    branch: "move",
    expectedHead: (await h.people.tip("move")) ?? "",
    message: "Move it",
    additions: [{ path: "docs/b.md", content: Buffer.from("a\n".repeat(40)) }],
    deletions: ["docs/a.md"],
  });
  const pull = await h.people.openPull("ann", "move");
  await patience(h, 60_000);
  expect(checkOn(h, pull.headOid)).toMatchObject(NOTHING);
});

test("a second pull request with the same head, to a base without gates, opens nothing for the first", async () => {
  const h = await beginLadder(start);
  await h.people.branch("ann", "free");
  const pull = await pullOf(h, "edit", { [PROD]: overlay(V2) });
  const before = checkOn(h, pull.headOid);
  expect(before).toMatchObject({ conclusion: "failure" });
  const twin = await h.people.openPull("ann", "edit", "free");
  await patience(h, 60_000);
  expect(twin.headOid).toBe(pull.headOid);
  const joint = checkOn(h, pull.headOid);
  expect(joint).toMatchObject({ conclusion: "failure", title: "Closed: ladder, approvals" });
  expect(joint?.summary).toContain("The same commit is the head of #1, #2.");
  expect(joint?.summary).toMatch(/ladder \| quay\.io\/acme\/app bf76-qqxrq was never in pre-prod/);
});

test.each([
  ["one is gated", "free"],
  ["both are gated", "main"],
])(
  "pull requests of one head share a check that says the same whichever is looked at: %s",
  async (_, base) => {
    const h = await beginLadder(start);
    await h.people.branch("ann", "free");
    const pull = await pullOf(h, "edit", { [PROD]: overlay(V2) });
    await h.people.branch("ann", "same", "edit");
    const twin = await h.people.openPull("ann", "same", base);
    await patience(h, 60_000);
    expect(checkOn(h, pull.headOid)?.summary).toContain("The same commit is the head of #1, #2.");
    for (const looked of [pull, twin]) await h.people.approve("ben", looked);
    await patience(h, 60_000);
    h.stage.recorder.clear();
    for (const looked of [pull, twin, pull]) {
      await h.people.approve("ben", looked);
      await patience(h, 60_000);
    }
    expect(requests(h)).toContain("viewer+repository");
    expect(requests(h)).not.toContain(UPDATE);
  },
);

test("a config that cannot be read, and none before it, gates everything", async () => {
  const h = await start({ [CONFIG]: "version: 7\n" }, { promotion: true });
  await h.tagboat.indexes.ofOwner("acme");
  const pull = await pullOf(h, "topic");
  const check = checkOn(h, pull.headOid);
  expect(check).toMatchObject({ conclusion: "failure", title: "Closed: config (advisory)" });
  expect(check?.summary).toContain("Mend .github/tagboat.yml there.");
  await h.people.gitPush("ann", "main", { [CONFIG]: ladderConfig() });
  await patience(h, 60_000);
  expect(checkOn(h, pull.headOid)).toMatchObject(NOTHING);
});

test("a merged proposal's branch goes, also where the config was broken before and nobody remembers it", async () => {
  const h = await beginLadder(start);
  const talk = await pullOf(h, "topic");
  await say(h, "ann", talk, "/promote pre-prod");
  const proposal = proposalFor(h, "pre-prod");
  await h.people.gitPush("ann", "main", { [CONFIG]: "version: 7\n" });
  await patience(h, 60_000);
  await h.restart();
  await h.people.merge("ann", proposal);
  await patience(h, 60_000);
  expect(await h.repo.store.readRef(`refs/heads/${proposal.headBranch}`)).toBeNull();
});
