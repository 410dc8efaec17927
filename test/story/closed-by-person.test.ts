import { describe, expect, test } from "@jest/globals";
import { arrive, onlyPull, ourBranches, stories, V1, V2, V3 } from "../support/story.ts";

const { start } = stories();

describe("closed unmerged by a person", () => {
  test("bars exactly that version, and the next one is proposed", async () => {
    const h = await start();
    await arrive(h, V2);
    await h.people.close("ben", onlyPull(h));
    await h.settle();
    expect(await ourBranches(h)).toEqual([]);
    expect(await arrive(h, V2)).toMatchObject([{ kind: "skipped", reason: "closed-by-person" }]);
    expect(h.open()).toEqual([]);
    expect(await arrive(h, V3)).toMatchObject([{ kind: "proposed", action: "opened", number: 2 }]);
  });

  test("until it is reopened: then it lives on", async () => {
    const h = await start();
    await arrive(h, V2);
    const first = onlyPull(h);
    await h.people.close("ben", first);
    await h.settle();
    // "Restore branch" and "Reopen pull request" of GitHub's page.
    await h.stage.world.updateRefs(h.repo, "ben", [
      { name: `refs/heads/${first.headBranch}`, before: null, after: first.headOid },
    ]);
    await h.people.reopen("ben", first);
    await h.settle();
    expect(onlyPull(h).number).toBe(1);
    expect(await arrive(h, V2)).toMatchObject([{ kind: "skipped", reason: "up-to-date" }]);
    expect(await arrive(h, V3)).toMatchObject([{ kind: "proposed", action: "updated", number: 1 }]);
    expect(onlyPull(h).title).toBe(`dev: app ${V1} → ${V3}`);
  });

  test("a version that was carried earlier in the same pull request is not barred with the last one", async () => {
    const h = await start();
    await arrive(h, V2);
    await arrive(h, V3);
    await h.people.close("ben", onlyPull(h));
    await h.settle();
    expect(await arrive(h, V3)).toMatchObject([{ kind: "skipped", reason: "closed-by-person" }]);
    expect(await arrive(h, V2)).toMatchObject([{ kind: "proposed", action: "opened", number: 2 }]);
  });
});
