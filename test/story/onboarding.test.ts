import { describe, expect, test } from "@jest/globals";
import {
  arrive,
  CONFIG,
  DEV,
  IMAGE,
  onlyPull,
  ourBranches,
  overlay,
  stories,
  V1,
  V2,
  V3,
} from "../support/story.ts";

const { start } = stories();
const PROD = "env/overlays/03-prod/kustomization.yaml";
const bare = {
  files: {
    [DEV]: overlay(V1),
    [PROD]: overlay(V1),
    "env/base/kustomization.yaml": "resources: []\n",
  },
};
const offered = `version: 1
images: # first match wins; what matches nothing is not tracked
  - name: quay.io/acme/app
environments: # in order of promotion
  - name: dev
    path: env/overlays/01-dev
    on: push # follows new images
  - name: prod
    path: env/overlays/03-prod
    # branch: prod # this branch exists: take the "#" away if it is deployed from there
    after: dev
`;

describe("a repo without a config", () => {
  test("is offered one when an image that it carries is pushed, with what the next push would do", async () => {
    const h = await start(
      {},
      {
        ...bare,
        before: async (_stage, repo) => {
          const main = (await repo.store.readRef("refs/heads/main")) ?? "";
          await repo.store.updateRefs([{ name: "refs/heads/prod", before: null, after: main }]);
        },
      },
    );
    const main = await h.people.tip("main");
    expect(await arrive(h, V2)).toMatchObject([{ kind: "proposed", action: "opened", number: 1 }]);
    const pull = onlyPull(h);
    expect([pull.title, pull.headBranch]).toEqual(["Configure Tagboat", "tagboat/onboarding"]);
    expect(await h.read(pull.headBranch, CONFIG)).toBe(offered);
    expect(
      pull.body,
    ).toBe(`An image that this repo deploys was pushed, and Tagboat has no config here yet. This one was made from the folders that it found.

Merge it, after changing what you like, and the next push of an image opens a pull request by these rules. A check on this pull request shows what the config would do.

| environment | file | image | now | the next push |
| --- | --- | --- | --- | --- |
| dev | \`env/overlays/01-dev/kustomization.yaml\` | \`quay.io/acme/app\` | \`6322-rbbs9\` | one pull request, kept up to date |
| prod | \`env/overlays/03-prod/kustomization.yaml\` | \`quay.io/acme/app\` | \`6322-rbbs9\` | nothing: waits for a command |

**To look at**

- A branch is named \`prod\` like an environment. If it is deployed from there, write \`branch: prod\` at it.

Close it, and Tagboat leaves this repo alone: this is asked once.
`);
    expect(await h.people.tip("main")).toBe(main);
    const checks = h.stage.world.checks(h.repo, pull.headOid);
    expect(checks.map(({ name, conclusion, title }) => [name, conclusion, title])).toEqual([
      ["tagboat/config", "success", "2 files in 2 environments"],
    ]);
  });

  test("is asked once: further pushes write nothing, and merged it does what it said", async () => {
    const h = await start({}, bare);
    await arrive(h, V2);
    const pull = onlyPull(h);
    h.stage.recorder.clear();
    expect(await arrive(h, V3)).toMatchObject([{ kind: "skipped", reason: "up-to-date" }]);
    expect(h.stage.recorder.counted().filter((r) => r.write)).toEqual([]);
    await h.people.merge("ann", pull);
    await h.settle();
    expect(await arrive(h, V3)).toMatchObject([
      { kind: "skipped", reason: "promotion-only" },
      { kind: "proposed", action: "opened", number: 2 },
    ]);
    expect(onlyPull(h).title).toBe(`dev: app ${V1} → ${V3}`);
  });

  test("closed means never again", async () => {
    const h = await start({}, bare);
    await arrive(h, V2);
    await h.people.close("ann", onlyPull(h));
    await h.settle();
    h.stage.recorder.clear();
    expect(await arrive(h, V3)).toMatchObject([{ kind: "skipped", reason: "onboarding-closed" }]);
    expect(h.stage.recorder.counted().filter((r) => r.write)).toEqual([]);
  });

  test("is left alone when it does not carry the image", async () => {
    const h = await start({}, bare);
    expect(await arrive(h, V2, "quay.io/acme/other")).toMatchObject([{ reason: "not-tracked" }]);
    expect(h.open()).toEqual([]);
  });

  test("whose onboarding branch is a person's is refused, and that branch untouched", async () => {
    const h = await start({}, bare);
    await h.people.branch("ben", "tagboat/onboarding");
    const oid = await h.people.gitPush("ben", "tagboat/onboarding", { "notes.md": "mine\n" });
    const delivery = await h.push(IMAGE, V2, { created: "2026-11-21T10:00:00Z" });
    await h.settleFor(6 * 3_600_000);
    expect(await h.outcomesOf(delivery)).toMatchObject([
      { kind: "refused", reason: "branch-in-use" },
    ]);
    expect(await h.people.tip("tagboat/onboarding")).toBe(oid);
    expect(h.open()).toEqual([]);
  });

  test("is not kept from its offer by a fork's closed pull request of that name", async () => {
    const h = await start({}, bare);
    const fork = await h.stage.world.fork(h.repo, "dave");
    const main = (await fork.store.readRef("refs/heads/main")) ?? "";
    const name = "refs/heads/tagboat/onboarding";
    await h.stage.world.updateRefs(fork, "dave", [{ name, before: null, after: main }]);
    await h.stage.world.commitOnBranch(fork, "dave", {
      branch: "tagboat/onboarding",
      expectedHead: main,
      message: "mine",
      additions: [{ path: "evil.md", content: Buffer.from("x\n") }],
      deletions: [],
    });
    const theirs = await h.people.openPull("dave", "tagboat/onboarding", "main", fork);
    await h.people.close("dave", theirs);
    expect(await arrive(h, V2)).toMatchObject([{ kind: "proposed", number: 2 }]);
  });

  test("leaves no branch behind when it is merged or closed", async () => {
    const h = await start({}, bare);
    await arrive(h, V2);
    await h.people.merge("ann", onlyPull(h));
    await h.settle();
    expect(await ourBranches(h)).toEqual([]);
  });
});
