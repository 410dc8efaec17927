import { z } from "zod";
import { type CdRepo, ForgeUnavailable } from "../model/forge.ts";
import type { PullFacts } from "../model/pulls.ts";
import { readTree, type SizedPath } from "./git-tree.ts";
import { type Host, inRepo } from "./host.ts";

/** https://docs.github.com/rest/commits/commits#compare-two-commits: a comparison lists at most so many files. */
const FILES_COMPARED = 300;

type Files = Pick<PullFacts, "files" | "filesComplete" | "mergeBase"> & {
  /** How many commits of the base the head lacks. */
  readonly behindBy: number;
};

const Comparison = z.object({
  merge_base_commit: z.object({ sha: z.string() }),
  behind_by: z.number().int(),
  files: z
    .array(z.object({ filename: z.string(), previous_filename: z.string().optional() }))
    .optional(),
});

/**
 * What lies between two commits, by their ids: neither a push nor a moved base can mix two states. One request; two trees
 * more where the host would cut the list. Commits without a common ancestor: nothing is known but that.
 */
export async function compareFiles(
  host: Host,
  repo: CdRepo,
  ends: { readonly base: string; readonly head: string; readonly atLeast: number },
): Promise<Files> {
  const answer = await host.read("GET /repos/{owner}/{repo}/compare/{basehead}", {
    ...inRepo(repo),
    basehead: `${ends.base}...${ends.head}`,
    // Files come with the first page, whatever its size; the commits are known already.
    per_page: 1,
  });
  if (answer === null)
    return { files: [], filesComplete: false, mergeBase: ends.base, behindBy: 0 };
  const compared = Comparison.safeParse(answer);
  if (!compared.success) {
    throw new ForgeUnavailable("GitHub's comparison has an unknown shape", "request", null);
  }
  const { merge_base_commit: from, behind_by: behindBy, files = [] } = compared.data;
  const whole = files.length < FILES_COMPARED && files.length >= ends.atLeast;
  const listed = files.map(({ filename, previous_filename: before }) => ({
    path: filename,
    previousPath: before ?? null,
  }));
  return {
    files: whole ? listed : await treeChanges(host, repo, from.sha, ends.head),
    filesComplete: true,
    mergeBase: from.sha,
    behindBy,
  };
}

/** Paths that differ between two commits. What was renamed is there twice. */
async function treeChanges(
  host: Host,
  repo: CdRepo,
  from: string,
  to: string,
): Promise<PullFacts["files"]> {
  const [before, after] = await Promise.all([pathsOf(host, repo, from), pathsOf(host, repo, to)]);
  const changed = new Set<string>();
  for (const [path, blob] of after) if (before.get(path) !== blob) changed.add(path);
  for (const path of before.keys()) if (!after.has(path)) changed.add(path);
  return [...changed].sort().map((path) => ({ path, previousPath: null }));
}

async function pathsOf(host: Host, repo: CdRepo, commit: string): Promise<Map<string, string>> {
  const tree = await readTree(host, repo, commit);
  if (tree === null) throw new ForgeUnavailable(`GitHub has no tree of ${commit}`, "request", null);
  const isFile = ({ mode }: SizedPath): boolean => mode !== "040000";
  return new Map(tree.paths.filter(isFile).map(({ path, mode, oid }) => [path, `${mode} ${oid}`]));
}
