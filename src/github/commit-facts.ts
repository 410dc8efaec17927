import type { CommitFacts } from "../model/forge.ts";
import type { HeadCommit, Viewer } from "./target-answer.ts";

/** GitHub's schema does not say in which order it lists commits; the head's own commit tells. */
export function newestFirst<C extends { readonly oid: string }>(
  commits: readonly C[],
  headOid: string,
): readonly C[] {
  return commits[0]?.oid === headOid ? commits : commits.toReversed();
}

/** A commit in the words of the port. `viewer`: our App's bot. */
export function commitFacts(commit: HeadCommit, viewer: Viewer): CommitFacts {
  const author = commit.author?.user?.databaseId ?? null;
  const { signature } = commit;
  return {
    oid: commit.oid,
    parents: commit.parents.nodes.flatMap((parent) => (parent === null ? [] : [parent.oid])),
    message: commit.message,
    byApp: author !== null && author === viewer.databaseId,
    signed: signature === null ? null : signature.isValid && signature.wasSignedByGitHub,
    changedFiles: commit.changedFilesIfAvailable,
  };
}
