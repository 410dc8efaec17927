import { describe, expect, test } from "@jest/globals";
import { stringify } from "yaml";
import { FakeRenderer } from "../support/fake-renderer.ts";
import type { Harbour } from "../support/harbour.ts";
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
} from "../support/story.ts";

const { start } = stories();
const BASE = "env/base/deployment.yaml";

function deployment(image: string): string {
  const spec = { template: { spec: { containers: [{ name: "app", image }] } } };
  return stringify({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "app" }, spec });
}

const files = {
  ...usualFiles,
  [BASE]: deployment(`${IMAGE}:0`),
};

async function startWith(
  over: Readonly<Record<string, string>> = {},
): Promise<{ h: Harbour; renderer: FakeRenderer }> {
  const renderer = new FakeRenderer();
  const h = await start({ ...files, ...over }, { renderer, keepLog: true });
  await h.tagboat.indexes.ofOwner("acme");
  h.stage.recorder.clear();
  return { h, renderer };
}

/** The checks of ours on the proposal's head. */
function checksOf(h: Harbour) {
  return h.stage.world.checks(h.repo, onlyPull(h).headOid);
}

function requestsOf(h: Harbour): readonly string[] {
  return h.stage.recorder.counted().map(({ what }) => what);
}

const QUERY = "viewer+repository";
const OPEN = "createRef+createCommitOnBranch+createPullRequest";
const CHECK = "POST /repos/{owner}/{repo}/check-runs";

describe("with a kustomize", () => {
  test("a proposal gets a check that shows what is built before and after", async () => {
    const { h } = await startWith();
    expect(await arrive(h, V2)).toMatchObject([{ kind: "proposed", action: "opened" }]);
    const [check, ...others] = checksOf(h);
    expect(others).toEqual([]);
    expect(check).toMatchObject({
      name: "tagboat/render",
      status: "completed",
      conclusion: "success",
    });
    expect(check).toMatchObject({
      title: "1 image changes in 1 overlay",
      summary: [
        "What `kustomize build` gives before and after this change.",
        "",
        "| overlay | before | after | what changes |",
        "| --- | --- | --- | --- |",
        `| \`env/overlays/01-dev\` | 1 object | 1 object | \`Deployment/app\`: \`${IMAGE}:${V1}\` → \`${IMAGE}:${V2}\` |`,
        "",
        "<details><summary>diff of env/overlays/01-dev</summary>",
        "",
        "```diff",
        "--- env/overlays/01-dev before",
        "+++ env/overlays/01-dev after",
        "@@ -7,4 +7,4 @@",
        "     spec:",
        "       containers:",
        "         - name: app",
        `-          image: ${IMAGE}:${V1}`,
        `+          image: ${IMAGE}:${V2}`,
        "```",
        "",
        "</details>",
      ].join("\n"),
    });
  });

  test("costs one request for what the overlay reaches, one for the check, and later the check alone", async () => {
    const { h } = await startWith();
    await arrive(h, V2);
    const first = requestsOf(h);
    expect(first.slice(0, 4)).toEqual([QUERY, "repository", OPEN, CHECK]);
    h.stage.recorder.clear();
    await arrive(h, V3);
    const later = requestsOf(h);
    expect(later).not.toContain("repository");
    expect(later.filter((what) => what === CHECK)).toHaveLength(1);
    expect(checksOf(h)).toHaveLength(1);
  });

  test.each([
    ["a pull request", []],
    ["a commit", ["delivery: commit"]],
  ])("a change that changes nothing is refused before %s is made", async (_what, more) => {
    const { h } = await startWith({
      [CONFIG]: configText(more),
      [BASE]: deployment("quay.io/acme/other:0"),
    });
    const before = await h.people.tip("main");
    expect(await arrive(h, V2)).toEqual([
      {
        kind: "refused",
        place: expect.anything(),
        reason: "no-effect",
        detail: `The build of this overlay does not contain ${IMAGE}:${V2}: the entry \`${IMAGE}\` matches no image of its resources (a base or a patch has given it another name: write that one). (${DEV}:5)`,
      },
    ]);
    expect(h.open()).toEqual([]);
    expect(await h.people.tip("main")).toBe(before);
  });

  test("a build that is broken without the change is said, not blamed on it", async () => {
    const { h } = await startWith({
      [BASE]: "broken",
    });
    expect(await arrive(h, V2)).toMatchObject([{ kind: "proposed" }]);
    const [check] = checksOf(h);
    expect(check?.conclusion).toBe("neutral");
    expect(check?.summary).toContain("the build is broken without this change too");
    expect(check?.summary).toMatch(
      /`env\/overlays\/01-dev\/kustomization.yaml:2`: cannot be built/,
    );
  });

  test("what is fetched from elsewhere is not built, and the check says why", async () => {
    const remote = "https://github.com/acme/app//deploy?ref=v1";
    const { h, renderer } = await startWith({ [DEV]: overlay(V1).replace("../../base", remote) });
    expect(await arrive(h, V2)).toMatchObject([{ kind: "proposed" }]);
    expect(renderer.built).toEqual([]);
    const [check] = checksOf(h);
    expect(check).toMatchObject({ conclusion: "neutral" });
    expect(check?.summary).toContain("nothing is fetched unless the operator sets");
  });

  test("a check that GitHub does not take keeps nobody from proposing, and comes with the next look", async () => {
    const { h } = await startWith();
    h.stage.faults.arm({ fault: { kind: "bad-gateway-before" }, at: CHECK });
    expect(await arrive(h, V2)).toMatchObject([{ kind: "proposed", action: "opened" }]);
    expect(checksOf(h)).toEqual([]);
    expect(h.lines.join("")).toContain("the rendered diff could not be reported");
    await arrive(h, V2);
    expect(checksOf(h)).toMatchObject([{ conclusion: "success" }]);
  });

  test("in observe mode the plan alone is told", async () => {
    const { h, renderer } = await startWith({ [CONFIG]: `${configText()}mode: observe\n` });
    expect(await arrive(h, V2)).toMatchObject([{ reason: "observe-mode" }]);
    expect(renderer.built).toHaveLength(2);
    expect(requestsOf(h).filter((what) => what === CHECK)).toHaveLength(1);
  });

  test("in observe mode a change that would change nothing is refused as it would be", async () => {
    const config = { [CONFIG]: `${configText()}mode: observe\n` };
    const { h } = await startWith({ ...config, [BASE]: deployment("redis:7") });
    expect(await arrive(h, V2)).toMatchObject([{ kind: "refused", reason: "no-effect" }]);
    expect(requestsOf(h)).not.toContain(CHECK);
  });

  test("a proposal that stands is not refused when its base is changed, and keeps its check", async () => {
    const { h } = await startWith();
    await arrive(h, V2);
    await h.commit("ann", "main", { [BASE]: deployment("redis:7") });
    expect(await arrive(h, V2)).toMatchObject([{ kind: "skipped" }]);
    expect(checksOf(h)).toMatchObject([{ conclusion: "success" }]);
    expect(await arrive(h, V3)).toMatchObject([{ kind: "refused", reason: "no-effect" }]);
    expect(onlyPull(h).title).toContain(V2);
  });

  test("a base that moved without its kustomization files is read again", async () => {
    const { h } = await startWith();
    await h.commit("ann", "main", {
      [BASE]: deployment("redis:7"),
    });
    expect(await arrive(h, V2)).toMatchObject([{ reason: "no-effect" }]);
  });
});

describe("without one", () => {
  test("a proposal takes two requests and has no check", async () => {
    const h = await start(files);
    await h.tagboat.indexes.ofOwner("acme");
    h.stage.recorder.clear();
    await arrive(h, V2);
    expect(requestsOf(h).slice(0, 2)).toEqual([QUERY, OPEN]);
    expect(requestsOf(h)).not.toContain(CHECK);
    expect(checksOf(h)).toEqual([]);
  });
});
