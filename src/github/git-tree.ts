import { z } from "zod";
import { type CdRepo, ForgeUnavailable, type TreePath } from "../model/forge.ts";
import { type Host, inRepo } from "./host.ts";

/** A path with the size that the host tells for blobs. */
export interface SizedPath extends TreePath {
  readonly size: number | null;
}

const Tree = z.object({
  sha: z.string(),
  truncated: z.boolean().catch(false),
  tree: z.array(
    z.object({
      path: z.string(),
      mode: z.string(),
      sha: z.string(),
      size: z.number().nullish(),
    }),
  ),
});
type Tree = z.infer<typeof Tree>;

/**
 * All paths under a branch, `HEAD` or a tree, in one request. A tree that is too large for one answer (GitHub: 100,000
 * entries or 7 MB) is read folder by folder. `null`: no such branch, or an empty repo.
 * `sha`: of the commit or of its tree, as the host pleases.
 */
export async function readTree(
  host: Host,
  repo: CdRepo,
  name: string,
): Promise<{ sha: string; paths: SizedPath[] } | null> {
  const tree = await readOne(host, repo, name, true);
  if (tree === null) return null;
  if (!tree.truncated) return { sha: tree.sha, paths: tree.tree.map((entry) => sized("", entry)) };
  const paths = await readByFolder(host, repo, { name, prefix: "" });
  return { sha: tree.sha, paths };
}

async function readByFolder(
  host: Host,
  repo: CdRepo,
  { name, prefix }: { name: string; prefix: string },
): Promise<SizedPath[]> {
  const level = await readOne(host, repo, name, false);
  if (level === null || level.truncated) throw unreadable(repo);
  const paths: SizedPath[] = [];
  for (const entry of level.tree) {
    const path = sized(prefix, entry);
    paths.push(path);
    if (entry.mode === "040000") paths.push(...(await readBelow(host, repo, path)));
  }
  return paths;
}

async function readBelow(host: Host, repo: CdRepo, folder: SizedPath): Promise<SizedPath[]> {
  const prefix = `${folder.path}/`;
  const below = await readOne(host, repo, folder.oid, true);
  if (below === null) throw unreadable(repo);
  if (below.truncated) return await readByFolder(host, repo, { name: folder.oid, prefix });
  return below.tree.map((entry) => sized(prefix, entry));
}

async function readOne(
  host: Host,
  repo: CdRepo,
  name: string,
  recursive: boolean,
): Promise<Tree | null> {
  const answer = await host.read("GET /repos/{owner}/{repo}/git/trees/{tree_sha}", {
    ...inRepo(repo),
    tree_sha: name,
    ...(recursive ? { recursive: "1" } : {}),
  });
  if (answer === null) return null;
  const tree = Tree.safeParse(answer);
  if (tree.success) return tree.data;
  throw unreadable(repo);
}

function sized(prefix: string, entry: Tree["tree"][number]): SizedPath {
  const { path, mode, sha, size } = entry;
  return { path: `${prefix}${path}`, mode, oid: sha, size: size ?? null };
}

function unreadable(repo: CdRepo): ForgeUnavailable {
  return new ForgeUnavailable(`GitHub did not list ${repo.owner}/${repo.name}`, "request", null);
}
