import type { Repo } from "../../world/entities.ts";
import { ApiError, notFound } from "../api-error.ts";
import type { Handlers } from "../operation.ts";
import { refuseEmpty } from "../resolve.ts";
import type { Room } from "../room.ts";
import type { Schemas } from "../shapes/account.ts";
import { nodeIdOf } from "../shapes/commit.ts";
import { repoApi } from "../urls.ts";

type RefHandlers = Pick<
  Handlers,
  "git/get-ref" | "git/list-matching-refs" | "git/create-ref" | "git/update-ref" | "git/delete-ref"
>;

async function refShape(
  room: Room,
  repo: Repo,
  ref: string,
  sha: string,
): Promise<Schemas["git-ref"]> {
  const api = repoApi(room.urls, repo);
  const type = (await repo.store.typeOf(sha)) ?? "commit";
  return {
    ref,
    node_id: nodeIdOf("REF", repo.id, ref),
    url: `${api}/git/${ref}`,
    object: { sha, type, url: `${api}/git/${type}s/${sha}` },
  };
}

/** `heads/x` and, as clients also send it, `refs/heads/x`. */
function fullName(ref: string): string {
  return ref.startsWith("refs/") ? ref : `refs/${ref}`;
}

async function refuseMissing(repo: Repo, name: string): Promise<string> {
  const oid = await repo.store.readRef(name);
  if (oid === null) throw new ApiError(422, "Reference does not exist");
  return oid;
}

async function refuseUnknownObject(repo: Repo, sha: string): Promise<void> {
  const type = await repo.store.typeOf(sha);
  if (type === null) throw new ApiError(422, "Object does not exist");
}

export const GIT_REFS: RefHandlers = {
  "git/get-ref": async ({ room, repo, params }) => {
    refuseEmpty(repo);
    const name = fullName(params.ref);
    const oid = await repo.store.readRef(name);
    if (oid === null) throw notFound();
    return { status: 200, body: await refShape(room, repo, name, oid) };
  },
  "git/list-matching-refs": async ({ room, repo, params }) => {
    refuseEmpty(repo);
    const refs = await repo.store.refs(fullName(params.ref));
    const body = [];
    for (const [name, oid] of refs) body.push(await refShape(room, repo, name, oid));
    return { status: 200, body };
  },
  "git/create-ref": async ({ room, repo, actor, body }) => {
    refuseEmpty(repo);
    if (!/^refs\/[^/]+\/./.test(body.ref))
      throw new ApiError(422, "Reference name must start with 'refs/' and have two slashes.");
    await refuseUnknownObject(repo, body.sha);
    const update = { name: body.ref, before: null, after: body.sha };
    await room.world.updateRefs(repo, actor, [update]);
    return { status: 201, body: await refShape(room, repo, body.ref, body.sha) };
  },
  "git/update-ref": async ({ room, repo, actor, params, body }) => {
    const name = fullName(params.ref);
    const before = await refuseMissing(repo, name);
    await refuseUnknownObject(repo, body.sha);
    const update = { name, before, after: body.sha, force: body.force ?? false };
    await room.world.updateRefs(repo, actor, [update]);
    return { status: 200, body: await refShape(room, repo, name, body.sha) };
  },
  "git/delete-ref": async ({ room, repo, actor, params }) => {
    const name = fullName(params.ref);
    const before = await refuseMissing(repo, name);
    await room.world.updateRefs(repo, actor, [{ name, before, after: null }]);
    return { status: 204, body: null };
  },
};
