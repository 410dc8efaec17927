import { describe, expect, test } from "@jest/globals";
import { BlobMemory } from "../../src/render/blob-memory.ts";
import { type Closure, gatherClosure } from "../../src/render/closure.ts";
import { realPath } from "../../src/render/tree-path.ts";
import { cdRepo, type FileTree, fileTree, type LinkTo } from "../support/file-tree.ts";

async function gather(
  files: Readonly<Record<string, string | Buffer | LinkTo>>,
  allowed: { remote?: boolean; helm?: boolean; overlays?: readonly string[] } = {},
): Promise<{ closure: Closure; tree: FileTree }> {
  const tree = fileTree(files);
  const memory = new BlobMemory(tree.blobs, 1_000_000);
  const closure = await gatherClosure(
    {
      paths: tree.paths,
      remote: allowed.remote ?? false,
      helm: allowed.helm ?? false,
      read: (oids) => memory.read(cdRepo, oids),
    },
    allowed.overlays ?? ["env/dev"],
  );
  return { closure, tree };
}

const names = ({ files }: Closure) => [...files.keys()].sort();
const usual = {
  "README.md": "# CD\n",
  "env/base/kustomization.yaml": "resources: [app.yaml]\nconfigMapGenerator: [{files: [a.bin]}]\n",
  "env/base/app.yaml": "kind: Deployment\n",
  "env/base/a.bin": Buffer.from([0xff, 0x00]),
  "env/base/unused.yaml": "kind: ConfigMap\n",
  "env/dev/kustomization.yaml": "resources: [../base]\npatches: [{path: patch.yaml}]\n",
  "env/dev/patch.yaml": "kind: Deployment\n",
  "env/prod/kustomization.yaml": "resources: [../base]\n",
};

describe("what an overlay reaches", () => {
  test("is gathered through its bases, level by level, and nothing else", async () => {
    const { closure, tree } = await gather(usual);
    expect(names(closure)).toEqual([
      "env/base/a.bin",
      "env/base/app.yaml",
      "env/base/kustomization.yaml",
      "env/dev/kustomization.yaml",
      "env/dev/patch.yaml",
    ]);
    expect(closure.troubles).toEqual(new Map());
    expect(closure.files.get("env/base/a.bin")).toEqual({
      kind: "file",
      bytes: Buffer.from([0xff, 0x00]),
    });
    // The overlay with its neighbours, the base with its own, and what is no YAML beside it.
    expect(tree.calls).toHaveLength(3);
  });

  test("paths without a file of their own are no reason to stop", async () => {
    const { closure } = await gather({
      "env/dev/kustomization.yaml": "patches: [{path: gone.yaml}]\n",
    });
    expect(closure.troubles).toEqual(new Map());
  });

  test.each<[string, Record<string, string | Buffer | LinkTo>, object]>([
    [
      "a remote base",
      { "env/dev/kustomization.yaml": "resources: ['https://u:hush@example.com/a']\n" },
      {
        kind: "unavailable",
        why: "`env/dev/kustomization.yaml` builds on https://example.com/a, and nothing is fetched unless the operator sets TAGBOAT_RENDER_REMOTE",
      },
    ],
    [
      "a remote base of a base",
      {
        ...usual,
        "env/base/kustomization.yaml": "resources: ['github.com/acme/base?ref=v1']\n",
      },
      { kind: "unavailable" },
    ],
    [
      "a resource that is not there",
      { "env/dev/kustomization.yaml": "resources:\n- a.yaml\n- ../bsae\n", "env/dev/a.yaml": "" },
      {
        kind: "broken",
        error: {
          message: "`../bsae` is not in the repo",
          file: "env/dev/kustomization.yaml",
          line: 3,
        },
      },
    ],
    [
      "a path out of the repo",
      { "env/dev/kustomization.yaml": "resources: [../../../other]\n" },
      { kind: "broken", error: { message: "`../../../other` leads out of the repo", line: 1 } },
    ],
    [
      "a link out of the repo",
      { "env/dev/kustomization.yaml": "resources: [etc]\n", "env/dev/etc": { link: "/etc" } },
      { kind: "broken", error: { message: "`etc` leads out of the repo" } },
    ],
    [
      "helm charts",
      { "env/dev/kustomization.yaml": "helmCharts: [{name: a}]\n" },
      { kind: "unavailable" },
    ],
    [
      "no YAML",
      { "env/dev/kustomization.yaml": "resources: [\n" },
      { kind: "broken", error: { file: "env/dev/kustomization.yaml" } },
    ],
  ])("%s keeps the overlay from being built", async (_what, files, trouble) => {
    const { closure } = await gather(files);
    expect(closure.troubles.get("env/dev")).toMatchObject(trouble);
  });

  test("the trouble of one overlay is not the other's", async () => {
    const files = {
      ...usual,
      "env/prod/kustomization.yaml": "resources: ['https://example.com/a']\n",
    };
    const { closure } = await gather(files, { overlays: ["env/dev", "env/prod"] });
    expect([...closure.troubles.keys()]).toEqual(["env/prod"]);
  });

  test("what the operator allows is left to kustomize", async () => {
    const files = {
      "env/dev/kustomization.yaml":
        "resources: ['https://example.com/a', 'github.com/a/b?ref=c']\nhelmCharts: [{name: a}]\n",
      "env/dev/charts/a/Chart.yaml": "name: a\n",
    };
    const { closure } = await gather(files, { remote: true, helm: true });
    expect(closure.troubles).toEqual(new Map());
    expect(names(closure)).toContain("env/dev/charts/a/Chart.yaml");
  });

  test("links within the repo are followed and kept as links", async () => {
    const { closure } = await gather({
      ...usual,
      "env/dev/kustomization.yaml": "resources: [shared]\n",
      "env/dev/shared": { link: "../base" },
    });
    expect(closure.troubles).toEqual(new Map());
    expect(closure.files.get("env/dev/shared")).toEqual({ kind: "link", target: "../base" });
    expect(names(closure)).toContain("env/base/app.yaml");
  });

  test("bases that build on each other come to an end", async () => {
    const { closure } = await gather({
      "env/dev/kustomization.yaml": "resources: [../base]\n",
      "env/base/kustomization.yaml": "resources: [../dev]\n",
    });
    expect(names(closure)).toHaveLength(2);
  });

  test("an overlay that reaches too much is not built", async () => {
    const many = Array.from({ length: 2_001 }, (_, n) => `f${n}.yaml`);
    const files = Object.fromEntries(many.map((name) => [`env/dev/${name}`, `a: ${name}\n`]));
    const { closure } = await gather({
      ...files,
      "env/dev/kustomization.yaml": `resources: [../more, ${many.join(", ")}]\n`,
      "env/more/kustomization.yaml": "resources: [a]\n",
      "env/more/a/kustomization.yaml": "resources: []\n",
    });
    expect(closure.troubles.get("env/dev")).toMatchObject({ kind: "unavailable" });
  });
});

describe("paths through links", () => {
  const links: Readonly<Record<string, string>> = {
    "d/e/up": "../..",
    loop: "loop",
    far: "/etc",
    a: "d/e",
  };
  const linkAt = (path: string) => links[path] ?? null;

  test.each([
    ["x/../y/./z", "y/z"],
    ["a/f", "d/e/f"],
    ["a/../f", "d/f"],
    ["d/e/up/x", "x"],
    ["d/e/up", ""],
    [".", ""],
    ["..", null],
    ["x/../..", null],
    // Harmless to the eye, but the link leads to the root, and the dots above it.
    ["d/e/up/../x", null],
    ["loop", null],
    ["far/passwd", null],
    ["/etc", null],
  ])("%s leads to %s", (path, expected) => {
    expect(realPath(path, linkAt)).toBe(expected);
  });
});

describe("the memory of blobs", () => {
  test("asks once for each, and forgets the least lately used", async () => {
    const tree = fileTree({ a: "aaaa", b: "bbbb", c: "cccc" });
    const memory = new BlobMemory(tree.blobs, 8);
    const [a = "", b = "", c = ""] = tree.paths.map(({ oid }) => oid);
    await memory.read(cdRepo, [a, b, a]);
    await memory.read(cdRepo, [a]);
    await memory.read(cdRepo, [c]);
    await memory.read(cdRepo, [a, b]);
    expect(tree.calls).toEqual([[a, b], [c], [b]]);
    expect([...(await memory.read(cdRepo, ["0000"]))]).toEqual([]);
  });
});
