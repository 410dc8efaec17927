import type { Pull, Repo, Review } from "../../world/entities.ts";
import { ApiError, notFound, unserved } from "../api-error.ts";
import type { BodyOf, Handlers } from "../operation.ts";
import { pullOf } from "../resolve.ts";
import type { Room } from "../room.ts";
import { pullSimple, requestedReviewers, reviewShape } from "../shapes/pull.ts";

type ReviewHandlers = Pick<
  Handlers,
  | "pulls/list-requested-reviewers"
  | "pulls/request-reviewers"
  | "pulls/remove-requested-reviewers"
  | "pulls/list-reviews"
  | "pulls/get-review"
  | "pulls/create-review"
  | "pulls/dismiss-review"
>;

const STATES = {
  APPROVE: "APPROVED",
  REQUEST_CHANGES: "CHANGES_REQUESTED",
  COMMENT: "COMMENTED",
} as const;

function reviewOf(room: Room, pull: Pull, id: number | bigint): Review {
  const review = room.world.reviews(pull).find((r) => r.id === Number(id));
  if (review === undefined) throw notFound();
  return review;
}

async function create(
  room: Room,
  repo: Repo,
  actor: string,
  pull: Pull,
  body: BodyOf<"pulls/create-review"> | undefined,
): Promise<Review> {
  if (body?.event === undefined) throw unserved("a pending review");
  if ((body.comments ?? []).length > 0) throw unserved("a review comment on a line");
  const text = body.body ?? "";
  if (text === "" && body.event !== "APPROVE")
    throw new ApiError(422, "Validation Failed", { errors: ["Body can't be blank"] });
  return room.world.review(repo, actor, pull, {
    state: STATES[body.event],
    body: text,
    ...(body.commit_id === undefined ? {} : { commit: body.commit_id }),
  });
}

export const REVIEWS: ReviewHandlers = {
  "pulls/list-requested-reviewers": ({ room, repo, params }) => {
    const pull = pullOf(room.world, repo, params.pull_number);
    return { status: 200, body: requestedReviewers(room, repo, pull) };
  },
  "pulls/request-reviewers": async ({ room, repo, actor, params, body }) => {
    const pull = pullOf(room.world, repo, params.pull_number);
    const { reviewers = [], team_reviewers: teams = [] } = body ?? {};
    await room.world.requestReview(repo, actor, pull, reviewers, teams);
    return { status: 201, body: pullSimple(room, repo, pull) };
  },
  "pulls/remove-requested-reviewers": ({ room, repo, params, body }) => {
    const pull = pullOf(room.world, repo, params.pull_number);
    for (const login of body.reviewers) pull.reviewers.delete(login);
    for (const slug of body.team_reviewers ?? []) pull.teamReviewers.delete(slug);
    return { status: 200, body: pullSimple(room, repo, pull) };
  },
  "pulls/list-reviews": ({ room, repo, params, page }) => {
    const pull = pullOf(room.world, repo, params.pull_number);
    const shown = page(room.world.reviews(pull));
    return { status: 200, body: shown.map((review) => reviewShape(room, repo, pull, review)) };
  },
  "pulls/get-review": ({ room, repo, params }) => {
    const pull = pullOf(room.world, repo, params.pull_number);
    const review = reviewOf(room, pull, params.review_id);
    return { status: 200, body: reviewShape(room, repo, pull, review) };
  },
  "pulls/create-review": async ({ room, repo, actor, params, body }) => {
    const pull = pullOf(room.world, repo, params.pull_number);
    const review = await create(room, repo, actor, pull, body);
    return { status: 200, body: reviewShape(room, repo, pull, review) };
  },
  "pulls/dismiss-review": async ({ room, repo, actor, params, body }) => {
    const pull = pullOf(room.world, repo, params.pull_number);
    const review = reviewOf(room, pull, params.review_id);
    await room.world.dismissReview(repo, actor, pull, review, body.message);
    return { status: 200, body: reviewShape(room, repo, pull, review) };
  },
};
