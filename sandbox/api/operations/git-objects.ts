import type { Oid, Signature, TreeEntry } from "../../git/object-store.ts";
import type { Repo } from "../../world/entities.ts";
import { ApiError, notFound } from "../api-error.ts";
import type { BodyOf, Handlers } from "../operation.ts";
import { findCommit, refuseEmpty } from "../resolve.ts";
import type { Room } from "../room.ts";
import { accountOf, type Schemas } from "../shapes/account.ts";
import { gitCommit, nodeIdOf } from "../shapes/commit.ts";
import { editedTree, type TreeEdit } from "../tree-edit.ts";
import { repoApi } from "../urls.ts";

type ObjectHandlers = Pick<
  Handlers,
  | "git/get-commit"
  | "git/create-commit"
  | "git/get-tree"
  | "git/create-tree"
  | "git/get-blob"
  | "git/create-blob"
>;

/** GitHub's limit on a listed tree. */
const MOST_ENTRIES = 100_000;

const HOST = { name: "GitHub", email: "noreply@github.com" };

function seconds(instant: string | undefined, now: Date): number {
  return Math.floor((instant === undefined ? now : new Date(instant)).getTime() / 1000);
}

/** Who a commit is by: as the body says, else the caller, and then the host commits and signs it. */
function signaturesOf(
  room: Room,
  actor: string,
  body: BodyOf<"git/create-commit">,
): { readonly author: Signature; readonly committer: Signature; readonly signed: boolean } {
  const now = room.now();
  const account = accountOf(room.world, actor);
  const email = `${account.id}+${account.login}@users.noreply.github.com`;
  const given = body.author;
  const author = {
    name: given?.name ?? account.login,
    email: given?.email ?? email,
    time: seconds(given?.date, now),
  };
  const host = { ...HOST, time: seconds(undefined, now) };
  const signed = given === undefined && body.committer === undefined;
  const named = body.committer;
  const committer =
    named === undefined
      ? signed
        ? host
        : author
      : {
          name: named.name ?? author.name,
          email: named.email ?? author.email,
          time: seconds(named.date, now),
        };
  return { author, committer, signed };
}

async function createCommit(
  room: Room,
  repo: Repo,
  actor: string,
  body: BodyOf<"git/create-commit">,
) {
  if ((await repo.store.typeOf(body.tree)) !== "tree")
    throw new ApiError(422, "Tree SHA does not exist");
  const parents = body.parents ?? [];
  for (const parent of parents)
    if ((await repo.store.typeOf(parent)) !== "commit")
      throw new ApiError(422, "Parent SHA does not exist or is not a commit object");
  const { author, committer, signed } = signaturesOf(room, actor, body);
  const commit = { tree: body.tree, parents, author, committer, message: body.message };
  const oid = await repo.store.writeCommit(commit);
  if (signed) repo.signed.add(oid);
  repo.authors.set(oid, actor);
  return gitCommit(room.urls, repo, { oid, ...commit });
}

type ListedEntry = Schemas["git-tree"]["tree"][number];

function listedEntry(room: Room, repo: Repo, path: string, entry: TreeEntry): ListedEntry {
  const api = `${repoApi(room.urls, repo)}/git`;
  const { mode, oid: sha } = entry;
  if (mode === "160000") return { path, mode, type: "commit", sha };
  const type = mode === "040000" ? "tree" : "blob";
  return { path, mode, type, sha, url: `${api}/${type}s/${sha}` };
}

async function listTree(
  room: Room,
  repo: Repo,
  tree: Oid,
  recursive: boolean,
): Promise<{ readonly entries: ListedEntry[]; readonly truncated: boolean }> {
  const entries: ListedEntry[] = [];
  const walk = async (oid: Oid, folder: string): Promise<void> => {
    for (const entry of (await repo.store.readTree(oid)) ?? []) {
      if (entries.length >= MOST_ENTRIES) return;
      const path = folder + entry.name;
      entries.push(listedEntry(room, repo, path, entry));
      if (recursive && entry.mode === "040000") await walk(entry.oid, `${path}/`);
    }
  };
  await walk(tree, "");
  return { entries, truncated: entries.length >= MOST_ENTRIES };
}

/** A tree by its own id, or the tree of a commit or branch. */
async function treeNamed(repo: Repo, name: string): Promise<Oid> {
  if (/^[0-9a-f]{40}$/.test(name) && (await repo.store.typeOf(name)) === "tree") return name;
  const commit = await findCommit(repo, name);
  if (commit === null) throw notFound();
  return commit.tree;
}

type NewEntry = BodyOf<"git/create-tree">["tree"][number];

async function editOf(repo: Repo, entry: NewEntry): Promise<TreeEdit> {
  const mode = entry.mode ?? "100644";
  if (entry.content !== undefined)
    return { mode, oid: await repo.store.writeBlob(Buffer.from(entry.content, "utf8")) };
  if (entry.sha === null) return null;
  if (entry.sha === undefined)
    throw new ApiError(422, "Must supply either tree.sha or tree.content");
  if (mode !== "160000" && (await repo.store.typeOf(entry.sha)) === null)
    throw new ApiError(422, `tree.sha ${entry.sha} is not a valid ${entry.type ?? "blob"}`);
  return { mode, oid: entry.sha };
}

async function createTree(repo: Repo, body: BodyOf<"git/create-tree">): Promise<Oid> {
  const edits = new Map<string, TreeEdit>();
  for (const entry of body.tree) {
    const path = entry.path ?? "";
    if (path === "" || path.startsWith("/") || path.split("/").includes(".."))
      throw new ApiError(422, "tree.path contains a malformed path component");
    edits.set(path, await editOf(repo, entry));
  }
  const base = body.base_tree === undefined ? null : await treeNamed(repo, body.base_tree);
  return editedTree(repo.store, base, edits);
}

export const GIT_OBJECTS: ObjectHandlers = {
  "git/get-commit": async ({ room, repo, params }) => {
    refuseEmpty(repo);
    const commit = await repo.store.readCommit(params.commit_sha);
    if (commit === null) throw notFound();
    return { status: 200, body: gitCommit(room.urls, repo, commit) };
  },
  "git/create-commit": async ({ room, repo, actor, body }) => {
    refuseEmpty(repo);
    return { status: 201, body: await createCommit(room, repo, actor, body) };
  },
  "git/get-tree": async ({ room, repo, params, query }) => {
    refuseEmpty(repo);
    const sha = await treeNamed(repo, params.tree_sha);
    const listed = await listTree(room, repo, sha, query.recursive !== undefined);
    const url = `${repoApi(room.urls, repo)}/git/trees/${sha}`;
    return { status: 200, body: { sha, url, tree: listed.entries, truncated: listed.truncated } };
  },
  "git/create-tree": async ({ room, repo, body }) => {
    refuseEmpty(repo);
    const sha = await createTree(repo, body);
    const listed = await listTree(room, repo, sha, false);
    const url = `${repoApi(room.urls, repo)}/git/trees/${sha}`;
    return { status: 201, body: { sha, url, tree: listed.entries, truncated: false } };
  },
  "git/get-blob": async ({ room, repo, params }) => {
    refuseEmpty(repo);
    const sha = params.file_sha;
    const bytes = /^[0-9a-f]{40}$/.test(sha) ? await repo.store.readBlob(sha) : null;
    if (bytes === null) throw notFound();
    const body = {
      sha,
      node_id: nodeIdOf("B", repo.id, sha),
      url: `${repoApi(room.urls, repo)}/git/blobs/${sha}`,
      size: bytes.length,
      content: wrapped(bytes),
      encoding: "base64",
    };
    return { status: 200, body };
  },
  "git/create-blob": async ({ room, repo, body }) => {
    refuseEmpty(repo);
    const encoding = body.encoding === "base64" ? "base64" : "utf8";
    const sha = await repo.store.writeBlob(Buffer.from(body.content, encoding));
    return { status: 201, body: { sha, url: `${repoApi(room.urls, repo)}/git/blobs/${sha}` } };
  },
};

/** GitHub breaks its base64 every 60 characters. */
export function wrapped(bytes: Buffer): string {
  return bytes.toString("base64").replace(/.{1,60}/g, "$&\n");
}
