import { describe, expect, test } from "@jest/globals";
import {
  arrive,
  CONFIG,
  configText,
  DEV,
  onlyPull,
  overlay,
  stories,
  usualFiles,
  V1,
  V2,
  V3,
} from "../support/story.ts";

const { start } = stories();
const broken = "version: 1\nimages: [\n";

describe("the config", () => {
  test("that never could be read is refused with its line, and nothing is written", async () => {
    const h = await start({ [CONFIG]: configText().replace("on: push", "on: pull") });
    const main = await h.people.tip("main");
    expect(await arrive(h, V2)).toEqual([
      {
        kind: "refused",
        place: { repo: "acme/cd", base: "", environment: "", component: null },
        reason: "config-invalid",
        detail: ".github/tagboat.yml:7: Use push, merge or promotion here.",
      },
    ]);
    expect([h.open(), await h.people.tip("main")]).toEqual([[], main]);
  });

  test("that cannot be read any more leaves the last good one in force", async () => {
    const h = await start();
    await arrive(h, V2);
    await h.people.gitPush("ann", "main", { [CONFIG]: broken });
    await h.settle();
    expect(await arrive(h, V3)).toMatchObject([{ kind: "proposed", action: "updated", number: 1 }]);
    await h.people.gitPush("ann", "main", { [CONFIG]: configText(["delivery: commit"]) });
    await h.settle();
    expect(await arrive(h, V3)).toMatchObject([{ kind: "committed" }]);
  });

  test("that changed between the index and the run is read again before anything is written", async () => {
    const h = await start();
    await h.tagboat.indexes.ofOwner("acme");
    // GitHub's webhook of this push is lost.
    h.stage.faults.arm({ fault: { kind: "webhook-lost" }, at: "push" });
    await h.people.gitPush("ann", "main", {
      [CONFIG]: configText(["proposal: { labels: [fresh] }"]),
    });
    await arrive(h, V2);
    expect([...onlyPull(h).labels]).toEqual(["fresh"]);
  });

  test("is read from the default branch only", async () => {
    const h = await start();
    await h.people.branch("ben", "try");
    await h.people.gitPush("ben", "try", { [CONFIG]: configText(["delivery: commit"]) });
    await h.settle();
    expect(await arrive(h, V2)).toMatchObject([{ kind: "proposed" }]);
  });

  test("that is a symbolic link is refused and its target never read", async () => {
    const h = await start(
      {},
      {
        files: { [DEV]: overlay(V1) },
        before: async ({ world }, repo) => {
          const { peopleOf } = await import("../support/people.ts");
          await peopleOf(world, repo).gitPush("ann", "main", [
            { path: CONFIG, content: Buffer.from("../other.yml"), mode: "120000" },
          ]);
        },
      },
    );
    expect(await arrive(h, V2)).toMatchObject([{ kind: "refused", reason: "config-invalid" }]);
  });

  test("that was deleted leaves what is open as it is", async () => {
    const h = await start();
    await arrive(h, V2);
    await h.people.gitPush("ann", "main", {}, [CONFIG]);
    await h.settle();
    const { headOid } = onlyPull(h);
    await arrive(h, V3);
    expect(h.open().find((pull) => pull.number === 1)?.headOid).toBe(headOid);
  });

  test("cold, costs at most two requests beside the two of a proposal, for each base branch", async () => {
    const h = await start();
    await arrive(h, V2);
    const asked = h.stage.recorder.counted().map(({ what }) => what);
    expect(
      asked.filter((what) => what.includes("git/trees") || what === "repository"),
    ).toHaveLength(2);
  });
});

describe("`_extends`", () => {
  const base = [
    "version: 1",
    "images:",
    "  - name: quay.io/acme/app",
    "environments:",
    "  - name: all",
    "    path: nowhere",
    "mode: observe",
    "",
  ].join("\n");
  const own = [
    "_extends: shared",
    "environments:",
    "  - name: dev",
    "    path: env/overlays/01-dev",
    "    on: push",
    "mode: act",
    "",
  ].join("\n");

  async function withShared(config: string, shared: Record<string, string>) {
    return start(
      { [CONFIG]: config },
      {
        // The operator need not allow the repo that is extended: nothing is written there.
        allowed: (name) => name !== "acme/shared",
        before: async ({ world }) =>
          void (await world.createRepo("acme", "shared", { files: shared })),
      },
    );
  }

  test("lays the config over that of another repo of the owner, key by key at the top", async () => {
    const h = await withShared(own, { [CONFIG]: base });
    expect(await arrive(h, V2)).toMatchObject([{ kind: "proposed", action: "opened" }]);
    expect(onlyPull(h).title).toBe(`dev: app ${V1} → ${V2}`);
  });

  test("follows a push to the other repo", async () => {
    const h = await withShared(own.replace("mode: act\n", ""), { [CONFIG]: base });
    expect(await arrive(h, V2)).toMatchObject([{ reason: "observe-mode" }]);
    const shared = h.stage.world.repo("acme", "shared");
    if (shared === null) throw new Error("no shared repo");
    await h.stage.world.commitOnBranch(shared, "acme", {
      branch: "main",
      expectedHead: (await shared.store.readRef("refs/heads/main")) ?? "",
      message: "act",
      additions: [{ path: CONFIG, content: Buffer.from(base.replace("observe", "act")) }],
      deletions: [],
    });
    await h.settle();
    expect(await arrive(h, V3)).toMatchObject([{ kind: "proposed", action: "opened" }]);
  });

  test.each<[string, string, Record<string, string>, string]>([
    [
      "a repo that is not there",
      own.replace("shared", "acme/gone"),
      { [CONFIG]: base },
      ".github/tagboat.yml:1: `_extends`: the App is not installed on acme/gone.",
    ],
    [
      "a repo without a config",
      own,
      { "README.md": "x" },
      ".github/tagboat.yml:1: `_extends`: acme/shared has no `.github/tagboat.yml` that can be read.",
    ],
    [
      "another owner's repo",
      own.replace("shared", "evil/shared"),
      { [CONFIG]: base },
      ".github/tagboat.yml:1: `_extends` may name a repo of acme only.",
    ],
    [
      "something that is no repo",
      own.replace("shared", "../up"),
      { [CONFIG]: base },
      ".github/tagboat.yml:1: Write `_extends` as `owner/repo`, or `repo`.",
    ],
    [
      "a circle",
      own,
      { [CONFIG]: `_extends: acme/shared\n${base}` },
      ".github/tagboat.yml:1: `_extends` runs in a circle at acme/shared.",
    ],
    [
      "a config that is no YAML",
      own,
      { [CONFIG]: broken },
      ".github/tagboat.yml:1: In the config of acme/shared, line",
    ],
    [
      "a config with a wrong value",
      own,
      { [CONFIG]: base.replace("version: 1", "version: 7") },
      ".github/tagboat.yml:1: With what it extends, `version`: Use 1 here.",
    ],
  ])("refuses %s at its line", async (_name, config, shared, detail) => {
    const h = await withShared(config, shared);
    expect(await arrive(h, V2)).toMatchObject([
      { kind: "refused", reason: "config-invalid", detail: expect.stringContaining(detail) },
    ]);
    expect(h.open()).toEqual([]);
  });
});

describe("`allowed` of the operator", () => {
  test("keeps a repo out that the App is installed on", async () => {
    const h = await start({}, { files: usualFiles, allowed: (name) => name !== "acme/cd" });
    expect(await arrive(h, V2)).toMatchObject([{ kind: "skipped", reason: "not-tracked" }]);
  });
});
