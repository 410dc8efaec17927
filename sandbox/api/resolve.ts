import type { Commit, Oid } from "../git/object-store.ts";
import type { Comment, Pull, Repo } from "../world/entities.ts";
import type { World } from "../world/world.ts";
import { ApiError, notFound } from "./api-error.ts";

/** What paths and bodies name, found in a repo; 404 or GitHub's own refusal when it is not there. */

const OID = /^[0-9a-f]{40}$/;

export function pullOf(world: World, repo: Repo, number: number | bigint): Pull {
  const pull = world.pull(repo, Number(number));
  if (pull === null) throw notFound();
  return pull;
}

export function commentOf(
  world: World,
  repo: Repo,
  id: number | bigint,
): { readonly pull: Pull; readonly comment: Comment } {
  for (const pull of world.pulls(repo)) {
    const comment = world.comments(pull).find((c) => c.id === Number(id));
    if (comment !== undefined) return { pull, comment };
  }
  throw notFound();
}

/** The objects API has nothing to offer before the first push. */
export function refuseEmpty(repo: Repo): string {
  if (repo.defaultBranch === null) throw new ApiError(409, "Git Repository is empty.");
  return repo.defaultBranch;
}

/** A commit by id, branch, tag or ref name (with or without `refs/`); null when there is none. */
export async function findCommit(repo: Repo, name: string): Promise<Commit | null> {
  if (OID.test(name)) return repo.store.readCommit(name);
  const short = name.replace(/^refs\//, "");
  if (name === "HEAD" && repo.defaultBranch !== null) return findCommit(repo, repo.defaultBranch);
  for (const ref of [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${short}`]) {
    const oid = await repo.store.readRef(ref);
    if (oid !== null) return repo.store.readCommit(oid);
  }
  return null;
}

/** As `findCommit`; an unknown name is 422, as GitHub answers where a commit is named in the path. */
export async function commitNamed(repo: Repo, name: string): Promise<Commit> {
  const commit = await findCommit(repo, name);
  if (commit === null) throw new ApiError(422, `No commit found for SHA: ${name}`);
  return commit;
}

/** The repo that `owner` holds in the network of forks of `repo`. */
export function inNetwork(world: World, repo: Repo, owner: string): Repo | null {
  const wanted = owner.toLowerCase();
  const network = [...world.repos.values()].filter(
    (r) => r.id === repo.id || r.parent === repo.id || r.id === repo.parent,
  );
  return network.find((r) => r.owner.toLowerCase() === wanted) ?? null;
}

export async function entryAt(
  repo: Repo,
  tree: Oid,
  path: string,
): Promise<{ readonly mode: string; readonly oid: Oid } | null> {
  let at = { mode: "040000", oid: tree };
  for (const name of path.split("/").filter((part) => part !== "")) {
    if (at.mode !== "040000") return null;
    const entries = await repo.store.readTree(at.oid);
    const found = entries?.find((entry) => entry.name === name);
    if (found === undefined) return null;
    at = { mode: found.mode, oid: found.oid };
  }
  return at;
}
