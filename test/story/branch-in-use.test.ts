import { describe, expect, test } from "@jest/globals";
import { trackingBranch } from "../../src/propose/branch-name.ts";
import {
  arrive,
  CONFIG,
  commitsOf,
  configText,
  DEV,
  onlyPull,
  ourBranches,
  overlay,
  stories,
  V1,
  V2,
  V3,
  V4,
} from "../support/story.ts";

const { start } = stories();
const OURS = trackingBranch({ base: "main", environment: "dev", component: null });
const foreign = [{ kind: "refused", reason: "branch-in-use" }];

describe("a person's work on our branch", () => {
  test("is never touched: a commit through the page", async () => {
    const h = await start();
    await arrive(h, V2);
    const oid = await h.commit("ben", OURS, { "notes.md": "wait for me\n" });
    await h.settle();
    expect(await arrive(h, V3)).toMatchObject(foreign);
    expect(await h.people.tip(OURS)).toBe(oid);
    expect(onlyPull(h).title).toBe(`dev: app ${V1} → ${V2}`);
  });

  test("is never touched: a push with git that changes our own file", async () => {
    const h = await start();
    await arrive(h, V2);
    const oid = await h.people.gitPush("ben", OURS, { [DEV]: overlay(V4) });
    await h.settle();
    expect(await arrive(h, V3)).toMatchObject(foreign);
    expect(await h.people.tip(OURS)).toBe(oid);
  });

  test("is never touched: a branch of our name without a pull request", async () => {
    const h = await start();
    await h.people.branch("ben", OURS);
    const oid = await h.people.gitPush("ben", OURS, { "notes.md": "mine\n" });
    expect(await arrive(h, V2)).toMatchObject(foreign);
    expect(await h.people.tip(OURS)).toBe(oid);
    expect(h.open()).toEqual([]);
  });

  test("is kept when the base has caught up: neither closed nor deleted", async () => {
    const h = await start();
    await arrive(h, V2);
    const oid = await h.commit("ben", OURS, { "notes.md": "wait for me\n" });
    await h.people.gitPush("ann", "main", { [DEV]: overlay(V2) });
    await h.settle();
    expect(onlyPull(h).state).toBe("open");
    expect(await h.people.tip(OURS)).toBe(oid);
  });

  test("ends with its merge, and the next version is proposed", async () => {
    const h = await start();
    await arrive(h, V2);
    await h.commit("ben", OURS, { "notes.md": "with this\n" });
    await h.people.merge("ben", onlyPull(h));
    await h.settle();
    expect(await arrive(h, V3)).toMatchObject([{ kind: "proposed", number: 2 }]);
    expect(await commitsOf(h, onlyPull(h))).toHaveLength(1);
  });
});

describe("the base merged into our branch", () => {
  test("leaves it ours: the next version rebuilds it", async () => {
    const h = await start();
    await arrive(h, V2);
    await h.people.gitPush("ann", "main", { "README.md": "# CD\n" });
    await h.people.mergeInto("ben", OURS, "main");
    await h.settle();
    expect(await arrive(h, V3)).toMatchObject([{ kind: "proposed", action: "updated", number: 1 }]);
    expect(await commitsOf(h, onlyPull(h))).toHaveLength(1);
    expect(await h.read(OURS, "README.md")).toBe("# CD\n");
  });

  test("with other lines of our file changed on the base it is still ours", async () => {
    const h = await start();
    await arrive(h, V2);
    await h.people.gitPush("ann", "main", { [DEV]: `namePrefix: dev-\n${overlay(V1)}` });
    await h.people.mergeInto("ben", OURS, "main");
    await h.settle();
    expect(await arrive(h, V3)).toMatchObject([{ kind: "proposed", action: "updated", number: 1 }]);
    expect(await h.read(OURS, DEV)).toBe(`namePrefix: dev-\n${overlay(V3)}`);
  });
});

describe("a fork's pull request from a branch of our name", () => {
  test("is ignored: ours is opened, updated and closed beside it", async () => {
    const h = await start();
    const fork = await h.stage.world.fork(h.repo, "dave");
    const main = (await fork.store.readRef("refs/heads/main")) ?? "";
    await h.stage.world.updateRefs(fork, "dave", [
      { name: `refs/heads/${OURS}`, before: null, after: main },
    ]);
    await h.stage.world.commitOnBranch(fork, "dave", {
      branch: OURS,
      expectedHead: main,
      message: "mine",
      additions: [{ path: "evil.md", content: Buffer.from("x\n") }],
      deletions: [],
    });
    const theirs = await h.people.openPull("dave", OURS, "main", fork);
    await h.settle();
    expect(await arrive(h, V2)).toMatchObject([{ kind: "proposed", action: "opened", number: 2 }]);
    expect(await arrive(h, V3)).toMatchObject([{ kind: "proposed", action: "updated", number: 2 }]);
    await h.people.gitPush("ann", "main", { [DEV]: overlay(V3) });
    await h.settle();
    expect(h.open().map((pull) => pull.number)).toEqual([theirs.number]);
    await h.people.close("dave", theirs);
    await h.settle();
    expect(await arrive(h, V4)).toMatchObject([{ kind: "proposed", action: "opened", number: 3 }]);
  });
});

describe("a second pull request from our branch", () => {
  test("makes the branch somebody's: nothing is moved under it", async () => {
    const h = await start();
    await arrive(h, V2);
    await h.people.branch("ben", "release");
    await h.people.openPull("ben", OURS, "release");
    await h.settle();
    expect(await arrive(h, V3)).toMatchObject(foreign);
    expect(h.open()).toHaveLength(2);
  });
});

describe("components and bases whose names look alike", () => {
  test("have branches of their own", async () => {
    const config = configText([]).replace("env/overlays/01-dev", "apps/{component}/dev");
    const h = await start({
      [CONFIG]: config,
      "apps/a.b/dev/kustomization.yaml": overlay(V1),
      "apps/a-b/dev/kustomization.yaml": overlay(V1),
    });
    await arrive(h, V2);
    expect(h.open()).toHaveLength(2);
    expect(await ourBranches(h)).toHaveLength(2);
    expect(h.open().map((pull) => pull.title)).toEqual([
      `dev/a-b: app ${V1} → ${V2}`,
      `dev/a.b: app ${V1} → ${V2}`,
    ]);
  });
});
