import { describe, expect, test } from "@jest/globals";
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

/** An overlay with enough lines between its parts that git merges changes of the one beside the other. */
function long(tag: string, first = "# one"): string {
  return `${first}\n# two\n# three\n# four\n# five\n${overlay(tag)}`;
}

describe("when the base moves under a proposal", () => {
  test("and has it already, the pull request is closed, that is said, and the branch deleted", async () => {
    const h = await start();
    await arrive(h, V2);
    const pull = onlyPull(h);
    await h.people.gitPush("ann", "main", { [DEV]: overlay(V2) });
    await h.settle();
    expect(pull.state).toBe("closed");
    expect(h.stage.world.comments(pull).map((c) => c.body)).toEqual([
      "Closed: `main` already has what this proposes, or something newer.",
    ]);
    expect(await ourBranches(h)).toEqual([]);
    // Closed by us, so nothing is barred: taken back on the base, it is proposed again.
    await h.people.gitPush("ann", "main", { [DEV]: overlay(V1) });
    await h.settle();
    expect(await arrive(h, V2)).toMatchObject([{ kind: "proposed", action: "opened", number: 2 }]);
  });

  test("and has something newer, the pull request is closed", async () => {
    const h = await start();
    await arrive(h, V2);
    h.registry.put("quay.io/acme/app", V3, { created: "2026-11-22T07:00:00Z" });
    await h.people.gitPush("ann", "main", { [DEV]: overlay(V3) });
    await h.settle();
    expect(h.open()).toEqual([]);
  });

  test("and holds another older version in our entry, it is rebuilt once on the new base", async () => {
    const h = await start();
    await arrive(h, V3);
    h.registry.put("quay.io/acme/app", V2, { created: "2026-11-21T10:00:00Z" });
    await h.people.gitPush("ann", "main", { [DEV]: overlay(V2) });
    await h.settle();
    const pull = onlyPull(h);
    expect(pull.title).toBe(`dev: app ${V2} → ${V3}`);
    expect(await commitsOf(h, pull)).toHaveLength(1);
    h.stage.recorder.clear();
    await h.people.gitPush("ann", "main", { "README.md": "# CD\n" });
    await h.settle();
    expect(h.stage.recorder.counted().filter((r) => r.write)).toEqual([]);
  });

  test("in conflict with it, it is rebuilt once", async () => {
    const h = await start();
    await arrive(h, V2);
    const renamed = overlay(V1).replace("# tracked", "# tracked by Tagboat");
    await h.people.gitPush("ann", "main", { [DEV]: renamed });
    await h.settle();
    const pull = onlyPull(h);
    expect(await h.read(pull.headBranch, DEV)).toBe(renamed.replace(V1, V2));
    expect((await h.stage.world.mergeability(h.repo, pull)).mergeable).toBe("MERGEABLE");
    const { headOid } = pull;
    await h.people.gitPush("ann", "main", { "README.md": "# CD\n" });
    await h.settle();
    expect(onlyPull(h).headOid).toBe(headOid);
  });

  test("in other lines of the file, it is untouched and its approval stays", async () => {
    const h = await start({ [DEV]: long(V1) });
    await arrive(h, V2);
    const pull = onlyPull(h);
    await h.people.approve("ann", pull);
    await h.settle();
    const { headOid } = pull;
    h.stage.recorder.clear();
    await h.people.gitPush("ben", "main", { [DEV]: long(V1, "# another first line") });
    await h.settle();
    expect(onlyPull(h).headOid).toBe(headOid);
    expect(h.stage.recorder.counted().filter((r) => r.write)).toEqual([]);
    await h.people.merge("ann", pull);
    await h.settle();
    expect(await h.read("main", DEV)).toBe(long(V2, "# another first line"));
  });

  test("and loses the entry, the pull request is closed", async () => {
    const h = await start();
    await arrive(h, V2);
    await h.people.gitPush("ann", "main", { [DEV]: "resources:\n- ../../base\n" });
    await h.settle();
    expect(h.open()).toEqual([]);
    const [pull] = h.stage.world.pulls(h.repo);
    expect(pull && h.stage.world.comments(pull).map((c) => c.body)).toEqual([
      "Closed: `main` has no place any more for what this proposes.",
    ]);
    expect(await arrive(h, V4)).toMatchObject([{ kind: "skipped", reason: "entry-missing" }]);
  });

  test("and its file cannot be read for a while, the pull request stays as it is", async () => {
    const h = await start();
    await arrive(h, V2);
    const { headOid } = onlyPull(h);
    await h.people.gitPush("ann", "main", { [DEV]: `${overlay(V1)}  broken: [\n` });
    await h.settle();
    expect(onlyPull(h).headOid).toBe(headOid);
    expect(await arrive(h, V3)).toMatchObject([{ kind: "refused", reason: "file-unparsable" }]);
    await h.people.gitPush("ann", "main", { [DEV]: overlay(V1) });
    await h.settle();
    expect(await arrive(h, V3)).toMatchObject([{ kind: "proposed", action: "updated", number: 1 }]);
  });

  test("and loses the whole overlay, nothing of Tagboat stays open", async () => {
    const h = await start();
    await arrive(h, V2);
    await h.people.gitPush("ann", "main", {}, [DEV]);
    await h.settle();
    expect(h.open()).toEqual([]);
    expect(await ourBranches(h)).toEqual([]);
  });
});

describe("when the config moves an environment under a proposal", () => {
  test("to another folder, the proposal follows and stays ours", async () => {
    const next = "env/overlays/dev/kustomization.yaml";
    const h = await start({ [next]: overlay(V1) });
    await arrive(h, V2);
    const config = configText().replace("env/overlays/01-dev", "env/overlays/dev");
    await h.people.gitPush("ann", "main", { [CONFIG]: config });
    await h.settle();
    const pull = onlyPull(h);
    expect(pull.number).toBe(1);
    expect(await h.read(pull.headBranch, next)).toBe(overlay(V2));
    expect(await h.read(pull.headBranch, DEV)).toBe(overlay(V1));
    expect(await arrive(h, V3)).toMatchObject([{ kind: "proposed", action: "updated", number: 1 }]);
  });

  test("out of the config, its pull request stays as it is", async () => {
    const h = await start();
    await arrive(h, V2);
    const { headOid } = onlyPull(h);
    await h.people.gitPush("ann", "main", {
      [CONFIG]: configText().replace("name: dev", "name: qa"),
    });
    await h.settle();
    expect(onlyPull(h).headOid).toBe(headOid);
  });
});

describe("branches of ended proposals", () => {
  test("stay if somebody went on there", async () => {
    const h = await start();
    await arrive(h, V2);
    const pull = onlyPull(h);
    await h.people.merge("ann", pull);
    const oid = await h.people.gitPush("ben", pull.headBranch, { "notes.md": "more\n" });
    await h.settle();
    expect(await h.people.tip(pull.headBranch)).toBe(oid);
  });
});
