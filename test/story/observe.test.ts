import { describe, expect, test } from "@jest/globals";
import { arrive, CONFIG, configText, ourBranches, stories, V1, V2, V3 } from "../support/story.ts";

const { start } = stories();

describe("`mode: observe`", () => {
  test("tells on the base commit what it would do, and writes nothing else", async () => {
    const h = await start({ [CONFIG]: `${configText()}mode: observe\n` });
    const main = (await h.people.tip("main")) ?? "";
    expect(await arrive(h, V2)).toMatchObject([{ kind: "skipped", reason: "observe-mode" }]);
    await arrive(h, V3);
    expect([h.open(), await ourBranches(h), await h.people.tip("main")]).toEqual([[], [], main]);
    const checks = h.stage.world.checks(h.repo, main);
    expect(checks.map(({ name, conclusion, title }) => ({ name, conclusion, title }))).toEqual([
      {
        name: "tagboat/observe: dev",
        conclusion: "neutral",
        title: `Would propose dev: app ${V1} → ${V3}`,
      },
    ]);
    expect(
      checks[0]?.summary,
    ).toBe(`\`mode: observe\` is set, so nothing was written. With \`mode: act\` this would change:

| file | image | from | to |
|---|---|---|---|
| \`env/overlays/01-dev/kustomization.yaml\` | \`quay.io/acme/app\` | \`${V1}\` | \`${V3}\` |`);
  });

  test("leaves an open proposal as it is when it is turned on", async () => {
    const h = await start();
    await arrive(h, V2);
    await h.people.gitPush("ann", "main", { [CONFIG]: `${configText()}mode: observe\n` });
    await h.settle();
    expect(await arrive(h, V3)).toMatchObject([{ kind: "skipped", reason: "observe-mode" }]);
    expect(h.open().map((pull) => pull.title)).toEqual([`dev: app ${V1} → ${V2}`]);
  });
});
