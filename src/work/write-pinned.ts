import type { Target } from "../model/forge.ts";
import type { Outcome } from "../model/outcome.ts";
import type { StandingPlace } from "../promote/place-change.ts";
import { type Authorship, authorshipOf } from "../propose/authorship.ts";
import { blobOid } from "../propose/blob-oid.ts";
import { openPull } from "../propose/next-step.ts";
import { closeSuperseded, type Superseded, upsertPinned } from "../propose/pinned.ts";
import { branchOf, type PinnedProposal } from "../propose/pinned-proposal.ts";
import { planAnew } from "./plan-anew.ts";
import type { RunParts } from "./run-place.ts";

export type PinnedWrite =
  | { readonly kind: "written"; readonly outcome: Outcome; readonly closed: readonly Superseded[] }
  | { readonly kind: "again"; readonly detail: string };

/** Brings a pinned proposal to the repo, and closes those whose place it takes. One attempt. */
export async function writePinned(
  parts: RunParts,
  place: StandingPlace,
  target: Target,
  desired: PinnedProposal,
): Promise<PinnedWrite> {
  const author = pinnedAuthor(parts, place, target, branchOf(desired));
  const attempt = await upsertPinned(parts, target, author, desired, parts.clock.now());
  if (attempt.kind !== "settled") {
    if (attempt.kind === "again" && attempt.at !== null)
      await parts.clock.sleep(attempt.at.getTime() - parts.clock.now().getTime());
    return { kind: "again", detail: attempt.detail };
  }
  const { outcome } = attempt;
  const opened = outcome.kind === "proposed";
  const closed = opened ? await closeSuperseded(parts, target, desired, outcome.number) : [];
  return { kind: "written", outcome, closed };
}

/** Whose work stands on the branch of a pinned proposal. */
export function pinnedAuthor(
  { keys }: Pick<RunParts, "keys">,
  place: Pick<StandingPlace, "config">,
  target: Target,
  branch: string,
): Authorship {
  return authorshipOf(target.head, {
    repoId: target.repo.id,
    branch,
    keys,
    pull: openPull(target),
    onBase(trailers, path) {
      const text = planAnew(place.config, trailers, target.files)?.get(path);
      return text === undefined ? null : blobOid(text);
    },
  });
}
