import type { Subject } from "../model/delivery.ts";
import type { Settled } from "../model/inbox.ts";
import type { Outcome } from "../model/outcome.ts";
import { type Artifact, NO_TAG } from "../model/release.ts";
import type { HeldArtifact } from "./held-artifacts.ts";

/** An outcome for each image that it is about, so that the history of a version tells of it; of none, once. */
export function settledOf(outcome: Outcome, subjects: readonly Subject[]): readonly Settled[] {
  if (subjects.length === 0) return [{ subject: null, outcome }];
  const different = new Map(subjects.map((one) => [JSON.stringify([one.image, one.tag]), one]));
  return [...different.values()].map((subject) => ({ subject, outcome }));
}

export function subjectsOf(artifacts: readonly Artifact[]): readonly Subject[] {
  return artifacts.flatMap((one) => {
    if (one.kind === "ref") return [];
    const { digest, image, tag } = one;
    return [{ image, tag: tag === NO_TAG ? null : tag, digest }];
  });
}

/** Of what stands in files. */
export function heldSubjects(artifacts: readonly HeldArtifact[]): readonly Subject[] {
  return artifacts.flatMap((one) =>
    one.kind === "ref" ? [] : [{ image: one.image, ...one.version }],
  );
}
