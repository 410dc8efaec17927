import { describe, expect, test } from "@jest/globals";
import {
  arrive,
  CONFIG,
  configText,
  DEV,
  IMAGE,
  onlyPull,
  overlay,
  stories,
  usualFiles,
  V1,
  V2,
  V3,
  V4,
} from "../support/story.ts";

const { start } = stories();

describe("installations", () => {
  test("a repo that is added is followed from then on", async () => {
    const h = await start(
      {},
      {
        before: async ({ world }) =>
          void (await world.createRepo("acme", "other", { files: { "README.md": "x\n" } })),
        installedOn: ["other"],
      },
    );
    expect(await arrive(h, V2)).toMatchObject([{ kind: "skipped", reason: "not-tracked" }]);
    h.stage.world.setInstallationRepos(h.installation.id, ["other", "cd"], "ann");
    await h.settle();
    expect(await arrive(h, V3)).toMatchObject([{ kind: "proposed", action: "opened" }]);
  });

  test("a repo that is removed is left alone from then on", async () => {
    const h = await start(
      {},
      {
        before: async ({ world }) =>
          void (await world.createRepo("acme", "other", { files: { "README.md": "x\n" } })),
      },
    );
    await arrive(h, V2);
    h.stage.world.setInstallationRepos(h.installation.id, ["other"], "ann");
    await h.settle();
    expect(await arrive(h, V3)).toMatchObject([{ kind: "skipped", reason: "not-tracked" }]);
    expect(onlyPull(h).title).toBe(`dev: app ${V1} → ${V2}`);
  });

  test("suspended, nothing is written; afterwards what changed meanwhile is known", async () => {
    const h = await start();
    await arrive(h, V2);
    h.stage.world.suspend(h.installation.id, true);
    await h.settle();
    await h.people.gitPush("ann", "main", { [CONFIG]: configText(["delivery: commit"]) });
    await h.settle();
    expect(await arrive(h, V3)).toEqual([]);
    h.stage.world.suspend(h.installation.id, false);
    await h.settle();
    expect(await h.read("main", DEV)).toBe(overlay(V3));
    expect(await arrive(h, V4)).toMatchObject([{ kind: "committed" }]);
  });

  test("revoked while work waits in a lane, the work ends with that reason", async () => {
    const h = await start();
    await arrive(h, V2);
    await h.people.approve("ann", onlyPull(h));
    await h.settle();
    const waiting = await h.push(IMAGE, V3, { created: "2026-11-22T07:00:00Z" });
    await h.settle();
    h.stage.world.uninstall(h.installation.id);
    await h.settle();
    await h.clock.advance(25 * 3_600_000);
    await h.settle();
    expect(await h.outcomesOf(waiting)).toMatchObject([{ kind: "refused", reason: "repo-gone" }]);
    expect(await h.inbox.nextDue()).toBeNull();
  });

  test("suspended without GitHub's word of it, work waits until the owner gives the access back", async () => {
    const h = await start({}, { keepLog: true });
    await h.tagboat.indexes.ofOwner("acme");
    h.stage.faults.arm({ fault: { kind: "webhook-lost" }, at: "installation" });
    h.stage.world.suspend(h.installation.id, true);
    const delivery = await h.push(IMAGE, V2, { created: "2026-11-21T10:00:00Z" });
    await h.settleFor(6 * 3_600_000);
    expect(await h.outcomesOf(delivery)).toEqual([]);
    expect(await h.inbox.nextDue()).toBeNull();
    expect(h.lines.filter((line) => line.includes("parked until"))).toHaveLength(1);
    h.stage.world.suspend(h.installation.id, false);
    await h.settle();
    expect(await h.outcomesOf(delivery)).toMatchObject([{ kind: "proposed", action: "opened" }]);
  });

  test("suspended by GitHub's word, events wait and lead on when the owner gives the access back", async () => {
    const h = await start();
    h.stage.world.suspend(h.installation.id, true);
    await h.settle();
    const delivery = await h.push(IMAGE, V2, { created: "2026-11-21T10:00:00Z" });
    await h.settleFor(6 * 3_600_000);
    expect(await h.outcomesOf(delivery)).toEqual([]);
    expect(await h.inbox.nextDue()).toBeNull();
    h.stage.world.suspend(h.installation.id, false);
    await h.settle();
    expect(await h.outcomesOf(delivery)).toMatchObject([{ kind: "proposed", action: "opened" }]);
  });

  test("installed again, everything is followed again", async () => {
    const h = await start();
    await arrive(h, V2);
    h.stage.world.uninstall(h.installation.id);
    await h.settle();
    expect(await arrive(h, V3)).toMatchObject([{ reason: "not-tracked" }]);
    h.stage.world.install(h.app.id, "acme", "all");
    await h.settle();
    expect(await arrive(h, V4)).toMatchObject([{ kind: "proposed", action: "updated", number: 1 }]);
  });
});

describe("pushes by people", () => {
  test("a new overlay is followed at once", async () => {
    const h = await start({ [CONFIG]: configText().replace("01-dev", "*") });
    await arrive(h, V2);
    const fresh = "env/overlays/dev-eu/kustomization.yaml";
    await h.people.gitPush("ann", "main", { [fresh]: overlay(V1) });
    await h.settle();
    await arrive(h, V3);
    const pull = onlyPull(h);
    expect(await h.read(pull.headBranch, fresh)).toBe(overlay(V3));
    expect(await h.read(pull.headBranch, DEV)).toBe(overlay(V3));
  });

  test("an entry that a person takes out is left alone, and followed again when it is back", async () => {
    const h = await start();
    await h.people.gitPush("ann", "main", { [DEV]: "resources:\n- ../../base\n" });
    await h.settle();
    expect(await arrive(h, V2)).toMatchObject([{ reason: "entry-missing" }]);
    await h.people.gitPush("ann", "main", { [DEV]: overlay(V1) });
    await h.settle();
    expect(await arrive(h, V3)).toMatchObject([{ kind: "proposed" }]);
  });

  test("a first config makes the repo followed", async () => {
    const h = await start({}, { files: { "README.md": "# CD\n", [DEV]: overlay(V1) } });
    await h.tagboat.indexes.ofOwner("acme");
    await h.people.gitPush("ann", "main", { [CONFIG]: configText() });
    await h.settle();
    expect(await arrive(h, V2)).toMatchObject([{ kind: "proposed" }]);
  });

  test("a branch that the config names and that is made later is followed from then on", async () => {
    const h = await start({ [CONFIG]: configText(["branch: production"]) });
    expect(await arrive(h, V2)).toMatchObject([{ reason: "entry-missing" }]);
    await h.people.branch("ann", "production");
    await h.settle();
    expect(await arrive(h, V3)).toMatchObject([{ kind: "proposed" }]);
    expect(onlyPull(h).baseBranch).toBe("production");
  });
});

describe("repos", () => {
  test("renamed, it is followed by its new name after the next push to it", async () => {
    const h = await start();
    await arrive(h, V2);
    h.repo.name = "gitops";
    await h.people.gitPush("ann", "main", { "README.md": "# moved\n" });
    await h.settle();
    expect(await arrive(h, V3)).toMatchObject([
      { kind: "proposed", action: "updated", number: 1, place: { repo: "acme/gitops" } },
    ]);
  });

  test("renamed and not pushed to, the next image finds it by its new name", async () => {
    const h = await start();
    await arrive(h, V2);
    h.repo.name = "gitops";
    const delivery = await h.push(IMAGE, V3, { created: "2026-11-22T07:00:00Z" });
    await h.settleFor(3_600_000);
    expect(await h.outcomesOf(delivery)).toMatchObject([
      { kind: "refused", reason: "repo-gone", place: { repo: "acme/cd" } },
    ]);
    expect(await arrive(h, V4)).toMatchObject([
      { kind: "proposed", number: 1, place: { repo: "acme/gitops" } },
    ]);
  });

  test("whose name another repo has taken is not mistaken for it", async () => {
    const h = await start();
    await arrive(h, V2);
    h.repo.name = "gitops";
    const taker = await h.stage.world.createRepo("acme", "cd", { files: { "README.md": "x\n" } });
    h.stage.faults.clear();
    await h.settle();
    await arrive(h, V3);
    expect(h.stage.world.pulls(taker)).toEqual([]);
    expect([...(await taker.store.refs("refs/heads/")).keys()]).toEqual(["refs/heads/main"]);
  });

  test("archived is refused with that reason", async () => {
    const h = await start();
    h.repo.archived = true;
    expect(await arrive(h, V2)).toMatchObject([{ kind: "refused", reason: "repo-archived" }]);
    h.repo.archived = false;
    expect(await arrive(h, V2)).toMatchObject([{ kind: "proposed" }]);
  });

  test("without a default branch has nothing to follow, until its first push", async () => {
    const h = await start(
      {},
      {
        files: usualFiles,
        before: async ({ world }) => void (await world.createRepo("acme", "empty")),
      },
    );
    await arrive(h, V2);
    const empty = h.stage.world.repo("acme", "empty");
    if (empty === null) throw new Error("no empty repo");
    const { peopleOf } = await import("../support/people.ts");
    await peopleOf(h.stage.world, empty).gitPush("acme", "main", usualFiles);
    await h.settle();
    const outcomes = await arrive(h, V3);
    expect(outcomes).toHaveLength(2);
    expect(outcomes).toContainEqual(
      expect.objectContaining({
        action: "opened",
        place: expect.objectContaining({ repo: "acme/empty" }),
      }),
    );
  });

  test("deleted is refused as gone, and the others go on", async () => {
    const h = await start(
      {},
      {
        before: async ({ world }) =>
          void (await world.createRepo("acme", "second", { files: usualFiles })),
      },
    );
    await h.tagboat.indexes.ofOwner("acme");
    (h.stage.world.repos as Map<number, unknown>).delete(h.repo.id);
    const delivery = await h.push(IMAGE, V2, { created: "2026-11-21T10:00:00Z" });
    await h.settleFor(3_600_000);
    const outcomes = await h.outcomesOf(delivery);
    expect(outcomes).toHaveLength(2);
    expect(outcomes).toContainEqual(
      expect.objectContaining({ kind: "refused", reason: "repo-gone" }),
    );
    expect(outcomes).toContainEqual(expect.objectContaining({ kind: "proposed" }));
    expect(await h.inbox.nextDue()).toBeNull();
  });

  test("of another owner are out of a hook's reach", async () => {
    const h = await start(
      {},
      {
        before: async ({ world }, repo) => {
          world.addOrganization("rival");
          await world.createRepo("rival", "cd", { files: usualFiles });
          const [app] = [...world.apps.values()];
          world.install(app?.id ?? 0, "rival", "all");
          expect(repo.owner).toBe("acme");
        },
      },
    );
    await arrive(h, V2);
    const rival = h.stage.world.repo("rival", "cd");
    expect(rival && h.stage.world.pulls(rival)).toEqual([]);
    const delivery = await h.push(
      IMAGE,
      V3,
      { created: "2026-11-22T07:00:00Z" },
      { owner: "rival" },
    );
    await h.settle();
    expect(await h.outcomesOf(delivery)).toMatchObject([
      { kind: "proposed", place: { repo: "rival/cd" } },
    ]);
    expect(onlyPull(h).title).toBe(`dev: app ${V1} → ${V2}`);
  });
});

describe("a hook's scope", () => {
  test.each<[string, Parameters<Awaited<ReturnType<typeof start>>["push"]>[3], string]>([
    ["this repo", { scope: { kind: "repo", repo: "cd" } }, "proposed"],
    ["another repo", { scope: { kind: "repo", repo: "other" } }, "skipped"],
    ["the image's own prefix", { scope: { kind: "image", prefix: "quay.io/acme" } }, "proposed"],
    [
      "a prefix that only looks alike",
      { scope: { kind: "image", prefix: "quay.io/acm" } },
      "skipped",
    ],
  ])("%s", async (_name, over, kind) => {
    const h = await start();
    const delivery = await h.push(IMAGE, V2, { created: "2026-11-21T10:00:00Z" }, over);
    await h.settle();
    expect(await h.outcomesOf(delivery)).toMatchObject([{ kind }]);
    expect(h.open()).toHaveLength(kind === "proposed" ? 1 : 0);
  });
});
