import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { isKustomizationPath } from "../decide/kustomization.ts";
import type { FileState, TreePath } from "../model/forge.ts";
import { blobOid } from "../propose/blob-oid.ts";

/** The kustomization files of a local checkout of a CD repo. */
export interface Checkout {
  readonly paths: readonly TreePath[];
  readonly files: readonly FileState[];
}

export async function readCheckout(folder: string): Promise<Checkout> {
  const found: { path: TreePath; file: FileState }[] = [];
  for await (const { path, link } of walk(folder, "")) {
    const bytes = link ? Buffer.from(await readlink(join(folder, path))) : null;
    const text = bytes?.toString() ?? (await readFile(join(folder, path), "utf8"));
    const mode = link ? "120000" : "100644";
    const oid = blobOid(text);
    const file: FileState = link
      ? { kind: "unusable", path, oid, mode, why: "not-a-file" }
      : { kind: "text", path, oid, mode, text };
    found.push({ path: { path, mode, oid }, file });
  }
  return { paths: found.map(({ path }) => path), files: found.map(({ file }) => file) };
}

const NOT_WALKED = new Set([".git", "node_modules"]);

/** Kustomization files below a folder, in order of their paths. Links are named, never followed. */
async function* walk(
  root: string,
  below: string,
): AsyncGenerator<{ readonly path: string; readonly link: boolean }> {
  const entries = await readdir(join(root, below), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory() && !NOT_WALKED.has(entry.name)) yield* walk(root, path);
    const file = entry.isFile() || entry.isSymbolicLink();
    if (file && isKustomizationPath(path)) yield { path, link: entry.isSymbolicLink() };
  }
}

/** Local and remote branches by their short names; none where the folder is no git checkout. */
export async function branchesOf(folder: string): Promise<readonly string[]> {
  const format = "--format=%(refname:lstrip=2)";
  const args = ["-C", folder, "for-each-ref", format, "refs/heads", "refs/remotes/origin"];
  try {
    const { stdout } = await promisify(execFile)("git", args);
    const names = stdout.split("\n").map((name) => name.replace(/^origin\//, ""));
    return [...new Set(names.filter((name) => name !== "" && name !== "HEAD"))];
  } catch {
    return [];
  }
}
