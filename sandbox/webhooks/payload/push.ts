import type { Commit, Oid } from "../../git/object-store.ts";
import { noreplyEmail } from "../../world/authorship.ts";
import type { Repo } from "../../world/entities.ts";
import { repositoryPayload } from "./repository.ts";
import { accountNamed, apiOf, htmlOf, type Payload, type Scope } from "./scope.ts";

export interface Push {
  readonly repo: Repo;
  readonly ref: string;
  readonly before: Oid | null;
  readonly after: Oid | null;
  readonly forced: boolean;
  readonly actor: string;
}

const ZEROS = "0".repeat(40);
/** GitHub lists no more commits than this in a push. */
const MAX_COMMITS = 2048;

/** All of a push's payload but its sender. */
export async function pushPayload(scope: Scope, push: Push): Promise<Payload> {
  const { repo, before, after } = push;
  const commits = after === null ? [] : await newCommits(scope, push, after);
  const compare = `${htmlOf(scope, repo)}/compare/${short(before)}...${short(after)}`;
  const pusher = accountNamed(scope, push.actor);
  return {
    ref: push.ref,
    before: before ?? ZEROS,
    after: after ?? ZEROS,
    repository: pushedRepository(scope, repo),
    pusher: { name: pusher.login, email: noreplyEmail(pusher) },
    created: before === null,
    deleted: after === null,
    forced: push.forced,
    base_ref: null,
    compare,
    commits,
    head_commit: after === null ? null : await commitPayload(scope, repo, after),
  };
}

function short(oid: Oid | null): string {
  return (oid ?? ZEROS).slice(0, 12);
}

/** In a push GitHub writes two of the repo's times as seconds. */
function pushedRepository(scope: Scope, repo: Repo): Payload {
  const seconds = (at: string) => Math.floor(Date.parse(at) / 1000);
  const times = { created_at: seconds(repo.createdAt), pushed_at: seconds(repo.pushedAt) };
  return { ...repositoryPayload(scope, repo), ...times };
}

/** What the ref has now and had not before; for a new branch: what the default branch has not either. Oldest first. */
async function newCommits(scope: Scope, push: Push, after: Oid): Promise<Payload[]> {
  const { store, defaultBranch } = push.repo;
  if ((await store.typeOf(after)) !== "commit") return [];
  const known = push.before ?? (await store.readRef(`refs/heads/${defaultBranch}`));
  const not = known === null || known === after ? [] : [known];
  if (push.before === null && known === after) return [];
  const oids = await store.log(after, { not, limit: MAX_COMMITS });
  const commits: Payload[] = [];
  for (const oid of oids.toReversed()) {
    const payload = await commitPayload(scope, push.repo, oid);
    if (payload !== null) commits.push(payload);
  }
  return commits;
}

async function commitPayload(scope: Scope, repo: Repo, oid: Oid): Promise<Payload | null> {
  const commit = await repo.store.readCommit(oid);
  if (commit === null) return null;
  return {
    id: oid,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: instantOf(commit),
    url: `${htmlOf(scope, repo)}/commit/${oid}`,
    author: { name: commit.author.name, email: commit.author.email, ...username(repo, oid) },
    committer: {
      name: commit.committer.name,
      email: commit.committer.email,
      ...(repo.signed.has(oid) ? { username: "web-flow" } : {}),
    },
    ...(await changedPaths(repo, commit)),
  };
}

function instantOf(commit: Commit): string {
  return new Date(commit.committer.time * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}

function username(repo: Repo, oid: Oid): { username?: string } {
  const login = repo.authors.get(oid);
  return login === undefined ? {} : { username: login };
}

async function changedPaths(repo: Repo, commit: Commit): Promise<Payload> {
  const parent = commit.parents[0];
  const before = parent === undefined ? null : await repo.store.readCommit(parent);
  const changes = await repo.store.diffTrees(before?.tree ?? null, commit.tree);
  const paths = (chosen: (change: (typeof changes)[number]) => boolean) =>
    changes.filter(chosen).map((change) => change.path);
  return {
    added: paths((change) => change.before === null),
    removed: paths((change) => change.after === null),
    modified: paths((change) => change.before !== null && change.after !== null),
  };
}

/** The commit that a merge group ends in. */
export async function simpleCommitPayload(repo: Repo, oid: Oid): Promise<Payload> {
  const commit = await repo.store.readCommit(oid);
  if (commit === null) throw new Error(`There is no commit ${oid}`);
  return {
    id: oid,
    tree_id: commit.tree,
    message: commit.message,
    timestamp: instantOf(commit),
    author: { name: commit.author.name, email: commit.author.email },
    committer: { name: commit.committer.name, email: commit.committer.email },
  };
}

export function commitUrl(scope: Scope, repo: Repo, oid: Oid): string {
  return `${apiOf(scope, repo)}/commits/${oid}`;
}
