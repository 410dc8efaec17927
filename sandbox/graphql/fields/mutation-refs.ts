import type { Oid, RefUpdate } from "../../git/object-store.ts";
import type { Repo } from "../../world/entities.ts";
import { Rejection } from "../../world/world.ts";
import { type Context, type Fields, isVisible, repoNotFound, requireAccess } from "../context.ts";
import { FieldFailure, forbidden, notFound } from "../errors.ts";
import { knownCommit, refOf } from "../git-objects.ts";
import { nodeOfType } from "../nodes.ts";
import { isFullRefName } from "../schema.ts";

/** An id of zeros says "no such ref" in `updateRefs`. */
const NO_OID = "0".repeat(40);

interface Input<T> {
  readonly input: T;
}

async function repoToWrite(context: Context, id: string): Promise<Repo> {
  const { repo } = await nodeOfType(context, id, "Repository");
  requireAccess(context, repo, "contents", "write");
  return repo;
}

function unprocessable(message: string): FieldFailure {
  return new FieldFailure("UNPROCESSABLE", message);
}

export const refMutations: Fields<unknown> = {
  createRef: async (_source, { input }: Input<CreateRef>, context) => {
    const repo = await repoToWrite(context, input.repositoryId);
    if (!isFullRefName(input.name)) throw unprocessable(`${input.name} is not a valid ref name.`);
    await createRef(context, repo, input.name, input.oid);
    return { ref: await refOf(repo, input.name) };
  },
  updateRef: async (_source, { input }: Input<UpdateRef>, context) => {
    const { repo, full } = await nodeOfType(context, input.refId, "Ref");
    requireAccess(context, repo, "contents", "write");
    const update = { name: full, after: input.oid, force: input.force ?? false };
    await context.world.updateRefs(repo, context.login, [update]);
    return { ref: await refOf(repo, full) };
  },
  updateRefs: async (_source, { input }: Input<UpdateRefs>, context) => {
    const repo = await repoToWrite(context, input.repositoryId);
    await context.world.updateRefs(repo, context.login, input.refUpdates.map(refUpdate));
    return {};
  },
  deleteRef: async (_source, { input }: Input<{ refId: string }>, context) => {
    const { repo, full } = await nodeOfType(context, input.refId, "Ref");
    requireAccess(context, repo, "contents", "write");
    await context.world.updateRefs(repo, context.login, [{ name: full, after: null }]);
    return {};
  },
  createCommitOnBranch: async (_source, { input }: Input<CreateCommit>, context) => {
    const { repo, branch } = await branchToWrite(context, input.branch);
    const { additions, deletions } = fileChanges(input);
    requireWorkflows(context, repo, [...additions.map(({ path }) => path), ...deletions]);
    const oid = await context.world.commitOnBranch(repo, context.login, {
      branch,
      expectedHead: input.expectedHeadOid,
      message: messageOf(input.message),
      additions,
      deletions,
    });
    return {
      commit: await knownCommit(context, repo, oid),
      ref: { __typename: "Ref", repo, full: `refs/heads/${branch}`, at: oid },
    };
  },
};

interface CreateRef {
  readonly repositoryId: string;
  readonly name: string;
  readonly oid: Oid;
}

async function createRef(context: Context, repo: Repo, name: string, oid: Oid): Promise<void> {
  const exists = `A ref named "${name}" already exists in the repository.`;
  if ((await repo.store.readRef(name)) !== null) throw unprocessable(exists);
  try {
    await context.world.updateRefs(repo, context.login, [{ name, before: null, after: oid }]);
  } catch (error) {
    // Somebody else was faster; the world speaks REST's words for it.
    if (error instanceof Rejection && error.message === "Reference already exists") {
      throw unprocessable(exists);
    }
    throw error;
  }
}

interface UpdateRef {
  readonly refId: string;
  readonly oid: Oid;
  readonly force?: boolean | null;
}

interface UpdateRefs {
  readonly repositoryId: string;
  readonly refUpdates: readonly {
    readonly name: string;
    readonly beforeOid?: Oid | null;
    readonly afterOid: Oid;
    readonly force?: boolean | null;
  }[];
}

function refUpdate(wanted: UpdateRefs["refUpdates"][number]): RefUpdate & { force: boolean } {
  const { name, beforeOid, afterOid } = wanted;
  return {
    name,
    after: afterOid === NO_OID ? null : afterOid,
    force: wanted.force ?? false,
    ...(beforeOid == null ? {} : { before: beforeOid === NO_OID ? null : beforeOid }),
  };
}

interface CreateCommit {
  readonly branch: {
    readonly id?: string | null;
    readonly repositoryNameWithOwner?: string | null;
    readonly branchName?: string | null;
  };
  readonly expectedHeadOid: Oid;
  readonly message: { readonly headline: string; readonly body?: string | null };
  readonly fileChanges?: {
    readonly additions?: readonly { readonly path: string; readonly contents: string }[] | null;
    readonly deletions?: readonly { readonly path: string }[] | null;
  } | null;
}

async function branchToWrite(
  context: Context,
  { id, repositoryNameWithOwner, branchName }: CreateCommit["branch"],
): Promise<{ repo: Repo; branch: string }> {
  if (id != null) {
    const { repo, full } = await nodeOfType(context, id, "Ref");
    requireAccess(context, repo, "contents", "write");
    return { repo, branch: full.replace("refs/heads/", "") };
  }
  if (repositoryNameWithOwner == null || branchName == null) {
    throw unprocessable(
      "A branch is named by `id`, or by `repositoryNameWithOwner` and `branchName`.",
    );
  }
  const [owner = "", name = ""] = repositoryNameWithOwner.split("/");
  const repo = context.world.repo(owner, name);
  if (repo === null || !isVisible(context, repo)) throw repoNotFound(owner, name);
  requireAccess(context, repo, "contents", "write");
  return { repo, branch: branchName.replace(/^refs\/heads\//, "") };
}

function fileChanges({ fileChanges: changes }: CreateCommit) {
  const additions = (changes?.additions ?? []).map(({ path, contents }) => ({
    path,
    content: Buffer.from(contents, "base64"),
  }));
  const deletions = (changes?.deletions ?? []).map(({ path }) => path);
  const seen = new Set<string>();
  for (const path of [...additions.map((addition) => addition.path), ...deletions]) {
    if (path === "" || path.startsWith("/")) throw unprocessable(`Invalid path: "${path}"`);
    if (seen.has(path)) throw unprocessable(`A path may be changed once only: "${path}"`);
    seen.add(path);
  }
  return { additions, deletions };
}

/** Workflow files need a permission of their own. */
function requireWorkflows(context: Context, repo: Repo, paths: readonly string[]): void {
  const path = paths.find((one) => one.startsWith(".github/workflows/"));
  if (path === undefined) return;
  const access = context.access(context.caller, repo, "workflows", "write");
  if (access === "not-found") throw notFound("Could not resolve to a Repository.");
  if (access === "forbidden") throw forbidden();
}

function messageOf({ headline, body }: CreateCommit["message"]): string {
  return body == null || body === "" ? headline : `${headline}\n\n${body}`;
}
