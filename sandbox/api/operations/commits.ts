import type { Commit, Oid } from "../../git/object-store.ts";
import type { Repo } from "../../world/entities.ts";
import { ApiError, notFound, unserved } from "../api-error.ts";
import type { Call, Handlers, QueryOf } from "../operation.ts";
import { commitNamed, entryAt, findCommit, inNetwork, refuseEmpty } from "../resolve.ts";
import type { Room } from "../room.ts";
import { commitShape, commitShapes, readCommit } from "../shapes/commit.ts";
import { diffEntries } from "../shapes/diff.ts";
import { pullSimple } from "../shapes/pull.ts";
import { repoApi, repoWeb } from "../urls.ts";

type CommitHandlers = Pick<
  Handlers,
  | "repos/list-commits"
  | "repos/get-commit"
  | "repos/compare-commits-with-basehead"
  | "repos/list-pull-requests-associated-with-commit"
>;

/** GitHub's limits on the commits and files of one comparison. */
const MOST_COMPARED = 250;
const FILES_COMPARED = 300;

async function touched(repo: Repo, commit: Commit, path: string): Promise<boolean> {
  const parent = commit.parents[0];
  const before = parent === undefined ? null : (await readCommit(repo, parent)).tree;
  const was = before === null ? null : await entryAt(repo, before, path);
  const is = await entryAt(repo, commit.tree, path);
  return was?.oid !== is?.oid;
}

async function history(repo: Repo, query: QueryOf<"repos/list-commits">): Promise<Oid[]> {
  if (query.author !== undefined || query.committer !== undefined)
    throw unserved("listing commits by author");
  const from = query.sha ?? refuseEmpty(repo);
  const start = await findCommit(repo, from);
  if (start === null) throw notFound();
  const within = (c: Commit) =>
    (query.since === undefined || c.committer.time * 1000 >= Date.parse(query.since)) &&
    (query.until === undefined || c.committer.time * 1000 <= Date.parse(query.until));
  const kept: Oid[] = [];
  for (const oid of await repo.store.log(start.oid)) {
    const commit = await readCommit(repo, oid);
    if (!within(commit)) continue;
    if (query.path === undefined || (await touched(repo, commit, query.path))) kept.push(oid);
  }
  return kept;
}

async function commitWithFiles(room: Room, repo: Repo, commit: Commit) {
  const parent = commit.parents[0];
  const before = parent === undefined ? null : await readCommit(repo, parent);
  const files = await diffEntries(room, repo, before, commit);
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  const stats = { additions, deletions, total: additions + deletions };
  return { ...commitShape(room, repo, commit), stats, files };
}

/** One side of a comparison: `ref`, or `owner:ref` of a fork. */
async function compared(room: Room, repo: Repo, name: string): Promise<Commit> {
  const [owner, ...rest] = name.split(":");
  const other = rest.length === 0 ? repo : inNetwork(room.world, repo, owner ?? "");
  const commit = other && (await findCommit(other, rest.length === 0 ? name : rest.join(":")));
  if (commit === null) throw notFound();
  return commit;
}

function statusOf(ahead: number, behind: number) {
  if (ahead === 0) return behind === 0 ? "identical" : "behind";
  return behind === 0 ? "ahead" : "diverged";
}

async function comparison({
  room,
  repo,
  params,
  query,
  page,
}: Call<"repos/compare-commits-with-basehead">) {
  const { basehead } = params;
  const [from = "", to = ""] = basehead.split("...");
  const base = await compared(room, repo, from);
  const head = await compared(room, repo, to);
  const fork = await repo.store.mergeBase(base.oid, head.oid);
  if (fork === null) throw notFound(`No common ancestor between ${from} and ${to}.`);
  const mergeBase = await readCommit(repo, fork);
  const ahead = await repo.store.log(head.oid, { not: [base.oid] });
  const behind = await repo.store.log(base.oid, { not: [head.oid] });
  const oldestFirst = [...ahead].reverse();
  const paged = query.page !== undefined || query.per_page !== undefined;
  const shown = paged ? page(oldestFirst) : oldestFirst.slice(0, MOST_COMPARED);
  // Files come with the first page only.
  const files = (query.page ?? 1) > 1 ? [] : await diffEntries(room, repo, mergeBase, head);
  const url = `${repoApi(room.urls, repo)}/compare/${base.oid}...${head.oid}`;
  const html = `${repoWeb(room.urls, repo)}/compare/${base.oid}...${head.oid}`;
  return {
    url,
    html_url: html,
    permalink_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: commitShape(room, repo, base),
    merge_base_commit: commitShape(room, repo, mergeBase),
    status: statusOf(ahead.length, behind.length),
    ahead_by: ahead.length,
    behind_by: behind.length,
    total_commits: ahead.length,
    commits: await commitShapes(room, repo, shown),
    files: files.slice(0, FILES_COMPARED),
  } as const;
}

export const COMMITS: CommitHandlers = {
  "repos/list-commits": async ({ room, repo, query, page }) => {
    const shown = page(await history(repo, query));
    return { status: 200, body: await commitShapes(room, repo, shown) };
  },
  "repos/get-commit": async ({ room, repo, params }) => {
    refuseEmpty(repo);
    const commit = await commitNamed(repo, params.ref);
    return { status: 200, body: await commitWithFiles(room, repo, commit) };
  },
  "repos/compare-commits-with-basehead": async (call) => {
    if (!call.params.basehead.includes("...")) throw new ApiError(404, "Not Found");
    return { status: 200, body: await comparison(call) };
  },
  "repos/list-pull-requests-associated-with-commit": async ({ room, repo, params, page }) => {
    const commit = await commitNamed(repo, params.commit_sha);
    const holding = [];
    for (const pull of room.world.pulls(repo)) {
      const inside = await repo.store.log(pull.headOid, { not: [pull.baseOid] });
      if (inside.includes(commit.oid) || pull.mergeOid === commit.oid) holding.push(pull);
    }
    return { status: 200, body: page(holding).map((pull) => pullSimple(room, repo, pull)) };
  },
};
