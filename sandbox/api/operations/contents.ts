import type { Oid } from "../../git/object-store.ts";
import type { Repo } from "../../world/entities.ts";
import { ApiError, notFound } from "../api-error.ts";
import type { AnswerOf, Call, Handlers } from "../operation.ts";
import { entryAt, findCommit, refuseEmpty } from "../resolve.ts";
import type { Room } from "../room.ts";
import type { Schemas } from "../shapes/account.ts";
import { gitCommit, readCommit } from "../shapes/commit.ts";
import { repoApi, repoWeb } from "../urls.ts";
import { wrapped } from "./git-objects.ts";

type ContentHandlers = Pick<
  Handlers,
  "repos/get-content" | "repos/create-or-update-file-contents" | "repos/delete-file"
>;

/** GitHub gives no content beyond a megabyte here: the blob has to be read by its id. */
const MOST_BYTES = 1_048_576;

interface Place {
  readonly path: string;
  readonly ref: string;
  readonly mode: string;
  readonly oid: Oid;
}

function links(room: Room, repo: Repo, at: Place) {
  const path = at.path.split("/").map(encodeURIComponent).join("/");
  const api = repoApi(room.urls, repo);
  const kind = at.mode === "040000" ? "tree" : "blob";
  const url = `${api}/contents/${path}?ref=${encodeURIComponent(at.ref)}`;
  const html_url = `${repoWeb(room.urls, repo)}/${kind}/${at.ref}/${path}`;
  const git_url = `${api}/git/${kind}s/${at.oid}`;
  return {
    name: at.path.split("/").at(-1) ?? "",
    path: at.path,
    sha: at.oid,
    url,
    html_url,
    git_url,
    download_url: kind === "tree" ? null : `${repoWeb(room.urls, repo)}/raw/${at.ref}/${path}`,
    _links: { self: url, git: git_url, html: html_url },
  };
}

async function sizeOf(repo: Repo, mode: string, oid: Oid): Promise<number> {
  if (mode === "040000" || mode === "160000") return 0;
  return (await repo.store.readBlob(oid))?.length ?? 0;
}

const TYPES: Readonly<Record<string, "dir" | "submodule" | "symlink">> = {
  "040000": "dir",
  "160000": "submodule",
  "120000": "symlink",
};

async function folder(room: Room, repo: Repo, at: Place): Promise<Schemas["content-directory"]> {
  const listed: Schemas["content-directory"] = [];
  for (const entry of (await repo.store.readTree(at.oid)) ?? []) {
    const path = at.path === "" ? entry.name : `${at.path}/${entry.name}`;
    // GitHub lists a submodule as a file here, for clients that know no third kind.
    const type = entry.mode === "040000" ? "dir" : entry.mode === "120000" ? "symlink" : "file";
    const size = await sizeOf(repo, entry.mode, entry.oid);
    const place = { ref: at.ref, path, mode: entry.mode, oid: entry.oid };
    listed.push({ ...links(room, repo, place), type, size });
  }
  return listed;
}

async function file(
  room: Room,
  repo: Repo,
  at: Place,
): Promise<Schemas["content-file"] | Schemas["content-symlink"]> {
  const bytes = (await repo.store.readBlob(at.oid)) ?? Buffer.alloc(0);
  const shared = { ...links(room, repo, at), size: bytes.length };
  if (at.mode === "120000") return { ...shared, type: "symlink", target: bytes.toString("utf8") };
  return bytes.length > MOST_BYTES
    ? { ...shared, type: "file", encoding: "none", content: "" }
    : { ...shared, type: "file", encoding: "base64", content: wrapped(bytes) };
}

async function content(call: Call<"repos/get-content">): Promise<AnswerOf<"repos/get-content">> {
  const { room, repo, params, query } = call;
  if (repo.defaultBranch === null) throw notFound("This repository is empty.");
  const ref = query.ref ?? repo.defaultBranch;
  const commit = await findCommit(repo, ref);
  if (commit === null) throw notFound(`No commit found for the ref ${ref}`);
  const path = params.path.replace(/^\/+|\/+$/g, "");
  const entry = await entryAt(repo, commit.tree, path);
  if (entry === null) throw notFound();
  const at = { path, ref, ...entry };
  if (TYPES[entry.mode] === "submodule") {
    const submodule = { ...links(room, repo, at), size: 0, submodule_git_url: "" };
    return { status: 200, body: { ...submodule, type: "submodule" } };
  }
  const body = entry.mode === "040000" ? folder(room, repo, at) : file(room, repo, at);
  return { status: 200, body: await body };
}

interface FileWrite {
  readonly path: string;
  readonly message: string;
  readonly branch: string | undefined;
  readonly sha: string | undefined;
  /** null: delete. */
  readonly content: Buffer | null;
}

/** Refuses a write that was not made for what is there: GitHub asks for the blob id of the file that is replaced. */
async function write(room: Room, repo: Repo, actor: string, change: FileWrite) {
  const branch = change.branch ?? refuseEmpty(repo);
  const head = await repo.store.readRef(`refs/heads/${branch}`);
  if (head === null) throw notFound(`Branch ${branch} not found`);
  const { tree } = await readCommit(repo, head);
  const entry = await entryAt(repo, tree, change.path);
  if (entry === null && change.content === null) throw notFound();
  if (entry !== null && change.sha === undefined)
    throw new ApiError(422, `Invalid request.\n\n"sha" wasn't supplied.`);
  if (entry?.oid !== change.sha && change.sha !== undefined)
    throw new ApiError(409, `${change.path} does not match ${change.sha}`);
  const additions = change.content === null ? [] : [{ path: change.path, content: change.content }];
  const oid = await room.world.commitOnBranch(repo, actor, {
    branch,
    expectedHead: head,
    message: change.message,
    additions,
    deletions: change.content === null ? [change.path] : [],
  });
  return { branch, existed: entry !== null, commit: await readCommit(repo, oid) };
}

export const CONTENTS: ContentHandlers = {
  "repos/get-content": content,
  "repos/create-or-update-file-contents": async ({ room, repo, actor, params, body }) => {
    const bytes = Buffer.from(body.content, "base64");
    const { message, branch, sha } = body;
    const change = { path: params.path, message, branch, sha, content: bytes };
    const done = await write(room, repo, actor, change);
    const entry = await entryAt(repo, done.commit.tree, params.path);
    if (entry === null) throw new Error(`${params.path} was written and is not there`);
    const place = { path: params.path, ref: done.branch, ...entry };
    const at = links(room, repo, place);
    const download_url = at.download_url ?? "";
    const written = { ...at, download_url, size: bytes.length, type: "file" };
    const told = { content: written, commit: gitCommit(room.urls, repo, done.commit) };
    return done.existed ? { status: 200, body: told } : { status: 201, body: told };
  },
  "repos/delete-file": async ({ room, repo, actor, params, body }) => {
    const { message, branch, sha } = body;
    const change = { path: params.path, message, branch, sha, content: null };
    const done = await write(room, repo, actor, change);
    const commit = gitCommit(room.urls, repo, done.commit);
    return { status: 200, body: { content: null, commit } };
  },
};
