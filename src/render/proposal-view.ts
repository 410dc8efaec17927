import type { Change, FileEdit } from "../model/change.ts";
import type { Clock } from "../model/clock.ts";
import type { Config, Environment } from "../model/config.ts";
import type { Target, TreePath } from "../model/forge.ts";
import type { Refusal } from "../model/outcome.ts";
import type { Authorship } from "../propose/authorship.ts";
import { nextStep, openPull, type Step } from "../propose/next-step.ts";
import { pinnedStep } from "../propose/pinned.ts";
import type { PinnedProposal } from "../propose/pinned-proposal.ts";
import type { DesiredProposal } from "../propose/proposal.ts";
import type { Attempt } from "../propose/upsert.ts";
import type { ChangeView, ChangeViewer } from "./view-change.ts";

/** The place of a proposal, as far as a view needs it. */
export interface ViewedPlace {
  readonly config: Config;
  readonly environment: Environment;
  /** All paths of a commit of the base branch; `null`: it is not the branch's present one. */
  pathsAt(commit: string): Promise<readonly TreePath[] | null>;
}

export interface ViewedProposal {
  readonly author: Authorship;
  readonly desired: DesiredProposal;
  readonly plan: { readonly changes: readonly Change[] };
}

export interface Viewed {
  readonly view: ChangeView;
  /** Why the change is not written: `no-effect`. A proposal that stands already is not refused, its check tells. */
  readonly refusal: Refusal | null;
  /** Whether there is a pull request, or will be, that a check can stand on. */
  readonly shown: boolean;
}

/** A view with the commit that its check belongs on. */
export interface ViewToTell {
  readonly view: ChangeView;
  readonly headOid: string;
  /** The commit was made just now. */
  readonly fresh: boolean;
}

/**
 * Builds before and after: ahead of every write, and later for an open proposal whose check this process has not reported (it
 * ended in between, or the host did not take it). `null`: there is nothing to build, or nothing to build with.
 */
export async function viewProposal(
  parts: { readonly viewer: ChangeViewer | null; readonly clock: Clock },
  place: ViewedPlace,
  target: Target,
  { author, desired, plan }: ViewedProposal,
): Promise<Viewed | null> {
  const { viewer } = parts;
  const { edits } = desired;
  if (viewer === null || target.base === null || edits.length === 0) return null;
  const shown = place.config.mode === "act" && place.environment.delivery === "pull-request";
  const step = shown ? nextStep(target, author, desired, parts.clock.now()).kind : "open";
  const written = step === "open" || step === "rebuild";
  if (!written && !isUntold(viewer, target, step)) return null;
  return viewEdits(viewer, place, target, { edits, changes: plan.changes, written, shown });
}

/** The same of a promotion or rollback, which is a pull request wherever it goes. */
export async function viewPinned(
  { viewer }: { readonly viewer: ChangeViewer | null },
  place: Pick<ViewedPlace, "pathsAt">,
  target: Target,
  { author, desired }: { readonly author: Authorship; readonly desired: PinnedProposal },
): Promise<Viewed | null> {
  const { changes, edits } = desired;
  if (viewer === null || edits.length === 0) return null;
  const step = pinnedStep(target, author, desired).kind;
  const written = step === "open" || step === "rebuild";
  const untold = step === "adopt" && !viewer.isTold(target.head?.oid ?? "");
  if (!written && !untold) return null;
  return viewEdits(viewer, place, target, { edits, changes, written, shown: true });
}

async function viewEdits(
  viewer: ChangeViewer,
  { pathsAt }: Pick<ViewedPlace, "pathsAt">,
  { base, files, repo }: Target,
  about: {
    readonly edits: readonly FileEdit[];
    readonly changes: readonly Change[];
    readonly written: boolean;
    readonly shown: boolean;
  },
): Promise<Viewed | null> {
  const { changes, edits, shown, written } = about;
  const paths = base === null ? null : await pathsAt(base.oid);
  if (paths === null) return null;
  const view = await viewer.view({ repo, paths, files, edits, changes });
  return { view, refusal: written ? view.refusal : null, shown };
}

/** An open proposal that stays as it is, and whose check may be missing. */
function isUntold(viewer: ChangeViewer, target: Target, step: Step["kind"]): boolean {
  if (step !== "nothing" && step !== "reword") return false;
  return openPull(target) !== null && !viewer.isTold(target.head?.oid ?? "");
}

/** What is left to tell after the attempt to write. */
export function viewToTell(viewed: Viewed, attempt: Attempt, target: Target): ViewToTell | null {
  if (!viewed.shown || attempt.kind !== "settled") return null;
  const headOid = attempt.headOid ?? target.head?.oid;
  if (headOid === undefined) return null;
  return { view: viewed.view, headOid, fresh: attempt.headOid !== undefined };
}
