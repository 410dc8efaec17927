import type { PullGlance } from "../model/gate-reads.ts";

/** What a query tells of the files of a pull request, at most a hundred, and of its base then and now. */
export interface ListedFiles {
  readonly changedFiles: number;
  readonly files?:
    | {
        readonly nodes?:
          | readonly ({ readonly path: string; readonly changeType: string } | null)[]
          | null
          | undefined;
      }
    | null
    | undefined;
  readonly baseRefOid: string;
  readonly baseRef?:
    | { readonly target?: { readonly oid: string } | null | undefined }
    | null
    | undefined;
}

/**
 * GitHub lists what a pull request changes against its base as it was when the head last moved: it is certain only while the base
 * stands there still. A renamed file's former path is not told at all. `null`: not certain.
 */
export function certainFiles(pull: ListedFiles): PullGlance["files"] {
  const { baseRef, baseRefOid, changedFiles, files } = pull;
  const listed = (files?.nodes ?? []).filter((file) => file !== null);
  if (baseRef?.target?.oid !== baseRefOid || listed.length !== changedFiles) return null;
  if (listed.some(({ changeType }) => changeType === "RENAMED")) return null;
  return listed.map(({ path }) => ({ path, previousPath: null }));
}
