import type { PullState, Target } from "../model/forge.ts";
import type { Artifact } from "../model/release.ts";
import type { Authorship } from "./authorship.ts";
import { blobOid } from "./blob-oid.ts";
import { historyVersion } from "./body.ts";
import { fromHash } from "./commit-message.ts";
import { parseMarker } from "./marker.ts";
import type { DesiredProposal } from "./proposal.ts";

/** What to do with a tracking proposal, given how the repo stands. One value, decided before anything is written. */
export type Step =
  | { readonly kind: "nothing"; readonly why: "no-change" | "same-proposal" }
  | { readonly kind: "open" }
  | { readonly kind: "rebuild"; readonly pull: PullState }
  /** The commit is right, but title and body still tell of the one before. */
  | { readonly kind: "reword"; readonly pull: PullState }
  /** Approved and not failing: the newer release waits until `until` or until something changes. */
  | { readonly kind: "wait"; readonly pull: PullState; readonly until: Date }
  | { readonly kind: "close"; readonly pull: PullState }
  | { readonly kind: "drop-branch"; readonly headOid: string }
  /** The host is still computing whether it merges. */
  | { readonly kind: "ask-again"; readonly pull: PullState }
  | { readonly kind: "person"; readonly why: string };

/** How long an approved proposal keeps newer releases waiting. */
export const APPROVED_KEEPS = 24 * 3_600_000;

/** The open pull request of ours from the branch to this base, if any. */
export function openPull(target: Target): PullState | null {
  return (
    target.pulls.find((p) => p.state === "open" && p.ours && p.base === target.base?.branch) ?? null
  );
}

/**
 * The step that leads from how the repo stands to `desired` (`edits` empty: nothing is left to propose).
 * Idempotent: after the step was taken, the next one is `nothing`.
 */
export function nextStep(
  target: Target,
  author: Authorship,
  desired: DesiredProposal,
  now: Date,
): Step {
  const pull = openPull(target);
  const elsewhere = target.pulls.find((p) => p.state === "open" && p !== pull);
  if (author.kind === "person") return { kind: "person", why: author.why };
  // A branch has one pull request for each base: a second one from our branch is somebody's, and moving the head would move it too.
  if (elsewhere !== undefined)
    return { kind: "person", why: `pull request #${elsewhere.number} uses the branch` };
  if (desired.edits.length === 0) return nothingLeft(target, author, pull);
  if (pull === null) return { kind: "open" };
  if (author.kind !== "ours") return { kind: "rebuild", pull };
  if (!sameArtifacts(author.trailers.artifacts, desired.artifacts)) return replace(pull, now);
  // The base has another version in our entry: the same file as before would be a conflict now.
  if (author.trailers.from !== fromHash(desired.rows)) return { kind: "rebuild", pull };
  if (sameFiles(target, desired)) return inWords(pull, desired);
  // The base changed the file beside our entry: untouched while it merges, since a rebuild would cost the approvals.
  if (pull.mergeable === "conflicting") return { kind: "rebuild", pull };
  if (pull.mergeable === "unknown") return { kind: "ask-again", pull };
  return inWords(pull, desired);
}

/**
 * The head moves before its title and body do: where the second was lost, the marker names the version before. Without a
 * marker a person has rewritten the body, and it is left to them.
 */
function inWords(pull: PullState, desired: DesiredProposal): Step {
  const told = parseMarker(pull.body).history.at(-1)?.version;
  return told === undefined || told === historyVersion(desired)
    ? { kind: "nothing", why: "same-proposal" }
    : { kind: "reword", pull };
}

function nothingLeft(target: Target, author: Authorship, pull: PullState | null): Step {
  if (pull !== null) return { kind: "close", pull };
  const leftOver = author.kind === "ours" || author.kind === "empty";
  return leftOver && target.head !== null
    ? { kind: "drop-branch", headOid: target.head.oid }
    : { kind: "nothing", why: "no-change" };
}

function replace(pull: PullState, now: Date): Step {
  // Nobody can merge one in conflict: its approvals hold nothing back.
  const mergeable = pull.checks !== "failing" && pull.mergeable !== "conflicting";
  if (pull.approvedAt === null || !mergeable) return { kind: "rebuild", pull };
  const until = new Date(Date.parse(pull.approvedAt) + APPROVED_KEEPS);
  return until > now ? { kind: "wait", pull, until } : { kind: "rebuild", pull };
}

function sameFiles(target: Target, desired: DesiredProposal): boolean {
  return desired.edits.every((edit) => target.head?.blobs.get(edit.path) === blobOid(edit.text));
}

function sameArtifacts(a: readonly Artifact[], b: readonly Artifact[]): boolean {
  const keys = (list: readonly Artifact[]): string =>
    JSON.stringify(
      list.map((x) => (x.kind === "ref" ? [x.repo, x.ref] : [x.image, x.tag, x.digest])).sort(),
    );
  return keys(a) === keys(b);
}
