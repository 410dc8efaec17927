import type { Config } from "../model/config.ts";
import type { Target } from "../model/forge.ts";
import type { Outcome, Place, Refusal } from "../model/outcome.ts";
import { code } from "../model/outside-text.ts";
import type { StandingPlace } from "../promote/place-change.ts";
import { type Authorship, authorshipOf } from "../propose/authorship.ts";
import { blobOid } from "../propose/blob-oid.ts";
import { openPull } from "../propose/next-step.ts";
import { closeSuperseded, type Superseded, upsertPinned } from "../propose/pinned.ts";
import { branchOf, type PinnedProposal } from "../propose/pinned-proposal.ts";
import { type ViewToTell, viewPinned, viewToTell } from "../render/proposal-view.ts";
import type { KnownRepo } from "./known-repo.ts";
import { planAnew } from "./plan-anew.ts";
import { pathsAt, type RunParts } from "./run-place.ts";

export type PinnedWrite =
  | {
      readonly kind: "written";
      readonly outcome: Outcome;
      readonly closed: readonly Superseded[];
      /** What it does to what is built; `null`: nothing is to be told. */
      readonly view: ViewToTell | null;
    }
  | { readonly kind: "again"; readonly detail: string };

/** Brings a pinned proposal to the repo, and closes those whose place it takes. One attempt. */
export async function writePinned(
  parts: RunParts,
  known: KnownRepo,
  config: Config,
  target: Target,
  desired: PinnedProposal,
): Promise<PinnedWrite> {
  const authorOf = (read: Target, branch: string) => pinnedAuthor(parts, { config }, read, branch);
  const author = authorOf(target, branchOf(desired));
  const { base } = desired.place;
  const place = { pathsAt: (commit: string) => pathsAt(parts.indexes, known, base, commit) };
  const viewed = await viewPinned(parts, place, target, { author, desired });
  if (viewed?.refusal) return { ...refused(desired.place, viewed.refusal), closed: [], view: null };
  const attempt = await upsertPinned(parts, target, author, desired, parts.clock.now());
  if (attempt.kind !== "settled") {
    if (attempt.kind === "again" && attempt.at !== null)
      await parts.clock.sleep(attempt.at.getTime() - parts.clock.now().getTime());
    return { kind: "again", detail: attempt.detail };
  }
  const { outcome } = attempt;
  const closed =
    outcome.kind === "proposed"
      ? await closeSuperseded(parts, target, desired, { authorOf, by: outcome.number })
      : [];
  const view = viewed === null ? null : viewToTell(viewed, attempt, target);
  return { kind: "written", outcome, closed, view };
}

function refused(place: Place, { file, line, message, reason }: Refusal) {
  const where =
    file === undefined ? "" : ` (${code(line === undefined ? file : `${file}:${line}`)})`;
  const outcome: Outcome = { kind: "refused", place, reason, detail: `${message}${where}` };
  return { kind: "written" as const, outcome };
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
