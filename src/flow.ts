import { inPlace, planTracking } from "./decide/plan.ts";
import type { Plan } from "./decide/tracking-plan.ts";
import { editFiles } from "./edit/edit-files.ts";
import type { FileEdit } from "./model/change.ts";
import type { Clock } from "./model/clock.ts";
import type { Config, Environment } from "./model/config.ts";
import type { Target, TreePath } from "./model/forge.ts";
import type { Outcome, Place, Refusal } from "./model/outcome.ts";
import type { Artifact, Release } from "./model/release.ts";
import { type Authorship, authorshipOf, carriedBefore } from "./propose/authorship.ts";
import { blobOid } from "./propose/blob-oid.ts";
import { trackingBranch } from "./propose/branch-name.ts";
import { commitDirectly } from "./propose/commit-direct.ts";
import { openPull } from "./propose/next-step.ts";
import { tellPlan } from "./propose/observe.ts";
import { closedByPeople, landedArtifacts } from "./propose/past-proposals.ts";
import type { DesiredProposal } from "./propose/proposal.ts";
import { pushedAgain } from "./propose/pushed-again.ts";
import { parseTrailers } from "./propose/trailers.ts";
import { type Attempt, type ProposeParts, upsertProposal } from "./propose/upsert.ts";
import { type SourceScope, withSources } from "./propose/with-sources.ts";
import { type ViewToTell, viewProposal, viewToTell } from "./render/proposal-view.ts";
import type { ChangeViewer } from "./render/view-change.ts";
import type { KeyOf, KeysInPlace, VersionInPlace } from "./resolve/keys-in-place.ts";
import { withMergedKeys } from "./resolve/merged-keys.ts";

/** What the second half of the story needs; adapters come from the composition root. */
export interface FlowParts extends ProposeParts {
  readonly clock: Clock;
  /** Where the host shows repos: `https://github.com`. */
  readonly web: string;
  /** Builds before and after each change; `null` where no kustomize is to be had. */
  readonly viewer: ChangeViewer | null;
}

/** One place with what it is to follow: a lane's work in one run. */
export interface PlaceWork {
  readonly place: Place;
  /** GitHub owner of the CD repo, lower case. */
  readonly owner: string;
  readonly config: Config;
  readonly environment: Environment;
  /** Kustomization files of the place, from the index. */
  readonly files: readonly string[];
  /** Releases that events brought, in order of arrival. */
  readonly releases: readonly Release[];
  /** The order keys of versions that stand in entries. */
  keysOf(versions: readonly VersionInPlace[]): Promise<KeysInPlace>;
  /** Where versions came from by the registry's word, as far as it is quick to tell. */
  readonly originsOf: SourceScope["originsOf"];
  /** All paths of a commit of the base branch; `null`: it is not the branch's present one. */
  pathsAt(commit: string): Promise<readonly TreePath[] | null>;
}

/** What became of one attempt: of the place, and of each release by itself. */
export interface PlaceResult {
  readonly attempt: Attempt;
  /** One for each release of the work, in order; `null`: it shares the attempt's fate. */
  readonly verdicts: readonly (Outcome | null)[];
  /** What the proposal does to what is built, as a check that is not reported yet; `null`: nothing is to be told. */
  readonly view: ViewToTell | null;
}

/**
 * From a place as it stands to its proposal as it should be: decide → edit → propose. One attempt; after `again` the caller reads
 * the target anew and comes back.
 */
export async function tow(parts: FlowParts, work: PlaceWork, target: Target): Promise<PlaceResult> {
  const unfit = unfitTarget(target);
  if (unfit !== null) return refusedWhole(work, unfit);
  const keys = await work.keysOf(
    inPlace({
      ...planInput(parts, work, target),
      candidates: work.releases,
      carried: claimedArtifacts(target),
      barred: [],
    }),
  );
  if (keys.kind === "later") {
    const { at, detail, failed } = keys;
    return { attempt: { kind: "unanswered", detail, at, failed }, verdicts: [], view: null };
  }
  const keyOf = withMergedKeys(work.config, landedArtifacts(target, parts.keys), keys.keyOf);
  const author = provenAuthor(parts, work, target, keyOf);
  const plan = decide(parts, work, target, author, keyOf);
  const edited = editFiles(target.files, plan.changes);
  if (edited.kind === "refused") return refusedWhole(work, edited.refusal);
  const broken = plan.carriedVerdicts.find((verdict) => verdict.kind === "refused");
  // A file that a person has to mend first: what is open stays as it is until then.
  if (broken !== undefined && edited.edits.length === 0)
    return refusedWhole(work, { reason: broken.reason, message: broken.detail });
  const scope = { ...work, web: parts.web };
  const desired = await withSources(scope, desiredProposal(work, plan, edited.edits, author));
  const viewed = await viewProposal(parts, work, target, { author, desired, plan });
  if (viewed?.refusal) return refusedWhole(work, viewed.refusal);
  const attempt = await propose(parts, work, target, author, desired);
  const view = viewed === null ? null : viewToTell(viewed, attempt, target);
  return { attempt, verdicts: verdictsOf(work, plan, author, attempt), view };
}

/** A release that an earlier run wrote without learning so is as proposed as the attempt says, not "up to date". */
function verdictsOf(
  work: PlaceWork,
  plan: Plan,
  author: Authorship,
  attempt: Attempt,
): readonly (Outcome | null)[] {
  const proposed = attempt.kind === "settled" && attempt.outcome.kind === "proposed";
  return plan.verdicts.map((verdict, at) => {
    const release = work.releases[at];
    const written = release !== undefined && carriedBefore(author, release);
    const upToDate = verdict.kind === "skipped" && verdict.reason === "up-to-date";
    return proposed && written && upToDate ? null : ownOutcome(verdict, work.place);
  });
}

function decide(
  parts: FlowParts,
  work: PlaceWork,
  target: Target,
  author: Authorship,
  keyOf: KeyOf,
): Plan {
  const carried =
    author.kind === "ours" && openPull(target) !== null ? author.trailers.artifacts : [];
  return planTracking({
    ...planInput(parts, work, target),
    candidates: work.releases,
    carried,
    barred: closedByPeople(target),
    keyOf,
  });
}

function propose(
  parts: FlowParts,
  work: PlaceWork,
  target: Target,
  author: Authorship,
  desired: DesiredProposal,
): Promise<Attempt> {
  if (work.config.mode === "observe") return tellPlan(parts, target, desired);
  if (work.environment.delivery === "commit") return commitDirectly(parts, target, desired);
  return upsertProposal(parts, target, author, desired, parts.clock.now());
}

function planInput({ keys }: FlowParts, work: PlaceWork, target: Target) {
  const { config, environment, place } = work;
  return {
    config,
    environment,
    component: place.component,
    files: target.files,
    folders: target.folders,
    paths: work.files,
    merged: landedArtifacts(target, keys),
  };
}

function provenAuthor(parts: FlowParts, work: PlaceWork, target: Target, keyOf: KeyOf): Authorship {
  return authorshipOf(target.head, {
    repoId: target.repo.id,
    branch: trackingBranch(work.place),
    keys: parts.keys,
    pull: openPull(target),
    onBase: (trailers, path) => {
      const plan = planTracking({
        ...planInput(parts, work, target),
        candidates: [],
        carried: trailers.artifacts,
        barred: [],
        keyOf,
      });
      const edited = editFiles(target.files, plan.changes);
      const file = edited.kind === "edited" ? edited.edits.find((e) => e.path === path) : undefined;
      return file === undefined ? null : blobOid(file.text);
    },
  });
}

/** What the branch says it carries, proven or not: enough to know what to ask the registry for. */
function claimedArtifacts(target: Target): readonly Artifact[] {
  return (target.head?.commits ?? []).flatMap(
    (commit) => parseTrailers(commit.message)?.artifacts ?? [],
  );
}

function desiredProposal(
  work: PlaceWork,
  plan: Plan,
  edits: readonly FileEdit[],
  author: Authorship,
): DesiredProposal {
  const carried = plan.artifacts;
  const holds = (release: Release): boolean =>
    release.artifacts.some(
      (a) =>
        a.kind === "image" &&
        carried.some((c) => c.kind === "image" && c.image === a.image && c.tag === a.tag),
    );
  const releases = work.releases.filter(holds);
  const before = author.kind === "ours" ? author.trailers : null;
  return {
    place: work.place,
    environment: work.environment,
    rows: plan.rows,
    refs: plan.changes.flatMap((c) =>
      c.kind === "ref" ? [{ file: c.file, repo: c.repo, ref: c.ref }] : [],
    ),
    artifacts: carried,
    edits,
    entryGone: plan.carriedVerdicts.some(
      (v) => v.kind === "skipped" && v.reason === "entry-missing",
    ),
    releases,
    deliveries: [
      ...new Set([
        ...(before?.deliveries ?? []),
        ...releases.flatMap((release) => release.deliveries),
      ]),
    ],
    orderUnknown: plan.orderUnknown,
    pushedAgain: pushedAgain(plan.rows, carried, before?.artifacts ?? []),
  };
}

function unfitTarget(target: Target): Refusal | null {
  const name = `${target.repo.owner}/${target.repo.name}`;
  if (target.repo.archived) {
    return {
      reason: "repo-archived",
      message: `${name} is archived: unarchive it, or take it out of the App's installation`,
    };
  }
  if (target.base === null) {
    return {
      reason: "base-missing",
      message: `${name} has no such base branch: check \`branch:\` in the config, or push a first commit`,
    };
  }
  return null;
}

function refusedWhole(work: PlaceWork, refusal: Refusal): PlaceResult {
  const where =
    refusal.file === undefined
      ? ""
      : ` (${refusal.file}${refusal.line === undefined ? "" : `:${refusal.line}`})`;
  const outcome: Outcome = {
    kind: "refused",
    place: work.place,
    reason: refusal.reason,
    detail: `${refusal.message}${where}`,
  };
  return {
    attempt: { kind: "settled", outcome },
    verdicts: work.releases.map(() => null),
    view: null,
  };
}

function ownOutcome(verdict: Plan["verdicts"][number], place: Place): Outcome | null {
  if (verdict.kind === "taken") return null;
  return verdict.kind === "skipped"
    ? { kind: "skipped", place, reason: verdict.reason, detail: verdict.detail }
    : { kind: "refused", place, reason: verdict.reason, detail: verdict.detail };
}
