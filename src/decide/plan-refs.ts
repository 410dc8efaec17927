import type { RefChange } from "../model/change.ts";
import type { RefArtifact } from "../model/release.ts";
import { sourceOf, trackedImage } from "./image-pattern.ts";
import type { PlanFile } from "./plan-files.ts";
import { isFrom, parseRepoName, type RepoName } from "./remote-ref.ts";
import type { ImagePlan, TrackingInput, Verdict } from "./tracking-plan.ts";

/** The part of the plan that concerns `?ref=` of remote resources. */
export interface RefPlan {
  readonly changes: readonly RefChange[];
  readonly artifacts: readonly RefArtifact[];
  verdictOf(carried: RefArtifact): Verdict;
}

interface Wish {
  readonly source: RepoName;
  readonly ref: string;
}

/**
 * Moves `?ref=` of the resources of an image's source repo to the revision the image was built from (rule `refs: true`),
 * where the image itself is taken, or stands there already.
 */
export function planRefs(
  input: TrackingInput,
  files: readonly PlanFile[],
  images: readonly ImagePlan[],
): RefPlan {
  const wishes = new Map<string, Wish>();
  for (const wish of [...carriedWishes(input, images), ...newWishes(input, images)]) {
    wishes.set(wish.source.repo, wish);
  }
  const changes: RefChange[] = [];
  const artifacts: RefArtifact[] = [];
  for (const { source, ref } of wishes.values()) {
    const moved = files.filter(({ refs }) =>
      refs.some((other) => isFrom(other, source) && other.ref !== ref),
    );
    if (moved.length > 0) artifacts.push({ kind: "ref", repo: source.repo, ref });
    for (const { path } of moved) changes.push({ kind: "ref", file: path, repo: source.repo, ref });
  }
  return { changes, artifacts, verdictOf: (carried) => verdictOf(carried, wishes, artifacts) };
}

function newWishes(input: TrackingInput, images: readonly ImagePlan[]): Wish[] {
  return input.candidates.flatMap(({ artifacts, provenance }, candidate) => {
    const { revision } = provenance;
    if (revision === undefined || !/^[0-9a-f]{40}$/.test(revision)) return [];
    return artifacts.flatMap((artifact) => {
      if (artifact.kind !== "image") return [];
      const source = movingSource(input, artifact.image);
      const standing = images.flatMap((plan) => plan.verdictsOf({ artifact, candidate }));
      return source && standing.some(stands) ? [{ source, ref: revision }] : [];
    });
  });
}

/** A ref that the open proposal carries stays as long as an image of the same source in it does. */
function carriedWishes(input: TrackingInput, images: readonly ImagePlan[]): Wish[] {
  const sources = input.carried.flatMap((artifact) => {
    if (artifact.kind !== "image") return [];
    const source = movingSource(input, artifact.image);
    const standing = images.flatMap((plan) => plan.verdictsOf({ artifact, candidate: null }));
    return source && standing.some(stands) ? [source] : [];
  });
  return input.carried.flatMap((artifact) => {
    if (artifact.kind !== "ref") return [];
    const source = sources.find(({ repo }) => repo === artifact.repo);
    return source ? [{ source, ref: artifact.ref }] : [];
  });
}

function movingSource(input: TrackingInput, image: string): RepoName | null {
  const tracked = trackedImage(input.config, image);
  const source = tracked?.rule.refs ? sourceOf(tracked) : null;
  return source == null ? null : parseRepoName(source);
}

function stands(verdict: Verdict): boolean {
  return (
    verdict.kind === "taken" || (verdict.kind === "skipped" && verdict.reason === "up-to-date")
  );
}

function verdictOf(
  carried: RefArtifact,
  wishes: ReadonlyMap<string, Wish>,
  artifacts: readonly RefArtifact[],
): Verdict {
  if (artifacts.some(({ repo, ref }) => repo === carried.repo && ref === carried.ref)) {
    return { kind: "taken", detail: `${carried.repo} at ${carried.ref}` };
  }
  const wish = wishes.get(carried.repo);
  if (wish && wish.ref !== carried.ref) {
    const detail = `${carried.repo} moves to ${wish.ref}`;
    return { kind: "skipped", reason: "superseded", detail };
  }
  const detail = `nothing is left to move for ${carried.repo}`;
  return { kind: "skipped", reason: "up-to-date", detail };
}
