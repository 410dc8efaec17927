import { CONFIG_PATH } from "../model/config.ts";
import type { CdRepo, Forge, Target } from "../model/forge.ts";
import type { Outcome, Place } from "../model/outcome.ts";
import { authorshipOf } from "./authorship.ts";
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
 * Opens the ONE onboarding pull request of a repo. One that was there before, whatever people made of it, is the last. A
 * branch of that name that is not ours is left alone.
 */
export async function proposeOnboarding(
  parts: ProposeParts,
  target: Target,
  offer: OnboardingOffer,
): Promise<Attempt> {
  const place: Place = {
    repo: `${target.repo.owner}/${target.repo.name}`.toLowerCase(),
    base: target.base?.branch ?? "",
    environment: "onboarding",
    component: null,
  };
  const unfit = whyNot(parts, target, place);
  if (unfit !== null) return settled(unfit);
  const result = await parts.forge.openProposal({
    target,
    branch: ONBOARDING_BRANCH,
    message: `Configure Tagboat\n\n${signedTrailers(parts, target, target.base?.oid ?? "", offer)}`,
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

/** Why nothing is to be offered; `null`: it is. */
function whyNot(parts: ProposeParts, target: Target, place: Place): Outcome | null {
  if (target.base === null) {
    const detail = "the repo has no default branch";
    return { kind: "refused", place, reason: "base-missing", detail };
  }
  if (target.config.kind !== "absent") {
    const detail = "the repo has a config now";
    return { kind: "skipped", place, reason: "up-to-date", detail };
  }
  // One that we closed was withdrawn at once, since it showed an older commit.
  const before = target.pulls.find((pull) => pull.closedBy !== "app");
  if (before !== undefined) {
    const reason = before.state === "open" ? "up-to-date" : "onboarding-closed";
    return {
      kind: "skipped",
      place,
      reason,
      detail: `onboarding was offered in #${before.number}`,
    };
  }
  const author = authorshipOf(target.head, {
    repoId: target.repo.id,
    branch: ONBOARDING_BRANCH,
    keys: parts.keys,
    pull: null,
    onBase: () => null,
  });
  if (author.kind !== "person") return null;
  const detail = `branch ${ONBOARDING_BRANCH} carries a person's work: ${author.why}; rename or delete it, and the next event offers a config`;
  return { kind: "refused", place, reason: "branch-in-use", detail };
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
  } as const;
  return renderTrailers(trailers, context, parts.keys);
}
