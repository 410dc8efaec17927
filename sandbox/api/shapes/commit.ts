import { createHash } from "node:crypto";
import type { Commit, Oid, Signature } from "../../git/object-store.ts";
import type { Repo } from "../../world/entities.ts";
import { notFound } from "../api-error.ts";
import type { Room } from "../room.ts";
import { repoApi, repoWeb, type Urls } from "../urls.ts";
import { type Schemas, userByLogin } from "./account.ts";

export function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

/** Node ids of things that the world gives none: opaque, and the same each time. */
export function nodeIdOf(kind: string, ...parts: readonly (string | number)[]): string {
  const digest = createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
  return `${kind}_${digest.slice(0, 24)}`;
}

function person(signature: Signature) {
  return { name: signature.name, email: signature.email, date: iso(signature.time) };
}

function verification(repo: Repo, oid: Oid) {
  const verified = repo.signed.has(oid);
  return {
    verified,
    reason: verified ? "valid" : "unsigned",
    signature: null,
    payload: null,
    verified_at: null,
  };
}

/** A commit of `git/commits`. */
export function gitCommit(urls: Urls, repo: Repo, commit: Commit): Schemas["git-commit"] {
  const api = repoApi(urls, repo);
  const web = repoWeb(urls, repo);
  return {
    sha: commit.oid,
    node_id: nodeIdOf("C", repo.id, commit.oid),
    url: `${api}/git/commits/${commit.oid}`,
    html_url: `${web}/commit/${commit.oid}`,
    author: person(commit.author),
    committer: person(commit.committer),
    message: commit.message,
    tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${api}/git/commits/${sha}`,
      html_url: `${web}/commit/${sha}`,
    })),
    verification: verification(repo, commit.oid),
  };
}

/** A commit of `commits`: with the account that made it, where one is known. */
export function commitShape(room: Room, repo: Repo, commit: Commit): Schemas["commit"] {
  const { world, urls } = room;
  const api = repoApi(urls, repo);
  const login = repo.authors.get(commit.oid);
  const account = login === undefined ? null : userByLogin(world, urls, login);
  return {
    sha: commit.oid,
    node_id: nodeIdOf("C", repo.id, commit.oid),
    url: `${api}/commits/${commit.oid}`,
    html_url: `${repoWeb(urls, repo)}/commit/${commit.oid}`,
    comments_url: `${api}/commits/${commit.oid}/comments`,
    commit: {
      author: person(commit.author),
      committer: person(commit.committer),
      message: commit.message,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      url: `${api}/git/commits/${commit.oid}`,
      comment_count: 0,
      verification: verification(repo, commit.oid),
    },
    author: account,
    committer: account,
    parents: commit.parents.map((sha) => ({ sha, url: `${api}/commits/${sha}` })),
  };
}

/** Throws 404 when the repo has no such commit. */
export async function readCommit(repo: Repo, oid: Oid): Promise<Commit> {
  const commit = await repo.store.readCommit(oid);
  if (commit === null) throw notFound();
  return commit;
}

export async function commitShapes(
  room: Room,
  repo: Repo,
  oids: readonly Oid[],
): Promise<Schemas["commit"][]> {
  const shapes: Schemas["commit"][] = [];
  for (const oid of oids) shapes.push(commitShape(room, repo, await readCommit(repo, oid)));
  return shapes;
}
