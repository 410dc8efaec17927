import type { Label, Pull, Repo, Review } from "../../world/entities.ts";
import type { Room } from "../room.ts";
import { repoApi, repoWeb } from "../urls.ts";
import { type Schemas, team, userByLogin, userOrNull } from "./account.ts";
import { readCommit } from "./commit.ts";
import { diffEntries } from "./diff.ts";
import { association, label, repository } from "./repo.ts";

function addresses(room: Room, repo: Repo, pull: Pull) {
  const api = repoApi(room.urls, repo);
  const web = `${repoWeb(room.urls, repo)}/pull/${pull.number}`;
  const self = `${api}/pulls/${pull.number}`;
  const issue = `${api}/issues/${pull.number}`;
  const all = {
    url: self,
    html_url: web,
    issue_url: issue,
    comments_url: `${issue}/comments`,
    commits_url: `${self}/commits`,
    review_comments_url: `${self}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    statuses_url: `${api}/statuses/${pull.headOid}`,
  };
  return {
    ...all,
    diff_url: `${web}.diff`,
    patch_url: `${web}.patch`,
    _links: {
      self: { href: all.url },
      html: { href: all.html_url },
      issue: { href: all.issue_url },
      comments: { href: all.comments_url },
      commits: { href: all.commits_url },
      review_comments: { href: all.review_comments_url },
      review_comment: { href: all.review_comment_url },
      statuses: { href: all.statuses_url },
    },
  };
}

function side(room: Room, repo: Repo, branch: string, sha: string) {
  return {
    label: `${repo.owner}:${branch}`,
    ref: branch,
    sha,
    user: userByLogin(room.world, room.urls, repo.owner),
    repo: repository(room.world, room.urls, repo),
  };
}

export function labelsOf(repo: Repo, pull: Pull): readonly Label[] {
  return [...pull.labels].flatMap((name) => repo.labels.get(name) ?? []);
}

function teamsOf(room: Room, repo: Repo, pull: Pull): Schemas["team"][] {
  const slugs = [...pull.teamReviewers];
  return slugs.flatMap((slug) => {
    const found = room.world.team(repo.owner, slug.split("/").at(-1) ?? slug);
    return found === null ? [] : [team(room.urls, found)];
  });
}

export function requestedReviewers(
  room: Room,
  repo: Repo,
  pull: Pull,
): Schemas["pull-request-review-request"] {
  const users = [...pull.reviewers].map((login) => userByLogin(room.world, room.urls, login));
  return { users, teams: teamsOf(room, repo, pull) };
}

function autoMerge(room: Room, pull: Pull): Schemas["auto-merge"] {
  if (pull.autoMerge === null) return null;
  return {
    enabled_by: userByLogin(room.world, room.urls, pull.autoMerge.by),
    merge_method: pull.autoMerge.method,
    commit_title: pull.title,
    commit_message: "",
  };
}

/** A pull request as lists show it. */
export function pullSimple(room: Room, repo: Repo, pull: Pull) {
  const { world, urls } = room;
  const headRepo = world.repos.get(pull.headRepo) ?? repo;
  const requested = requestedReviewers(room, repo, pull);
  return {
    ...addresses(room, repo, pull),
    id: pull.id,
    node_id: pull.nodeId,
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: userByLogin(world, urls, pull.author),
    body: pull.body === "" ? null : pull.body,
    labels: labelsOf(repo, pull).map((l) => label(urls, repo, l)),
    milestone: null,
    assignee: null,
    assignees: [],
    requested_reviewers: requested.users,
    requested_teams: requested.teams,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeOid,
    draft: pull.draft,
    head: side(room, headRepo, pull.headBranch, pull.headOid),
    base: side(room, repo, pull.baseBranch, pull.baseOid),
    author_association: association(world, repo, pull.author),
    auto_merge: autoMerge(room, pull),
  } satisfies Schemas["pull-request-simple"];
}

/** The commit that the pull request's changes are counted from: where its head left its base. */
export async function forkPoint(repo: Repo, pull: Pull): Promise<string> {
  return (await repo.store.mergeBase(pull.baseOid, pull.headOid)) ?? pull.baseOid;
}

export async function pullCommits(repo: Repo, pull: Pull): Promise<readonly string[]> {
  const oids = await repo.store.log(pull.headOid, { not: [pull.baseOid], limit: 250 });
  return [...oids].reverse();
}

export async function pullFiles(room: Room, repo: Repo, pull: Pull) {
  const from = await readCommit(repo, await forkPoint(repo, pull));
  return diffEntries(room, repo, from, await readCommit(repo, pull.headOid));
}

async function mergeability(room: Room, repo: Repo, pull: Pull) {
  if (pull.state === "closed") return { mergeable: null, mergeable_state: "unknown" };
  const { mergeable, state } = await room.world.mergeability(repo, pull);
  return { mergeable: mergeable === "MERGEABLE", mergeable_state: state.toLowerCase() };
}

/** One pull request with everything that has to be computed. */
export async function pullFull(
  room: Room,
  repo: Repo,
  pull: Pull,
): Promise<Schemas["pull-request"]> {
  const files = await pullFiles(room, repo, pull);
  const total = (pick: (file: (typeof files)[number]) => number) =>
    files.reduce((sum, file) => sum + pick(file), 0);
  return {
    ...pullSimple(room, repo, pull),
    ...(await mergeability(room, repo, pull)),
    merged: pull.mergedAt !== null,
    merged_by: userOrNull(room.world, room.urls, pull.mergedBy),
    comments: room.world.comments(pull).length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: (await pullCommits(repo, pull)).length,
    additions: total((file) => file.additions),
    deletions: total((file) => file.deletions),
    changed_files: files.length,
  };
}

export function reviewShape(
  room: Room,
  repo: Repo,
  pull: Pull,
  review: Review,
): Schemas["pull-request-review"] {
  const { html_url, url } = addresses(room, repo, pull);
  const html = `${html_url}#pullrequestreview-${review.id}`;
  return {
    id: review.id,
    node_id: review.nodeId,
    user: userByLogin(room.world, room.urls, review.author),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: url,
    _links: { html: { href: html }, pull_request: { href: url } },
    submitted_at: review.at,
    commit_id: review.commit,
    author_association: association(room.world, repo, review.author),
  };
}
