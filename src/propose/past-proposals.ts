import type { Target } from "../model/forge.ts";
import type { ImageArtifact } from "../model/release.ts";
import { parseTrailers } from "./trailers.ts";

/** Versions that a person closed unmerged: exactly those are not proposed again, until the pull request is reopened. */
export function closedByPeople(
  target: Target,
): readonly { readonly artifact: ImageArtifact; readonly pull: number }[] {
  return target.pulls
    .filter((pull) => pull.ours && pull.state === "closed" && pull.closedBy === "person")
    .flatMap((pull) => carriedBy(pull).map((artifact) => ({ artifact, pull: pull.number })));
}

/** Versions that came to the base by a merge, newest first: what their tags named then, and when they were built. */
export function mergedArtifacts(target: Target): readonly ImageArtifact[] {
  return target.pulls.filter((pull) => pull.ours && pull.state === "merged").flatMap(carriedBy);
}

function carriedBy({ firstMessage }: { readonly firstMessage: string }): readonly ImageArtifact[] {
  return (parseTrailers(firstMessage)?.artifacts ?? []).filter((a) => a.kind === "image");
}
