import { CONFIG_PATH, type Config, type ConfigProblem, type Environment } from "../model/config.ts";
import type { FileState, TreePath } from "../model/forge.ts";
import type { Refusal } from "../model/outcome.ts";
import { type FolderPlace, placesAt } from "./environment-paths.ts";
import { type Entry, folderOf, isKustomizationPath, readEntries } from "./kustomization.ts";
import type { RemoteRef } from "./remote-ref.ts";

/** One branch of a CD repo: all its paths, and the texts that {@link wantedPaths} chose. */
export interface BranchFiles {
  readonly branch: string;
  readonly isDefault: boolean;
  readonly paths: readonly TreePath[];
  readonly files: readonly FileState[];
}

/** A folder with a kustomization file. */
export interface Overlay {
  /** Name of the environment; `null` as long as the repo has no config. */
  readonly environment: string | null;
  readonly component: string | null;
  /** Branch that it stands on. */
  readonly base: string;
  readonly folder: string;
  /** The kustomization file; the first by name where there are several. */
  readonly file: string;
  readonly entries: readonly Entry[];
  readonly refs: readonly RemoteRef[];
  /** Why nothing can be written here. */
  readonly trouble: Refusal | null;
}

/** What is deployed where, by the files of a CD repo. */
export interface RepoIndex {
  readonly overlays: readonly Overlay[];
  /** Faults that show only when config and files are seen together. Line and column point at the start of the config. */
  readonly problems: readonly ConfigProblem[];
  readonly defaultBranch: string | null;
}

/** Whether the text of a path is needed for the index. Without a config every kustomization file is. */
export function wantedPaths(config: Config | null, path: string): boolean {
  if (path === CONFIG_PATH) return true;
  if (!isKustomizationPath(path)) return false;
  return config === null || placesAt(config, folderOf(path)).length > 0;
}

/**
 * Makes the index of a CD repo from the branches that its config names (of all given branches when there is no config).
 */
export function indexRepo(config: Config | null, branches: readonly BranchFiles[]): RepoIndex {
  const overlays = branches.flatMap((branch) => overlaysOf(config, branch));
  const defaultBranch = branches.find(({ isDefault }) => isDefault)?.branch ?? null;
  const overlaps = overlays.flatMap(({ trouble }) =>
    trouble?.reason === "config-invalid" ? [problem(trouble.message)] : [],
  );
  return { overlays, problems: overlaps, defaultBranch };
}

function overlaysOf(config: Config | null, branch: BranchFiles): Overlay[] {
  const overlays: Overlay[] = [];
  for (const [folder, paths] of kustomizationFolders(branch.paths)) {
    const places = config === null ? [] : placesOn(config, folder, branch);
    if (config !== null && places.length === 0) continue;
    overlays.push(readOverlay(branch, folder, paths, places));
  }
  return overlays;
}

function problem(message: string): ConfigProblem {
  return { severity: "error", message, line: 1, column: 1 };
}

/** The branch an environment lives on. */
function livesOn(environment: Environment, branch: BranchFiles): boolean {
  return environment.branch === null ? branch.isDefault : environment.branch === branch.branch;
}

function placesOn(config: Config, folder: string, branch: BranchFiles): readonly FolderPlace[] {
  return placesAt(config, folder).filter(({ environment }) => livesOn(environment, branch));
}

function kustomizationFolders(paths: readonly TreePath[]): Map<string, TreePath[]> {
  const folders = new Map<string, TreePath[]>();
  for (const path of paths) {
    // A folder or submodule may have such a name too; a symbolic link counts for kustomize.
    if (!isKustomizationPath(path.path) || path.mode === "040000" || path.mode === "160000")
      continue;
    const folder = folderOf(path.path);
    folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  return folders;
}

function readOverlay(
  branch: BranchFiles,
  folder: string,
  paths: readonly TreePath[],
  places: readonly FolderPlace[],
): Overlay {
  const states = new Map(branch.files.map((file) => [file.path, file]));
  const read = paths.map(({ path }) => factsOf(path, states.get(path)));
  const [place] = places;
  const names = paths.map(({ path }) => path).sort();
  return {
    environment: place?.environment.name ?? null,
    component: place?.component ?? null,
    base: branch.branch,
    folder,
    file: names[0] ?? "",
    entries: read.flatMap(({ entries }) => entries),
    refs: read.flatMap(({ refs }) => refs),
    trouble:
      overlapTrouble(folder, places) ?? ambiguousTrouble(folder, names) ?? read[0]?.trouble ?? null,
  };
}

function factsOf(path: string, state: FileState | undefined) {
  if (state?.kind === "text") {
    const facts = readEntries(state.text);
    return { ...facts, trouble: facts.trouble && { ...facts.trouble, file: path } };
  }
  const trouble = state ? unusableTrouble(state) : null;
  return { entries: [], refs: [], trouble };
}

/** Why a file that was asked for gives no text; `null` when it does. */
export function unusableTrouble(state: FileState): Refusal | null {
  if (state.kind === "text") return null;
  const file = state.path;
  if (state.kind === "absent") {
    const message = `\`${file}\` is no longer there.`;
    return { reason: "not-a-file", message, file };
  }
  if (state.why === "too-large") {
    const message = `\`${file}\` is too large to be edited safely.`;
    return { reason: "file-too-large", message, file };
  }
  if (state.why === "not-text") {
    const message = `\`${file}\` is no UTF-8 text: save it as UTF-8.`;
    return { reason: "file-unparsable", message, file };
  }
  const message = `\`${file}\` is a symbolic link or a submodule: name the folder of the real file.`;
  return { reason: "not-a-file", message, file };
}

/** Refusal for a folder with more than one kustomization file, which kustomize does not build. */
export function ambiguousTrouble(folder: string, files: readonly string[]): Refusal | null {
  if (files.length < 2) return null;
  const names = files.map((file) => file.slice(file.lastIndexOf("/") + 1)).join(" and ");
  const message = `\`${folder || "."}\` has ${names}: kustomize takes one only, delete the others.`;
  return { reason: "file-ambiguous", message, file: files[0] ?? folder };
}

function overlapTrouble(folder: string, places: readonly FolderPlace[]): Refusal | null {
  if (places.length < 2) return null;
  const names = places.map(({ environment }) => environment.name).join(" and ");
  const message = `\`${folder || "."}\` belongs to the environments ${names}: make their paths exclude each other.`;
  return { reason: "config-invalid", message };
}
