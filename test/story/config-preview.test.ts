import { describe, expect, test } from "@jest/globals";
import type { Harbour } from "../support/harbour.ts";
import { arrive, CONFIG, configText, DEV, overlay, stories, V1, V2 } from "../support/story.ts";

const { start } = stories();
const PROD = "env/prod/kustomization.yaml";

/** ben's pull request that changes the config; what the check says of it. */
async function previewOf(h: Harbour, config: string) {
  await h.people.branch("ben", "config");
  await h.people.gitPush("ben", "config", { [CONFIG]: config });
  const pull = await h.people.openPull("ben", "config");
  await h.settle();
  const checks = h.stage.world.checks(h.repo, pull.headOid);
  expect(checks.map(({ name }) => name)).toEqual(["tagboat/config"]);
  return { pull, check: checks[0] };
}

describe("a pull request that changes the config", () => {
  test("is told what it would do", async () => {
    const h = await start({ [PROD]: overlay(V1) });
    const config = `${configText()}  - name: prod\n    path: env/prod\n    after: dev\n`;
    const { check } = await previewOf(h, config);
    expect([check?.conclusion, check?.title]).toEqual(["success", "2 files in 2 environments"]);
    expect(check?.summary).toBe(`### Images
| image | environment | component | file | now | follows |
| --- | --- | --- | --- | --- | --- |
| \`quay.io/acme/app\` | dev |  | \`env/overlays/01-dev/kustomization.yaml\` | \`6322-rbbs9\` | push |
| \`quay.io/acme/app\` | prod |  | \`env/prod/kustomization.yaml\` | \`6322-rbbs9\` | promotion |

### Environments
| environment | path | branch | after | follows | overlays |
| --- | --- | --- | --- | --- | --- |
| dev | \`env/overlays/01-dev\` | default |  | push | 1 |
| prod | \`env/prod\` | default | dev | promotion | 1 |`);
  });

  test("is told its errors by line, and the config in force stays in force", async () => {
    const h = await start();
    const { check } = await previewOf(h, configText().replace("on: push", "on: pull"));
    expect([check?.conclusion, check?.title]).toEqual(["failure", "1 error in the config"]);
    expect(check?.summary).toBe(
      "The config in force stays in force.\n\n### To mend\n- error, line 7: Use push, merge or promotion here.",
    );
    expect(check?.annotations).toMatchObject([
      { path: CONFIG, start_line: 7, annotation_level: "failure" },
    ]);
    expect(await arrive(h, V2)).toMatchObject([{ kind: "proposed", action: "opened" }]);
  });

  test("is told of environments that overlap", async () => {
    const h = await start();
    const config = `${configText()}  - name: qa\n    path: env/overlays/*\n    after: dev\n`;
    const { check } = await previewOf(h, config);
    expect([check?.conclusion, check?.title]).toEqual(["failure", "Environments overlap"]);
  });

  test("is told of a branch that it names for the first time", async () => {
    const h = await start(
      {},
      {
        before: async ({ world }, repo) => {
          const main = (await repo.store.readRef("refs/heads/main")) ?? "";
          const name = "refs/heads/production";
          await world.updateRefs(repo, "acme", [{ name, before: null, after: main }]);
          await world.commitOnBranch(repo, "acme", {
            branch: "production",
            expectedHead: main,
            message: "production",
            additions: [{ path: PROD, content: Buffer.from(overlay(V2)) }],
            deletions: [],
          });
        },
      },
    );
    const more = "  - name: prod\n    path: env/prod\n    branch: production\n    after: dev\n";
    const gone = "  - name: qa\n    path: env/qa\n    branch: gone\n    after: dev\n";
    const { check } = await previewOf(h, `${configText()}${more}${gone}`);
    expect(check?.summary).toContain(
      `| \`quay.io/acme/app\` | prod |  | \`${PROD}\` | \`${V2}\` | promotion |`,
    );
    expect(check?.summary).toContain("The branch gone of qa does not exist.");
  });

  test("is told again after each push, in one check on each commit", async () => {
    const h = await start();
    const { pull } = await previewOf(h, "version: 1\n");
    await h.people.gitPush("ben", "config", { [CONFIG]: `${configText()}# more\n` });
    await h.settle();
    const checks = h.stage.world.checks(h.repo, pull.headOid);
    expect(checks.map(({ conclusion }) => conclusion)).toEqual(["success"]);
  });

  test("from a fork is told as well, and takes no effect", async () => {
    const h = await start();
    const fork = await h.stage.world.fork(h.repo, "dave");
    await h.stage.world.commitOnBranch(fork, "dave", {
      branch: "main",
      expectedHead: (await fork.store.readRef("refs/heads/main")) ?? "",
      message: "mine",
      additions: [{ path: CONFIG, content: Buffer.from(configText(["delivery: commit"])) }],
      deletions: [],
    });
    const pull = await h.people.openPull("dave", "main", "main", fork);
    await h.settle();
    const checks = h.stage.world.checks(h.repo, pull.headOid);
    expect(checks.map(({ name, conclusion }) => [name, conclusion])).toEqual([
      ["tagboat/config", "success"],
    ]);
    expect(await arrive(h, V2)).toMatchObject([{ kind: "proposed", action: "opened" }]);
  });

  test("that deletes it is told what that means", async () => {
    const h = await start();
    await h.people.branch("ben", "config");
    await h.people.gitPush("ben", "config", {}, [CONFIG]);
    const pull = await h.people.openPull("ben", "config");
    await h.settle();
    const [check] = h.stage.world.checks(h.repo, pull.headOid);
    expect([check?.conclusion, check?.title]).toEqual(["neutral", "The config is deleted"]);
  });
});

describe("a pull request that leaves the config alone", () => {
  test("gets no check", async () => {
    const h = await start();
    await h.people.branch("ben", "other");
    await h.people.gitPush("ben", "other", { [DEV]: overlay(V2) });
    const pull = await h.people.openPull("ben", "other");
    await h.settle();
    expect(h.stage.world.checks(h.repo, pull.headOid)).toEqual([]);
  });
});
