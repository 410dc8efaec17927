import type { Artifact } from "../model/release.ts";
import type { ProposalRow, PushedAgain } from "./proposal.ts";

interface Named {
  readonly image: string;
  readonly tag: string;
  readonly digest: string;
}

/**
 * Versions of a proposal whose tag named other content before.
 * @param carried what the proposal is to carry.
 * @param before what it carried until now.
 */
export function pushedAgain(
  rows: readonly ProposalRow[],
  carried: readonly Artifact[],
  before: readonly Artifact[],
): readonly PushedAgain[] {
  const inFiles = rows.flatMap(({ from, image, to }) =>
    differing(
      whole(image, from?.tag ?? null, from?.digest ?? null),
      whole(image, to.tag, to.digest),
    ),
  );
  const old = before.flatMap(namedBy);
  const inProposal = carried
    .flatMap(namedBy)
    .flatMap((now) => old.flatMap((was) => differing([was], [now])));
  const all = [...inFiles, ...inProposal];
  return [...new Map(all.map((one) => [`${one.image}:${one.tag}`, one])).values()];
}

function namedBy(artifact: Artifact): Named[] {
  return artifact.kind === "image" ? whole(artifact.image, artifact.tag, artifact.digest) : [];
}

function whole(image: string, tag: string | null, digest: string | null): Named[] {
  return tag === null || digest === null ? [] : [{ image, tag, digest }];
}

function differing([was]: readonly Named[], [now]: readonly Named[]): PushedAgain[] {
  if (was === undefined || now === undefined) return [];
  if (was.image !== now.image || was.tag !== now.tag || was.digest === now.digest) return [];
  return [{ image: now.image, tag: now.tag, before: was.digest, now: now.digest }];
}
