import { describe, expect, test } from "@jest/globals";
import type { Comment, Pull } from "../../sandbox/world/entities.ts";
import type { Harbour } from "../support/harbour.ts";
import { patience } from "../support/patience.ts";
import { CONFIG, DEV, IMAGE, onlyPull, overlay, stories, V1, V2, V3 } from "../support/story.ts";

const { start } = stories();

const PRE = "env/overlays/02-pre-prod/kustomization.yaml";
const PROD = "env/overlays/03-prod/kustomization.yaml";

function ladder(more: { readonly pre?: string; readonly prod?: string } = {}): string {
  return `version: 1
images:
  - name: ${IMAGE}
environments:
  - name: dev
    path: env/overlays/01-dev
    on: push
  - name: pre-prod
    path: env/overlays/02-pre-prod
    after: dev
${more.pre ?? ""}  - name: prod
    path: env/overlays/03-prod
    after: pre-prod
${more.prod ?? ""}`;
}

/** dev holds V2, what comes behind it V1. */
const files = {
  [CONFIG]: ladder(),
  [DEV]: overlay(V2),
  [PRE]: overlay(V1),
  [PROD]: overlay(V1),
  "env/base/kustomization.yaml": "resources:\n- deployment.yaml\n",
};

async function begin(more: Readonly<Record<string, string>> = {}): Promise<Harbour> {
  const h = await start({}, { files: { ...files, ...more }, promotion: true });
  h.registry.put(IMAGE, V2, { created: "2026-11-21T10:00:00Z" });
  h.registry.put(IMAGE, V3, { created: "2026-11-22T07:00:00Z" });
  await h.tagboat.indexes.ofOwner("acme");
  return h;
}

/** A pull request to talk on. */
async function talk(h: Harbour): Promise<Pull> {
  await h.people.branch("ann", "topic");
  await h.people.gitPush("ann", "topic", { "README.md": "# CD\n" });
  const pull = await h.people.openPull("ann", "topic");
  await patience(h, 60_000);
  h.stage.recorder.clear();
  return pull;
}

async function say(h: Harbour, login: string, pull: Pull, body: string): Promise<Comment> {
  const comment = await h.stage.world.comment(h.repo, login, pull, body);
  await patience(h, 60_000);
  return comment;
}

/** Our replies on a pull request, without their markers. */
function replies(h: Harbour, pull: Pull): string[] {
  return h.stage.world
    .comments(pull)
    .filter(({ author }) => author === h.app.bot.login)
    .map(({ body }) => body.replace(/\n*<!-- tagboat:[^>]+ -->/g, ""));
}

function reactions(comment: Comment): string[] {
  return comment.reactions.map(({ content }) => content);
}

function promotion(h: Harbour): Pull {
  const pull = h.open().find(({ headBranch }) => headBranch.startsWith("tagboat/"));
  if (pull === undefined) throw new Error("no proposal is open");
  return pull;
}

describe("/promote", () => {
  test("by somebody with write opens one pull request and answers once", async () => {
    const h = await begin();
    const pull = await talk(h);
    const comment = await say(h, "ben", pull, "/promote pre-prod");
    expect(replies(h, pull)).toEqual([
      "#2 promotes `app` `6322-rbbs9` → `bf76-qqxrq` to `pre-prod`. It needs the approval of somebody with write other than `ben`. A person merges it.",
    ]);
    expect(reactions(comment)).toEqual(["eyes", "rocket"]);
    const made = promotion(h);
    expect(made).toMatchObject({ number: 2, title: "pre-prod: app 6322-rbbs9 → bf76-qqxrq" });
    expect(made.headBranch).toMatch(/^tagboat\/pre-prod\/all--bf76-qqxrq-[0-9a-f]{8}$/);
    expect(await h.read(made.headBranch, PRE)).toBe(overlay(V2));
    expect(await h.read("main", PRE)).toBe(overlay(V1));
  });

  test("costs five requests, reaction, permission and reply included", async () => {
    const h = await begin();
    const pull = await talk(h);
    await say(h, "ben", pull, "/promote pre-prod");
    const counted = h.stage.recorder.counted().map(({ what }) => what);
    // The gate of the new pull request is looked at meanwhile, and asks for rights and files of its own.
    expect(counted.slice(0, 4)).toEqual([
      "addReaction",
      "GET /repos/{owner}/{repo}/collaborators/{username}/permission",
      "viewer+repository",
      "createRef+createCommitOnBranch+createPullRequest",
    ]);
    expect(counted.filter((what) => /^(add|create|update)/.test(what))).toEqual([
      "addReaction",
      "createRef+createCommitOnBranch+createPullRequest",
      "addComment+addReaction",
    ]);
  });

  test("by a stranger opens nothing and is told why", async () => {
    const h = await begin();
    const pull = await talk(h);
    const comment = await say(h, "cara", pull, "/promote pre-prod");
    expect(replies(h, pull)).toEqual([
      "`cara` may not `/promote` here: ask somebody with write in this repo.",
    ]);
    expect(reactions(comment)).toEqual(["eyes", "confused"]);
    expect(h.open()).toEqual([onlyPull(h)]);
  });
});

/** What the promotion check says on a commit. */
function check(h: Harbour, pull: Pull) {
  const runs = h.stage.world.checks(h.repo, pull.headOid);
  const run = runs.filter(({ name }) => name === "tagboat/promotion").at(-1);
  return run === undefined ? null : { conclusion: run.conclusion, title: run.title };
}

describe("the check", () => {
  test("opens by somebody else's approval alone, and the merge is a person's", async () => {
    const h = await begin();
    const pull = await talk(h);
    await say(h, "ben", pull, "/promote pre-prod");
    const made = promotion(h);
    expect(check(h, made)).toMatchObject({ conclusion: "failure" });
    await h.people.approve("ben", made);
    await patience(h, 60_000);
    expect(check(h, made)).toMatchObject({ conclusion: "failure" });
    await h.people.approve("ann", made);
    await patience(h, 60_000);
    expect(check(h, made)).toMatchObject({ conclusion: "success" });
    expect(made.state).toBe("open");
    await h.people.merge("ann", made);
    await patience(h, 60_000);
    expect(await h.read("main", PRE)).toBe(overlay(V2));
    expect(replies(h, made)).toEqual(["Merged. Next: `/promote prod` in a comment here."]);
  });

  test("with `merge: approved` the approval merges it", async () => {
    const h = await begin({ [CONFIG]: ladder({ pre: "    merge: approved\n" }) });
    const pull = await talk(h);
    await say(h, "ben", pull, "/promote pre-prod");
    const made = promotion(h);
    await h.people.approve("ann", made);
    await patience(h, 60_000);
    expect(made.mergedAt).not.toBeNull();
    expect(await h.read("main", PRE)).toBe(overlay(V2));
  });

  test("says at once that nothing is to be gated", async () => {
    const h = await begin();
    const pull = await talk(h);
    expect(check(h, pull)).toMatchObject({ conclusion: "success" });
  });
});

describe("/rollback", () => {
  test("brings back what was there before, holds pushes and bans what goes", async () => {
    const h = await begin();
    const pull = await talk(h);
    await say(h, "ben", pull, "/promote pre-prod");
    const made = promotion(h);
    await h.people.merge("ann", made);
    await patience(h, 60_000);
    await say(h, "ben", pull, '/rollback pre-prod --reason "it leaks"');
    const back = promotion(h);
    expect(back.title).toBe("Roll back pre-prod: app bf76-qqxrq → 6322-rbbs9");
    expect(await h.read(back.headBranch, PRE)).toBe(overlay(V1));
    expect(replies(h, pull).at(-1)).toContain(
      "rolls back `app` `bf76-qqxrq` → `6322-rbbs9` in `pre-prod`.",
    );
    await say(h, "ben", pull, `/promote prod to ${V2}`);
    expect(replies(h, pull).at(-1)).toContain("`bf76-qqxrq` was banned by `ben` (it leaks)");
    await h.people.approve("ann", back);
    await patience(h, 60_000);
    expect(check(h, back)).toMatchObject({ conclusion: "success" });
  });

  test("where nothing was before says so", async () => {
    const h = await begin();
    const pull = await talk(h);
    await say(h, "ben", pull, "/rollback prod");
    expect(replies(h, pull)).toEqual([
      "The history of `prod` holds no release before the present one.",
    ]);
  });
});

describe("/tagboat hold", () => {
  test("keeps the next push back until it is lifted", async () => {
    const h = await begin();
    const pull = await talk(h);
    await say(h, "ben", pull, '/tagboat hold dev --reason "a demo"');
    expect(replies(h, pull)).toEqual([
      "`dev` stays as it is until somebody lifts it: a demo. `/tagboat unhold dev` lifts it.",
    ]);
    expect([...pull.labels]).toEqual(["tagboat:hold"]);
    await h.push(IMAGE, V3, { created: "2026-11-22T07:00:00Z" });
    await patience(h, 60_000);
    expect(h.open()).toHaveLength(1);
    await say(h, "ben", pull, "/tagboat unhold dev");
    expect(promotion(h).title).toBe(`dev: app ${V2} → ${V3}`);
  });

  test("keeps a promotion back", async () => {
    const h = await begin();
    const pull = await talk(h);
    await say(h, "ben", pull, "/tagboat hold pre-prod");
    await say(h, "ben", pull, "/promote pre-prod");
    expect(replies(h, pull).at(-1)).toContain("`pre-prod` is held by `ben`");
    expect(h.open()).toHaveLength(1);
  });
});

describe("answers", () => {
  test.each([
    ["/promote staging", "There is no environment `staging`."],
    ["/promote dev", "No environment comes before `dev`"],
    ["/promote prod", "`prod` holds `6322-rbbs9` already"],
    ["/promote prod --from dev", "`dev` is not the step before `prod` (`pre-prod` is)"],
    ["/promote pre-prod api", "`pre-prod` has no component `api`."],
    ["/promote pre-prod to nothing", "`dev` never held `nothing`"],
    ["/tagboat plan promote pre-prod", "It would open a pull request"],
    ["/tagboat promot", "Did you mean `/tagboat promote`?"],
    ["/tagboat status dev", "| `dev` |"],
    ["/tagboat help", "/tagboat help"],
    ["/promote", "Name the environment"],
  ])("%s → %s", async (command, words) => {
    const h = await begin();
    const pull = await talk(h);
    await say(h, "ben", pull, command);
    expect(replies(h, pull)).toHaveLength(1);
    expect(replies(h, pull)[0]).toContain(words);
    expect(h.open()).toHaveLength(1);
  });
});

describe("on: merge", () => {
  test("opens the next environment's proposal by itself, and approvals count of anybody who may", async () => {
    const h = await begin({ [CONFIG]: ladder({ pre: "    on: merge\n" }), [DEV]: overlay(V1) });
    await h.push(IMAGE, V2, { created: "2026-11-21T10:00:00Z" });
    await patience(h, 60_000);
    await h.people.merge("ann", promotion(h));
    await patience(h, 60_000);
    const made = promotion(h);
    expect(made.title).toBe(`pre-prod: app ${V1} → ${V2}`);
    expect(made.body).toContain("because it was merged there");
    await h.people.approve("ben", made);
    await patience(h, 60_000);
    expect(check(h, made)).toMatchObject({ conclusion: "success" });
  });
});

test("`mode: observe` tells what a command would do, and opens nothing", async () => {
  const h = await begin({ [CONFIG]: `${ladder()}mode: observe\n` });
  const pull = await talk(h);
  await say(h, "ben", pull, "/promote pre-prod");
  expect(replies(h, pull)[0]).toContain("It would open a pull request");
  expect(h.open()).toHaveLength(1);
});

test("a newer promotion takes the place of the older one", async () => {
  const h = await begin();
  const pull = await talk(h);
  await say(h, "ben", pull, "/promote pre-prod");
  const older = promotion(h);
  await h.people.gitPush("ann", "main", { [DEV]: overlay(V3) });
  await patience(h, 60_000);
  await say(h, "ben", pull, "/promote pre-prod");
  expect(older.state).toBe("closed");
  expect(promotion(h).title).toBe(`pre-prod: app ${V1} → ${V3}`);
  expect(replies(h, pull).at(-1)).toContain(`#${older.number} is closed for it.`);
});

test("what a person put on its branch stays when it is closed", async () => {
  const h = await begin();
  const pull = await talk(h);
  await say(h, "ben", pull, "/promote pre-prod");
  const made = promotion(h);
  const commit = await h.people.gitPush("ann", made.headBranch, { "notes.md": "by hand\n" });
  await h.people.close("ann", made);
  await patience(h, 60_000);
  expect(await h.people.tip(made.headBranch)).toBe(commit);
});

test("its branch goes when it is closed, at the second try if need be", async () => {
  const h = await begin();
  const pull = await talk(h);
  await say(h, "ben", pull, "/promote pre-prod");
  const made = promotion(h);
  h.stage.faults.arm({ fault: { kind: "bad-gateway-before" }, at: "updateRefs" });
  await h.people.close("ann", made);
  await patience(h, 60_000);
  expect(await h.people.tip(made.headBranch)).toBeNull();
});

test("the same command again finds its pull request", async () => {
  const h = await begin();
  const pull = await talk(h);
  await say(h, "ben", pull, "/promote pre-prod");
  const made = promotion(h);
  await say(h, "ann", pull, "/promote pre-prod");
  expect(promotion(h).number).toBe(made.number);
  expect(replies(h, pull).at(-1)).toContain(`#${made.number} promotes`);
});

test("an edited comment does nothing, and nobody is told", async () => {
  const h = await begin();
  const pull = await talk(h);
  const comment = await h.stage.world.comment(h.repo, "ben", pull, "/promote pre-prod");
  await h.stage.world.editComment(h.repo, "ben", comment, "/promote pre-prod ");
  await patience(h, 60_000);
  expect(h.open()).toHaveLength(1);
  expect(replies(h, pull)).toEqual([]);
});
