import type { Change, FileEdit } from "../model/change.ts";
import type { FileState } from "../model/forge.ts";
import type { Refusal } from "../model/outcome.ts";
import { editKustomization } from "./edit-kustomization.ts";

export type FileEdits =
  | { readonly kind: "edited"; readonly edits: readonly FileEdit[] }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** All changes made to their files, or the first refusal. Files that stay as they are are left out. */
export function editFiles(
  files: ReadonlyMap<string, FileState>,
  changes: readonly Change[],
): FileEdits {
  const edits: FileEdit[] = [];
  for (const path of [...new Set(changes.map((change) => change.file))].sort()) {
    const file = files.get(path);
    if (file?.kind !== "text") continue;
    const result = editKustomization(
      file.text,
      changes.filter((change) => change.file === path),
    );
    if (result.kind === "refused")
      return { kind: "refused", refusal: { ...result.refusal, file: path } };
    if (result.text !== file.text) edits.push({ path, text: result.text });
  }
  return { kind: "edited", edits };
}
