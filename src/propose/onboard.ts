import { CONFIG_PATH } from "../model/config.ts";
import type { CdRepo, Forge, PullState, Target } from "../model/forge.ts";
import type { Outcome, Place } from "../model/outcome.ts";
import { type Authorship, authorshipOf } from "./authorship.ts";
import { blobOid } from "./blob-oid.ts";
import { ONBOARDING_BRANCH } from "./branch-name.ts";
import { renderTrailers } from "./trailers.ts";
import type { Attempt, ProposeParts } from "./upsert.ts";

/** A first config for a repo that has none, with the text that explains it. */
export interface OnboardingOffer {
  readonly config: string;
  readonly body: string;
}

/** The text of the onboarding pull request around the table and the notes of what was found. */
export function renderOnboarding(found: {
  readonly table: string;
  readonly notes: readonly string[];
}): string {
  const notes =
    found.notes.length === 0
      ? []
      : ["**To look at**", found.notes.map((note) => `- ${note}`).join("\n")];
  const parts = [
    "An image that this repo deploys was pushed, and Tagboat has no config here yet. This one was made from the folders that it found.",
    "Merge it, after changing what you like, and the next push of an image opens a pull request by these rules. A check on this pull request shows what the config would do.",
    found.table,
    ...notes,
    "Close it, and Tagboat leaves this repo alone: this is asked once.",
  ];
  return `${parts.join("\n\n")}\n`;
}

/** What an onboarding proposal is decided from. */
export function readOnboardingTarget(forge: Forge, repo: CdRepo): Promise<Target | null> {
  return forge.readTarget({ repo, base: null, head: ONBOARDING_BRANCH, files: [CONFIG_PATH] });
}

/**
 * Opens the ONE onboarding pull request of a repo. A pull request that was there before, whatever became of it, is the last;
 * what it left of a branch is deleted. `offer` `null`: there is nothing to offer.
 */
export async function proposeOnboarding(
  parts: ProposeParts,
  target: Target,
  offer: OnboardingOffer | null,
): Promise<Attempt> {
  const place: Place = {
    repo: `${target.repo.owner}/${target.repo.name}`.toLowerCase(),
    base: target.base?.branch ?? "",
    environment: "onboarding",
    component: null,
  };
  const { base, head } = target;
  const author = authorshipOf(head, {
    repoId: target.repo.id,
    branch: ONBOARDING_BRANCH,
    keys: parts.keys,
    pull: null,
    onBase: () => null,
  });
  const before = offeredBefore(target);
  const leftOver = author.kind === "ours" || author.kind === "empty";
  if (head !== null && before !== undefined && before.state !== "open" && leftOver)
    return dropBranch(parts, target, place, head.oid);
  const idle = reasonToWait(target, author, offer);
  if (idle !== null) return settled({ ...idle, place });
  if (offer === null || base === null) return settled({ ...NOTHING_FOUND, place });
  const result = await parts.forge.openProposal({
    target,
    branch: ONBOARDING_BRANCH,
    message: `Configure Tagboat\n\n${signedTrailers(parts, target, base.oid, offer)}`,
    edits: [{ path: CONFIG_PATH, text: offer.config }],
    title: "Configure Tagboat",
    body: offer.body,
    draft: false,
    labels: [],
    reviewers: [],
  });
  if (result.kind !== "done") return { kind: "again", detail: result.detail, at: null };
  const { number, url } = result.value;
  return settled({ kind: "proposed", place, action: "opened", number, url });
}

type Idle =
  | Omit<Extract<Outcome, { kind: "skipped" }>, "place">
  | Omit<Extract<Outcome, { kind: "refused" }>, "place">;

const NOTHING_FOUND: Idle = {
  kind: "skipped",
  reason: "no-config",
  detail: "no overlays were found to propose a config for",
};

/** The pull request that counts as the one offer. One that we closed ourselves was withdrawn at once: it showed an older commit. */
function offeredBefore(target: Target): PullState | undefined {
  return target.pulls.find((pull) => pull.closedBy !== "app");
}

/** Why nothing is offered now; `null`: an offer may be made. */
function reasonToWait(
  target: Target,
  author: Authorship,
  offer: OnboardingOffer | null,
): Idle | null {
  if (target.base === null)
    return { kind: "refused", reason: "base-missing", detail: "the repo has no default branch" };
  if (target.config.kind !== "absent")
    return { kind: "skipped", reason: "up-to-date", detail: "the repo has a config now" };
  const before = offeredBefore(target);
  if (before !== undefined) {
    const reason = before.state === "open" ? "up-to-date" : "onboarding-closed";
    return { kind: "skipped", reason, detail: `onboarding was offered in #${before.number}` };
  }
  if (offer === null) return NOTHING_FOUND;
  if (author.kind !== "person") return null;
  const detail = `branch ${ONBOARDING_BRANCH} carries a person's work: ${author.why}; delete it, and the next event offers a config`;
  return { kind: "refused", reason: "branch-in-use", detail };
}

async function dropBranch(
  parts: ProposeParts,
  target: Target,
  place: Place,
  headOid: string,
): Promise<Attempt> {
  const close = { target, pull: null, comment: null, branch: ONBOARDING_BRANCH, headOid };
  const result = await parts.forge.closeProposal(close);
  if (result.kind !== "done") return { kind: "again", detail: result.detail, at: null };
  const detail = "left-over branch deleted";
  return settled({ kind: "skipped", place, reason: "nothing-to-do", detail });
}

function settled(outcome: Outcome): Attempt {
  return { kind: "settled", outcome };
}

function signedTrailers(
  parts: ProposeParts,
  target: Target,
  parent: string,
  offer: OnboardingOffer,
): string {
  const context = { repoId: target.repo.id, branch: ONBOARDING_BRANCH, parent, requester: null };
  const trailers = {
    kind: "onboarding",
    environment: "onboarding",
    component: null,
    artifacts: [],
    from: "",
    files: [{ path: CONFIG_PATH, oid: blobOid(offer.config) }],
    deliveries: [],
    asked: null,
    components: [],
    changes: [],
  } as const;
  return renderTrailers(trailers, context, parts.keys);
}
