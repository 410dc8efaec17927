import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, readlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { isKustomizationPath } from "../decide/kustomization.ts";
import { type OnboardingInput, proposeConfig } from "../decide/onboarding.ts";
import { CONFIG_PATH } from "../model/config.ts";
import type { FileState, TreePath } from "../model/forge.ts";
import { blobOid } from "../propose/blob-oid.ts";
import { type Command, EXIT_USAGE, type Terminal } from "./command.ts";

const HELP = `Usage: tagboat init [FOLDER] [--write]

Proposes a first ${CONFIG_PATH} from the folders of a checkout of a CD repo: the same as the
onboarding pull request offers. Prints it; what a person should look at goes to standard error.

  FOLDER     the checkout; default: the folder you are in
  --write    write it to ${CONFIG_PATH} of the checkout; one that is there is kept
`;

/** `tagboat init`: proposes a config for a local checkout. */
export const init: Command = {
  summary: `propose a ${CONFIG_PATH} for a checkout of a CD repo`,
  help: HELP,
  run: runInit,
};

async function runInit(args: readonly string[], terminal: Terminal): Promise<number> {
  const wanted = readWanted(args);
  if (typeof wanted === "string") {
    terminal.err(`tagboat init: ${wanted}\n\n${HELP}`);
    return EXIT_USAGE;
  }
  const offer = proposeConfig(await readCheckout(wanted.folder));
  if (offer === null) {
    terminal.err("tagboat init: no folder with a kustomization file and images: was found\n");
    return 1;
  }
  for (const note of offer.body.notes) terminal.err(`- ${note}\n`);
  if (!wanted.write) {
    terminal.out(offer.text);
    return 0;
  }
  return (await writeNew(join(wanted.folder, CONFIG_PATH), offer.text, terminal)) ? 0 : 1;
}

function readWanted(args: readonly string[]): { folder: string; write: boolean } | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { write: { type: "boolean", default: false } },
    });
    if (positionals.length > 1) return `too many arguments: ${positionals.slice(1).join(" ")}`;
    return { folder: positionals[0] ?? ".", write: values.write };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function readCheckout(folder: string): Promise<OnboardingInput> {
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
  return {
    paths: found.map(({ path }) => path),
    files: found.map(({ file }) => file),
    branches: await branchesOf(folder),
  };
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
async function branchesOf(folder: string): Promise<readonly string[]> {
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

async function writeNew(path: string, text: string, terminal: Terminal): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(path, text, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    terminal.err(`tagboat init: ${path} is there already; nothing was written\n`);
    return false;
  }
  terminal.err(`wrote ${path}\n`);
  return true;
}
