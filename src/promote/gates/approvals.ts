import type { Environment } from "../../model/config.ts";
import { visible } from "../../model/outside-text.ts";
import type { Review } from "../../model/pulls.ts";
import type { GateFacts, GatePlace, Person } from "./facts.ts";
import { closed, type Finding, listed, open, waiting } from "./finding.ts";
import { isEntitled } from "./rights.ts";

export type ApprovalRule = Environment["approvals"];

/** GitHub's own account, that commits what people merge or edit on its pages. */
const WEB_FLOW = "web-flow";

/** Enough people other than those who made it approve this head, and nobody who may asks for changes. */
export function approvalsGate(facts: GateFacts, { environment }: GatePlace): Finding {
  const requester = requesterOf(facts);
  const { origin } = facts;
  const commanded = origin.kind === "promotion" || origin.kind === "rollback";
  if (commanded && requester !== null) {
    const entitled = isEntitled(facts.people.get(requester.id), environment.allow.teams);
    const who = visible(requester.login, 40);
    if (!entitled) return closed(`${who}, who asked for it, may not do so any more.`);
  }
  const { approvals } = environment;
  // What ran here before was approved once; an incident is no time to find a second person.
  const lighter = origin.kind === "rollback" ? Math.min(1, approvals.count) : approvals.count;
  return approvedBy(facts, { ...approvals, count: lighter });
}

/** Holds the reviews against a rule: of the gate itself, or of the gate that a config change loosens. */
export function approvedBy(facts: GateFacts, rule: ApprovalRule): Finding {
  const reviews = latestReviews(facts.pull.reviews);
  const objecting = reviews.filter(
    ({ author, state }) =>
      state === "changes-requested" && isEntitled(facts.people.get(author.id), rule.teams),
  );
  if (objecting.length > 0) {
    const who = listed(objecting.map(({ author }) => author.login));
    return closed(`Changes asked for by ${who}: by approving, or a dismissal, it goes on.`);
  }
  if (rule.count === 0) return open("None is needed.");
  const doubt = doubtOf(facts);
  if (doubt !== null) return closed(doubt);
  const approving = reviews.filter(({ state }) => state === "approved");
  const judged = approving.map(({ author, commitOid }) => ({
    login: author.login,
    why: discounted(facts, rule, author, commitOid),
  }));
  const counted = judged.filter(({ why }) => why === null).map(({ login }) => login);
  if (counted.length >= rule.count) return open(`${tally(counted, rule)}: ${listed(counted)}.`);
  const others = judged.flatMap(({ login, why }) => (why === null ? [] : [`${login} ${why}`]));
  return waiting(`${tally(counted, rule)}${missing(facts, rule)}${notCounted(others)}`);
}

/** The last word of each person: a comment is none, and what was dismissed does not bring an older approval back. */
export function latestReviews(reviews: readonly Review[]): Review[] {
  const latest = new Map<number, Review>();
  for (const review of reviews) {
    if (review.state !== "commented") latest.set(review.author.id, review);
  }
  return [...latest.values()];
}

/** Why nobody's approval can be told from that of who wrote it; `null`: all is known. */
function doubtOf({ pull, origin }: GateFacts): string | null {
  if (!pull.commitsComplete)
    return "It has more commits than GitHub lists: who wrote them is not known.";
  if (origin.kind !== "person" && origin.kind !== "foreign") return null;
  const unknown = pull.commits.find(
    ({ byApp, people }) => !byApp && people.every(({ login }) => login === WEB_FLOW),
  );
  if (unknown === undefined) return null;
  return `Commit ${unknown.oid.slice(0, 7)} has an author whom GitHub does not know: an approval may be the author's own. Commit it with an address of a GitHub user.`;
}

/** Why an approval does not count, to be said behind the login; `null`: it does. */
function discounted(
  facts: GateFacts,
  rule: ApprovalRule,
  author: Review["author"],
  commitOid: string | null,
): string | null {
  const { pull, people } = facts;
  const standing = people.get(author.id);
  if (author.isBot) return "(no person)";
  if (commitOid !== pull.head.oid) return "(an older commit)";
  if (!rule.requester && requesterOf(facts)?.id === author.id) return "(asked for it)";
  if (pull.commits.some((commit) => commit.people.some(({ id }) => id === author.id))) {
    return "(wrote a commit of it)";
  }
  if (!isEntitled(standing, [])) return "(may not write here)";
  return isEntitled(standing, rule.teams) ? null : `(not in ${listed(rule.teams, "or")})`;
}

function requesterOf({ origin, pull }: GateFacts): Person | null {
  if (origin.kind === "person") return pull.author;
  return "requester" in origin ? origin.requester : null;
}

function tally(counted: readonly string[], { count }: ApprovalRule): string {
  return count === 1 && counted.length === 1
    ? "Approved"
    : `${counted.length} of ${count} approvals`;
}

function missing(facts: GateFacts, rule: ApprovalRule): string {
  const who =
    rule.teams.length === 0 ? "somebody with write" : `somebody of ${listed(rule.teams, "or")}`;
  const requester = rule.requester ? null : requesterOf(facts);
  const not = requester === null ? "" : `, not ${visible(requester.login, 40)}, who asked for it`;
  return `: ${who}${not}, approves commit ${facts.pull.head.oid.slice(0, 7)}.`;
}

function notCounted(others: readonly string[]): string {
  return others.length === 0 ? "" : ` Not counted: ${listed(others.slice(0, 5))}.`;
}
