import { describe, expect, test } from "@jest/globals";
import type { Comment, Pull } from "../../sandbox/world/entities.ts";
import type { Harbour } from "../support/harbour.ts";
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
  const h = await start({}, { files: { ...files, ...more } });
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
  await h.settle();
  h.stage.recorder.clear();
  return pull;
}

async function say(h: Harbour, login: string, pull: Pull, body: string): Promise<Comment> {
  const comment = await h.stage.world.comment(h.repo, login, pull, body);
  await h.settle();
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
    expect(counted).toHaveLength(5);
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
    await h.settle();
    expect(check(h, made)).toMatchObject({ conclusion: "failure" });
    await h.people.approve("ann", made);
    await h.settle();
    expect(check(h, made)).toMatchObject({ conclusion: "success" });
    expect(made.state).toBe("open");
    await h.people.merge("ann", made);
    await h.settle();
    expect(await h.read("main", PRE)).toBe(overlay(V2));
    expect(replies(h, made)).toEqual(["Merged. Next: `/promote prod` in a comment here."]);
  });

  test("with `merge: approved` the approval merges it", async () => {
    const h = await begin({ [CONFIG]: ladder({ pre: "    merge: approved\n" }) });
    const pull = await talk(h);
    await say(h, "ben", pull, "/promote pre-prod");
    const made = promotion(h);
    await h.people.approve("ann", made);
    await h.settleFor(60_000);
    expect(made.mergedAt).not.toBeNull();
    expect(await h.read("main", PRE)).toBe(overlay(V2));
  });

  test("says at once that nothing is to be gated", async () => {
    const h = await begin();
    const pull = await talk(h);
    expect(check(h, pull)).toMatchObject({ conclusion: "success" });
  });
});
