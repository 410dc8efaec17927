import type { Pull, Repo, Review } from "../world/entities.ts";
import { rulesOf } from "../world/rules.ts";
import type { World } from "../world/world.ts";

/** The newest review of each author, in the order of their first. */
export function latestReviews(reviews: readonly Review[]): readonly Review[] {
  const byAuthor = new Map<string, Review>();
  for (const review of [...reviews].sort((a, b) => a.id - b.id))
    byAuthor.set(review.author, review);
  return [...byAuthor.values()];
}

/** The newest of each author that is more than a comment. */
export function latestOpinions(reviews: readonly Review[]): readonly Review[] {
  return latestReviews(reviews.filter((review) => review.state !== "COMMENTED"));
}

export function mayWrite(world: World, repo: Repo, login: string): boolean {
  return ["admin", "maintain", "write"].includes(world.permissionOf(repo, login));
}

/** `null` where no rule of the base branch asks for reviews. */
export function reviewDecision(
  world: World,
  repo: Repo,
  pull: Pull,
): "APPROVED" | "CHANGES_REQUESTED" | "REVIEW_REQUIRED" | null {
  const { approvals } = rulesOf(repo, pull.baseBranch);
  if (approvals === 0) return null;
  const opinions = latestOpinions(world.reviews(pull)).filter(
    ({ author }) => author !== pull.author && mayWrite(world, repo, author),
  );
  if (opinions.some((review) => review.state === "CHANGES_REQUESTED")) return "CHANGES_REQUESTED";
  const approved = opinions.filter((review) => review.state === "APPROVED").length;
  return approved >= approvals ? "APPROVED" : "REVIEW_REQUIRED";
}
