import { KUSTOMIZATION_NAMES } from "../decide/kustomization.ts";
import { visible } from "../model/outside-text.ts";
import type { BuildError, BuildTree } from "../model/render.ts";

/** Longer chains of errors repeat themselves: what matters stands at the end. */
const LONGEST = 1_500;

/**
 * What kustomize says about a failed build, in words of the repo.
 * @param stderr what it wrote; klog's prefix (`E1122 … err="…"`) and `error:` are taken off.
 * @param root the folder that the files were written to; it is cut out of every path.
 */
export function buildError(
  stderr: string,
  { root, overlay, files }: { root: string; overlay: string; files: BuildTree },
): BuildError {
  const [told = ""] = stderr.trim().split(/^goroutine \d+ /m);
  const said = unwrapped(told.trim()).replaceAll(`${root}/`, "").replaceAll(root, ".");
  const message = shortened(visible(said, 20_000)) || "kustomize failed and said nothing";
  const file = innermostFile(said, files) ?? kustomizationIn(overlay || ".", files);
  const line = Number(/\byaml: line (\d+)/.exec(said)?.[1] ?? 0);
  return { message, ...(file === null ? {} : { file }), ...(file && line > 0 ? { line } : {}) };
}

function unwrapped(text: string): string {
  const klog = /err=("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
  if (klog !== undefined) {
    try {
      return String(JSON.parse(klog));
    } catch {
      return klog;
    }
  }
  return text.replace(/^Error:\s*/i, "");
}

function shortened(message: string): string {
  return message.length <= LONGEST ? message : `…${message.slice(-LONGEST)}`;
}

/** The last file or folder of the tree that is named: kustomize tells its way from the outside to the fault. */
function innermostFile(said: string, tree: BuildTree): string | null {
  let folder = "";
  let file: string | null = null;
  for (const [, word = ""] of said.matchAll(/([^\s'"`:()]+)/g)) {
    const path = word.replace(/[.,;]+$/, "");
    const below = folder === "" ? path : `${folder}/${path}`;
    const found = [path, below].find((one) => tree.has(one)) ?? kustomizationIn(path, tree);
    if (found === null || found === undefined) continue;
    file = found;
    if (!tree.has(path) && !tree.has(below)) folder = path;
  }
  return file;
}

function kustomizationIn(folder: string, tree: BuildTree): string | null {
  const prefix = folder === "." ? "" : `${folder}/`;
  const paths = KUSTOMIZATION_NAMES.map((name) => `${prefix}${name}`);
  return paths.find((path) => tree.has(path)) ?? null;
}
