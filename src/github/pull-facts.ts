import { CONFIG_PATH } from "../model/config.ts";
import { type CdRepo, ForgeUnavailable } from "../model/forge.ts";
import type { Account, PullFacts, Review } from "../model/pulls.ts";
import { account } from "./accounts.ts";
import { branchDemands, leniently, requiresGate } from "./branch-rules.ts";
import { commentOf, NOTE } from "./comment.ts";
import { commitFacts, newestFirst } from "./commit-facts.ts";
import type { Host } from "./host.ts";
import { allChecks } from "./pull-checks.ts";
import {
  type CheckNode,
  type CommentNode,
  type CommitNode,
  type FoundPull,
  type OtherPulls,
  PULL_FACTS,
  PullFactsAnswer,
  type PullRepository,
  type ReviewNode,
} from "./pull-facts-document.ts";
import { compareFiles } from "./pull-files.ts";
import { isViewer } from "./pull-state.ts";
import { readAnswer } from "./target.ts";
import type { Viewer } from "./target-answer.ts";

/** How often the pull request may change while its pages are read. */
const TRIES = 3;

export interface WantedPull {
  readonly number: number;
  /** Label whose pull requests are counted by the way; `null`: none. */
  readonly counted: string | null;
}

/** What the first query tells. */
export interface Found {
  readonly viewer: Viewer;
  /** Other open pull requests of the same head. */
  readonly sameHead: readonly number[];
  readonly autoMergeAllowed: boolean;
  readonly said: number | null;
  readonly configOid: string | null;
  readonly pull: FoundPull;
  readonly reviews: readonly ReviewNode[];
  readonly comments: readonly CommentNode[];
  readonly checks: readonly CheckNode[];
}

/**
 * A pull request with all that decides about it: one query (one more for each further 100 reviews, comments or checks, whichever
 * is longest) and one comparison of the very commits that the query told. `null`: gone, or another repo has taken the name.
 */
export async function readPull(
  host: Host,
  appId: number,
  repo: CdRepo,
  number: number,
): Promise<PullFacts | null> {
  const found = await findPull(host, repo, { number, counted: null });
  return found === null ? null : readRest(host, appId, repo, found);
}

/** The rest of what decides: one comparison of the very commits that the query told. */
export async function readRest(
  host: Host,
  appId: number,
  repo: CdRepo,
  found: Found,
): Promise<PullFacts> {
  const { pull } = found;
  // What a merged one changed is found from where its base stood then.
  const tip = pull.state === "MERGED" ? null : (pull.baseRef?.target?.oid ?? null);
  const base = tip ?? pull.baseRefOid;
  const ends = { base, head: pull.headRefOid, atLeast: pull.changedFiles };
  const { behindBy, ...files } = await compareFiles(host, repo, ends);
  const demands = branchDemands(pull.baseRef);
  return {
    ...identity(found),
    base: { branch: pull.baseRefName, oid: base },
    ...files,
    commits: newestFirst(commitNodes(pull), pull.headRefOid).map((commit) => ({
      ...commitFacts(commit, found.viewer),
      people: peopleOf(commit),
    })),
    commitsComplete: pull.commits.totalCount === commitNodes(pull).length,
    reviews: found.reviews.flatMap(review),
    checks: allChecks(found.checks, demands),
    labels: (pull.labels?.nodes ?? []).flatMap((label) => label?.name ?? []),
    behind: pull.mergeStateStatus === "BEHIND" || (demands.upToDate && behindBy > 0),
    gateRequired: requiresGate(demands, appId),
    notes: found.comments
      .map((comment) => commentOf(comment))
      .filter(({ byOurApp, body }) => byOurApp && NOTE.test(body)),
  };
}

/** One query, one more for each further hundred of what there may be many of. */
export async function findPull(
  host: Host,
  repo: CdRepo,
  wanted: WantedPull,
): Promise<Found | null> {
  for (let left = TRIES; left > 0; left -= 1) {
    const found = await readPages(host, repo, wanted);
    if (found !== "moved") return found;
  }
  const name = `${repo.owner}/${repo.name}#${wanted.number}`;
  throw new ForgeUnavailable(`${name} changes faster than it can be read`, "request", null);
}

/** `moved`: the head changed between two pages. */
async function readPages(
  host: Host,
  repo: CdRepo,
  wanted: WantedPull,
): Promise<Found | "moved" | null> {
  let found: Found | null = null;
  let cursors: Cursors | null = {};
  while (cursors !== null) {
    const page = await readPage(host, repo, wanted, cursors);
    if (page === "moved" || page === null) return page;
    if (found !== null && found.pull.headRefOid !== page.pull.headRefOid) return "moved";
    found = found === null ? page : joined(found, page);
    cursors = cursorsAfter(cursors, page.pull);
  }
  return found;
}

type Cursors = Partial<Record<"reviews" | "comments" | "checks", string | null>>;

/** `moved`: the head changed inside the host, between two fields. */
async function readPage(
  host: Host,
  repo: CdRepo,
  { counted, number }: WantedPull,
  cursors: Cursors,
): Promise<Found | "moved" | null> {
  const labels = counted === null ? null : [counted];
  const where = {
    owner: repo.owner,
    name: repo.name,
    number,
    counted: labels,
    config: CONFIG_PATH,
  };
  const answer = await host.query(PULL_FACTS, { ...where, ...cursors });
  const { repository, viewer } = readAnswer(leniently(answer), PullFactsAnswer);
  const pull = repository?.pullRequest ?? null;
  if (repository === null || repository.databaseId !== repo.id || pull === null) return null;
  const tip = pull.head.nodes?.at(-1)?.commit ?? null;
  if (tip !== null && tip.oid !== pull.headRefOid) return "moved";
  const { reviews, comments, checks } = pagesOf(pull);
  return {
    viewer,
    sameHead: sameHeadOf(pull, repository.open),
    autoMergeAllowed: repository.autoMergeAllowed,
    configOid: configOidOf(repository.defaultBranchRef),
    said: counted === null ? null : (repository.said?.totalCount ?? null),
    pull,
    reviews: nodesOf(reviews),
    comments: nodesOf(comments),
    checks: nodesOf(checks),
  };
}

function configOidOf(branch: PullRepository["defaultBranchRef"]): string | null {
  const tip = branch?.target ?? null;
  return tip === null ? null : (tip.file?.oid ?? "");
}

/** By the list of what is open, which knows every branch, and by the commit, whatever its age. */
function sameHeadOf(pull: FoundPull, open: OtherPulls): readonly number[] {
  const commit = pull.head.nodes?.at(-1)?.commit;
  const others = [...nodesOf(open), ...nodesOf(commit?.associatedPullRequests ?? null)];
  const same = others.filter(
    ({ headRefOid, number, state }) =>
      state === "OPEN" && headRefOid === pull.headRefOid && number !== pull.number,
  );
  return [...new Set(same.map(({ number }) => number))].sort((a, b) => a - b);
}

function pagesOf(pull: FoundPull) {
  const checks = pull.head.nodes?.at(-1)?.commit.statusCheckRollup?.contexts ?? null;
  return { reviews: pull.reviews, comments: pull.comments, checks };
}

function joined(before: Found, page: Found): Found {
  return {
    ...page,
    reviews: [...before.reviews, ...page.reviews],
    comments: [...before.comments, ...page.comments],
    checks: [...before.checks, ...page.checks],
  };
}

/** Where to go on; a list that has ended stays at its end. `null`: all have ended. */
function cursorsAfter(cursors: Cursors, pull: FoundPull): Cursors | null {
  const { reviews, comments, checks } = pagesOf(pull);
  const more = [reviews, comments, checks].some((page) => page?.pageInfo.hasNextPage === true);
  if (!more) return null;
  return {
    reviews: reviews?.pageInfo.endCursor ?? cursors.reviews ?? null,
    comments: comments.pageInfo.endCursor ?? cursors.comments ?? null,
    checks: checks?.pageInfo.endCursor ?? cursors.checks ?? null,
  };
}

function nodesOf<T>(page: { readonly nodes?: (T | null)[] | null | undefined } | null): T[] {
  return (page?.nodes ?? []).filter((node) => node !== null);
}

export const STATES = { OPEN: "open", CLOSED: "closed", MERGED: "merged" } as const;
const MERGEABLE: Readonly<Record<string, PullFacts["mergeable"]>> = {
  MERGEABLE: "clean",
  CONFLICTING: "conflicting",
};

function identity({ autoMergeAllowed, configOid, pull, sameHead, viewer }: Found) {
  const sameRepo = !pull.isCrossRepository;
  const autoMerge = autoMergeAllowed ? "off" : "unavailable";
  const queue = pull.isInMergeQueue ? "queued" : "outside";
  return {
    number: pull.number,
    nodeId: pull.id,
    url: pull.url,
    state: STATES[pull.state],
    mergedAt: pull.mergedAt,
    draft: pull.isDraft,
    title: pull.title,
    body: pull.body,
    author: account(pull.author),
    ours: sameRepo && isViewer(pull.author, viewer),
    sameHead,
    configOid,
    head: { branch: pull.headRefName, oid: pull.headRefOid, sameRepo },
    mergeable: MERGEABLE[pull.mergeable] ?? "unknown",
    autoMerge: pull.autoMergeRequest === null ? autoMerge : "on",
    queue: pull.isMergeQueueEnabled ? queue : null,
  } as const satisfies Partial<PullFacts>;
}

function commitNodes(pull: FoundPull): readonly CommitNode[] {
  return (pull.commits.nodes ?? []).flatMap((node) => node?.commit ?? []);
}

// GitHub's own account, the committer of what is made on its pages.
const WEB_FLOW = "web-flow";

/** Everybody who has a hand in a commit, as its addresses say: authors, co-authors, committer. */
function peopleOf({ authors, committer }: CommitNode): readonly Account[] {
  const users = [...(authors.nodes ?? []).map((author) => author?.user), committer?.user];
  const byLogin = new Map<string, Account>();
  for (const user of users) {
    if (user == null || user.login === WEB_FLOW) continue;
    byLogin.set(user.login, account({ __typename: "User", ...user }));
  }
  return [...byLogin.values()];
}

const REVIEWS: Readonly<Record<string, Review["state"]>> = {
  APPROVED: "approved",
  CHANGES_REQUESTED: "changes-requested",
  COMMENTED: "commented",
  DISMISSED: "dismissed",
};

/** A review that is not submitted yet is nobody's word. */
function review(node: ReviewNode): readonly Review[] {
  const state = REVIEWS[node.state];
  if (state === undefined || node.submittedAt === null) return [];
  const { fullDatabaseId: id, author, commit, submittedAt: at } = node;
  return [{ id, author: account(author), state, commitOid: commit?.oid ?? null, at }];
}
