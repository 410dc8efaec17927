import type { FileState } from "../model/forge.ts";
import type { Refusal } from "../model/outcome.ts";
import { type Entry, folderOf, KUSTOMIZATION_NAMES, readEntries } from "./kustomization.ts";
import type { RemoteRef } from "./remote-ref.ts";
import { ambiguousTrouble, unusableTrouble } from "./repo-index.ts";

/** One kustomization file of the place as the plan sees it. */
export interface PlanFile {
  readonly path: string;
  readonly entries: readonly Entry[];
  readonly refs: readonly RemoteRef[];
  /** Why nothing is changed in it. */
  readonly trouble: Refusal | null;
}

/** Reads the files of the place, sorted by path; those that cannot be changed have their `trouble` and no entries. */
export function readPlanFiles(input: {
  readonly paths: readonly string[];
  readonly files: ReadonlyMap<string, FileState>;
  readonly folders: ReadonlyMap<string, readonly string[]>;
}): readonly PlanFile[] {
  return [...new Set(input.paths)].sort().map((path) => {
    const state = input.files.get(path) ?? { kind: "absent" as const, path };
    const folder = folderOf(path);
    const names = (input.folders.get(folder) ?? []).filter((name) =>
      KUSTOMIZATION_NAMES.includes(name),
    );
    const trouble = ambiguousTrouble(folder, names) ?? unusableTrouble(state);
    if (trouble || state.kind !== "text") return { path, entries: [], refs: [], trouble };
    const facts = readEntries(state.text);
    if (facts.trouble === null) return { path, ...facts };
    return { path, entries: [], refs: [], trouble: { ...facts.trouble, file: path } };
  });
}
