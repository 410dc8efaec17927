import type { Oid } from "../git/object-store.ts";
import type { Repo } from "../world/entities.ts";
import type { Context } from "./context.ts";
import { NotServed } from "./errors.ts";
import type { CommitSource, ObjectSource, RefSource } from "./sources.ts";

const OID = /^[\da-f]{40}$/;

/** The object of an id, whatever it is; `null` when there is none. */
export async function objectOf(
  context: Context,
  repo: Repo,
  oid: Oid,
  folder = "",
): Promise<ObjectSource | null> {
  const type = await repo.store.typeOf(oid);
  if (type === "commit") return commitOf(context, repo, oid);
  if (type === "tree") return { __typename: "Tree", repo, treeOid: oid, folder };
  if (type === "blob") return { __typename: "Blob", repo, blobOid: oid };
  if (type === "tag") throw new NotServed("Tag");
  return null;
}

export async function commitOf(
  context: Context,
  repo: Repo,
  oid: Oid,
): Promise<CommitSource | null> {
  const commit = await context.reads.commit(repo.store, oid);
  return commit === null ? null : { __typename: "Commit", repo, commit };
}

/** Like `commitOf` for ids that a ref or a pull request holds: their commit exists. */
export async function knownCommit(context: Context, repo: Repo, oid: Oid): Promise<CommitSource> {
  const commit = await commitOf(context, repo, oid);
  if (commit === null) throw new Error(`Commit ${oid} is not in ${repo.owner}/${repo.name}`);
  return commit;
}

/** The ref of a full or short name; branches come before tags, as GitHub resolves them. */
export async function refOf(repo: Repo, name: string): Promise<RefSource | null> {
  const tries = name.startsWith("refs/")
    ? [name]
    : [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`];
  for (const full of tries) {
    const at = await repo.store.readRef(full);
    if (at !== null) return { __typename: "Ref", repo, full, at };
  }
  return null;
}

/**
 * The object of a git revision expression: `HEAD`, a ref, an id, each with `:path` or without.
 *
 * @throws NotServed for `~`, `^`, `@{…}` and ids cut short.
 */
export async function objectOfExpression(
  context: Context,
  repo: Repo,
  expression: string,
): Promise<ObjectSource | null> {
  const colon = expression.indexOf(":");
  const revision = colon < 0 ? expression : expression.slice(0, colon);
  const oid = await oidOfRevision(repo, revision);
  if (oid === null) return null;
  if (colon < 0) return objectOf(context, repo, oid);
  const commit = await context.reads.commit(repo.store, oid);
  const root = commit?.tree ?? oid;
  const path = expression.slice(colon + 1);
  if (path === "") return objectOf(context, repo, root);
  const entry = await context.reads.entryAt(repo.store, root, path.replace(/\/$/, ""));
  return entry === null ? null : objectOf(context, repo, entry.oid, path.replace(/\/$/, ""));
}

export async function oidOfRevision(repo: Repo, revision: string): Promise<Oid | null> {
  if (/[~^]|@\{/.test(revision)) throw new NotServed(`the expression "${revision}"`);
  if (revision === "HEAD") {
    return repo.defaultBranch === null
      ? null
      : repo.store.readRef(`refs/heads/${repo.defaultBranch}`);
  }
  const ref = await refOf(repo, revision);
  if (ref !== null) return ref.at;
  if (!OID.test(revision)) return null;
  return (await repo.store.typeOf(revision)) === null ? null : revision;
}
