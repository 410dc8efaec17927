import type { PullState } from "../model/forge.ts";
import type { Pull, Viewer } from "./target-answer.ts";

const STATES = { OPEN: "open", CLOSED: "closed", MERGED: "merged" } as const;
const CHECKS: Readonly<Record<string, PullState["checks"]>> = {
  SUCCESS: "passing",
  PENDING: "pending",
  EXPECTED: "pending",
  FAILURE: "failing",
  ERROR: "failing",
};

const MERGEABLE: Readonly<Record<string, PullState["mergeable"]>> = {
  MERGEABLE: "clean",
  CONFLICTING: "conflicting",
};

/** A pull request of the answer in the words of the port. `viewer` is our App's bot: the owner of the token that asked. */
export function pullState(pull: Pull, viewer: Viewer): PullState {
  const state = STATES[pull.state];
  const last = pull.commits.nodes?.at(-1)?.commit;
  const rollup = last?.statusCheckRollup?.state;
  return {
    number: pull.number,
    nodeId: pull.id,
    url: pull.url,
    state,
    base: pull.baseRefName,
    headOid: pull.headRefOid,
    title: pull.title,
    body: pull.body,
    draft: pull.isDraft,
    ours: !pull.isCrossRepository && isViewer(pull.author, viewer),
    createdAt: pull.createdAt,
    closedAt: pull.closedAt,
    closedBy: state === "closed" ? closedBy(pull, viewer) : null,
    firstMessage: pull.first.nodes?.at(0)?.commit.message ?? "",
    changedFiles: pull.changedFiles,
    approvedAt: approvedAt(pull),
    checks: rollup === undefined ? "none" : (CHECKS[rollup] ?? "pending"),
    mergeable: MERGEABLE[pull.mergeable] ?? "unknown",
  };
}

function closedBy(pull: Pull, viewer: Viewer): "app" | "person" {
  const actor = pull.timelineItems.nodes?.at(-1)?.actor ?? null;
  return isViewer(actor, viewer) ? "app" : "person";
}

/** The first of the approvals that stand on the head commit; `null` while somebody asks for changes. */
function approvedAt(pull: Pull): string | null {
  const reviews = (pull.latestOpinionatedReviews?.nodes ?? []).filter((review) => review !== null);
  if (reviews.some((review) => review.state === "CHANGES_REQUESTED")) return null;
  const approvals = reviews.filter(
    (review) =>
      review.state === "APPROVED" &&
      review.commit?.oid === pull.headRefOid &&
      review.author?.__typename === "User",
  );
  const instants = approvals.flatMap(({ submittedAt }) => submittedAt ?? []);
  return instants.sort()[0] ?? null;
}

/**
 * Whether an actor is our App's bot. GraphQL writes a bot's login without the `[bot]` that REST, commits and `viewer`
 * have; no person can have the type Bot.
 */
export function isViewer(actor: Pull["author"], viewer: Viewer): boolean {
  return actor?.__typename === "Bot" && bare(actor.login) === bare(viewer.login);
}

function bare(login: string): string {
  return login.toLowerCase().replace(/\[bot\]$/, "");
}
