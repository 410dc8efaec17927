import { chmod, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { TreeNode } from "../../src/model/render.ts";
import { findKustomize } from "../../src/render/find-kustomize.ts";
import { createKustomizeRenderer, sweepBuildFolders } from "../../src/render/kustomize-renderer.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tagboat-test-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** A program in place of kustomize: a shell script. */
async function program(script: string, name = "kustomize"): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

async function rendererOf(script: string, at = folder) {
  const argv = [await program(script), "build"];
  return createKustomizeRenderer({
    kustomize: { argv, version: "v5" },
    remote: false,
    helm: false,
    searchPath: "/usr/bin:/bin",
    folder: at,
    limits: { time: 5_000, output: 1_000 },
  });
}

const file = (text: string): TreeNode => ({ kind: "file", bytes: Buffer.from(text) });
const files = new Map([["dev/kustomization.yaml", file("resources: []\n")]]);
const job = { files, overlays: ["dev"] };

describe("a build", () => {
  test("gets the folder, its files and nothing of our environment; the folder is gone afterwards", async () => {
    const renderer = await rendererOf(
      '/bin/cat "$2/kustomization.yaml"; /usr/bin/stat -c %a "$TMPDIR"; /usr/bin/env | /usr/bin/cut -d= -f1 | /usr/bin/sort | /usr/bin/tr "\\n" " "',
    );
    const names =
      "ALL_PROXY GIT_TERMINAL_PROMPT GOMEMLIMIT HOME HTTPS_PROXY HTTP_PROXY KUBECONFIG PATH PWD TMPDIR XDG_CONFIG_HOME";
    expect((await renderer.render(job)).get("dev")).toEqual({
      kind: "rendered",
      text: `resources: []\n700\n${names} `,
    });
    expect(await readdir(folder)).toEqual(["kustomize"]);
  });

  test("that writes without end is stopped with all its children", async () => {
    const renderer = await rendererOf("(while :; do echo more; done) & wait");
    expect((await renderer.render(job)).get("dev")).toEqual({
      kind: "unavailable",
      why: "the build wrote more than 0.001 MB",
    });
  });

  test("of one overlay says nothing of the other's", async () => {
    const renderer = await rendererOf('case "$2" in */prod) echo no >&2; exit 1;; esac; echo yes');
    const built = await renderer.render({ files, overlays: ["dev", "prod"] });
    expect([...built]).toEqual([
      ["dev", { kind: "rendered", text: "yes\n" }],
      ["prod", { kind: "broken", error: { message: "no" } }],
    ]);
  });

  test.each<[string, [string, TreeNode], string]>([
    ["a link out of the repo", ["dev/a", { kind: "link", target: "../../etc" }], "broken"],
    ["a link to an absolute path", ["a", { kind: "link", target: "/etc/passwd" }], "broken"],
    ["a path with dots", ["dev/../../a", file("")], "broken"],
    ["an absolute path", ["/etc/a", file("")], "broken"],
    ["a file below a file", ["dev/kustomization.yaml/a", file("")], "unavailable"],
    ["a name that no disk takes", [`dev/${"x".repeat(300)}`, file("")], "unavailable"],
  ])("is not run with %s", async (_what, node, kind) => {
    const renderer = await rendererOf("echo ran");
    const built = await renderer.render({ files: new Map([...files, node]), overlays: ["dev"] });
    expect(built.get("dev")?.kind).toBe(kind);
    expect(await readdir(folder)).toEqual(["kustomize"]);
  });

  test("is not run where there is no folder to build in", async () => {
    const renderer = await rendererOf("echo ran", join(folder, "absent"));
    expect((await renderer.render(job)).get("dev")).toMatchObject({ kind: "unavailable" });
  });
});

test("folders of processes that were killed are swept, others stay", async () => {
  for (const name of ["tagboat-render-old", "tagboat-render-new", "other"])
    await mkdir(join(folder, name));
  const now = new Date();
  const old = new Date(now.getTime() - 2 * 3_600_000);
  for (const name of ["tagboat-render-old", "other"]) await utimes(join(folder, name), old, old);
  await sweepBuildFolders(now, folder);
  expect((await readdir(folder)).sort()).toEqual(["other", "tagboat-render-new"]);
});

describe("which program builds", () => {
  const kustomize = 'test "$1" = version && echo v5.7.1';
  const kubectl = 'test "$1" = version && echo "Kustomize Version: v5.5.0"';

  test("kustomize is preferred, kubectl will do", async () => {
    await program(kubectl, "kubectl");
    expect(await findKustomize(null, folder)).toEqual({
      kind: "found",
      kustomize: { argv: [join(folder, "kubectl"), "kustomize"], version: "v5.5.0" },
    });
    await program(kustomize);
    expect(await findKustomize(null, `/nowhere:${folder}`)).toEqual({
      kind: "found",
      kustomize: { argv: [join(folder, "kustomize"), "build"], version: "v5.7.1" },
    });
  });

  test("a program that does not tell its version is none", async () => {
    const path = await program("exit 1");
    expect(await findKustomize(path, "")).toMatchObject({ kind: "none", asked: true });
    expect(await findKustomize(null, folder)).toMatchObject({ kind: "none", asked: false });
  });

  test("off is off", async () => {
    await program(kustomize);
    expect(await findKustomize("off", folder)).toMatchObject({ kind: "none", asked: false });
  });
});
