import type { Target } from "../model/forge.ts";
import type { ImageArtifact } from "../model/release.ts";
import { type CommitTrailers, parseTrailers, verifyTrailers } from "./trailers.ts";

/** Versions that a person closed unmerged: exactly those are not proposed again, until the pull request is reopened. */
export function closedByPeople(
  target: Target,
): readonly { readonly artifact: ImageArtifact; readonly pull: number }[] {
  return target.pulls
    .filter((pull) => pull.ours && pull.state === "closed" && pull.closedBy === "person")
    .flatMap((pull) => carriedBy(pull).map((artifact) => ({ artifact, pull: pull.number })));
}

/**
 * Versions that came to the base by a merge or by our direct commits, newest first: what their tags named then, and when they were
 * built. Nobody reviewed a direct commit, so each has to prove that it is ours, on this branch and upon its parent.
 */
export function landedArtifacts(target: Target, keys: readonly Buffer[]): readonly ImageArtifact[] {
  const merged = target.pulls.filter((pull) => pull.ours && pull.state === "merged");
  return [...merged.flatMap(carriedBy), ...committedArtifacts(target, keys)];
}

function committedArtifacts(target: Target, keys: readonly Buffer[]): readonly ImageArtifact[] {
  const { base, commits = [], repo } = target;
  return commits.flatMap(({ message, parents: [parent] }) => {
    if (base === null || parent === undefined) return [];
    const context = { repoId: repo.id, branch: base.branch, parent, requester: null };
    return imagesOf(verifyTrailers(message, context, keys));
  });
}

function carriedBy({ firstMessage }: { readonly firstMessage: string }): readonly ImageArtifact[] {
  return imagesOf(parseTrailers(firstMessage));
}

function imagesOf(trailers: CommitTrailers | null): readonly ImageArtifact[] {
  return (trailers?.artifacts ?? []).filter((a) => a.kind === "image");
}
