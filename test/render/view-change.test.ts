import { describe, expect, test } from "@jest/globals";
import { ForgeUnavailable } from "../../src/model/forge.ts";
import type { Blobs } from "../../src/model/render.ts";
import { ChangeViewer, type ViewedChange } from "../../src/render/view-change.ts";
import { FakeRenderer } from "../support/fake-renderer.ts";
import { cdRepo, fileTree } from "../support/file-tree.ts";

const FILE = "dev/kustomization.yaml";
const text = (tag: string, more = "") =>
  `${more}resources: [app.yaml]\nimages: [{name: app, newTag: "${tag}"}]\n`;

function changeOf(files: Readonly<Record<string, string>>): ViewedChange & { blobs: Blobs } {
  const tree = fileTree(files);
  return {
    repo: cdRepo,
    paths: tree.paths,
    files: tree.fileStates([FILE]),
    edits: [{ path: FILE, text: (files[FILE] ?? "").replace('"1"', '"2"') }],
    changes: [{ kind: "image", file: FILE, entry: "app", newTag: "2" }],
    blobs: tree.blobs,
  };
}

const files = {
  [FILE]: text("1"),
  "dev/app.yaml": "kind: Pod\nspec: {containers: [{image: 'app:0'}]}\n",
};

describe("a view of a change", () => {
  test("builds each overlay before and after", async () => {
    const renderer = new FakeRenderer();
    const change = changeOf(files);
    const view = await new ChangeViewer({ renderer, blobs: change.blobs }).view(change);
    expect(renderer.built).toEqual(["dev", "dev"]);
    expect(view.refusal).toBeNull();
    expect(view.overlays).toMatchObject([
      { before: { kind: "rendered" }, after: { kind: "rendered" } },
    ]);
  });

  test("a component is not built by itself", async () => {
    const renderer = new FakeRenderer();
    const change = changeOf({ ...files, [FILE]: text("1", "kind: Component\n") });
    const view = await new ChangeViewer({ renderer, blobs: change.blobs }).view(change);
    expect(renderer.built).toEqual([]);
    expect(view).toMatchObject({ refusal: null, overlays: [{ after: { kind: "unavailable" } }] });
  });

  test("files that GitHub does not give keep no proposal waiting; a limit does", async () => {
    const failing = (scope: "request" | "installation"): Blobs => ({
      readBlobs: () => Promise.reject(new ForgeUnavailable("no", scope, null)),
    });
    const change = changeOf(files);
    const viewer = (scope: "request" | "installation") =>
      new ChangeViewer({ renderer: new FakeRenderer(), blobs: failing(scope) }).view(change);
    expect(await viewer("request")).toMatchObject({
      refusal: null,
      overlays: [{ after: { kind: "unavailable", why: "GitHub did not give its files" } }],
    });
    await expect(viewer("installation")).rejects.toThrow(ForgeUnavailable);
  });

  test("what was told is remembered", () => {
    const viewer = new ChangeViewer({ renderer: new FakeRenderer(), blobs: changeOf({}).blobs });
    viewer.told("abc");
    expect([viewer.isTold("abc"), viewer.isTold("def")]).toEqual([true, false]);
  });
});
