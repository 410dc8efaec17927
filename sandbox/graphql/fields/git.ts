import type { Commit, Oid, Signature, TreeChange } from "../../git/object-store.ts";
import type { Repo } from "../../world/entities.ts";
import { connection, type PageArgs } from "../connection.ts";
import { type Context, type Fields, requireAccess } from "../context.ts";
import { NotServed } from "../errors.ts";
import { gitId } from "../git-ids.ts";
import { knownCommit, objectOf, oidOfRevision } from "../git-objects.ts";
import { coAuthors, gitActor } from "../git-people.ts";
import { changesOf, sumLines } from "../line-counts.ts";
import { pathHistory } from "../path-history.ts";
import { pullsWith } from "../pull-commits.ts";
import { findPulls, type PullArgs } from "../pull-search.ts";
import {
  type CommitSource,
  type ComparisonSource,
  type GitActorSource,
  type RefSource,
  repoSource,
  userSource,
} from "../sources.ts";
import { checkSuites, rollupOf } from "./checks.ts";
import { rulesOn } from "./rules.ts";
import { gitObjectFields } from "./tree.ts";

export const refFields: Fields<RefSource> = {
  id: ({ repo, full }) => gitId("REF", repo.id, full),
  name: ({ full }) => splitRef(full).name,
  prefix: ({ full }) => splitRef(full).prefix,
  repository: ({ repo }) => repoSource(repo),
  target: ({ repo, at }, _args, context) => objectOf(context, repo, at),
  compare: async ({ repo, at }, args: { headRef: string }) => {
    const head = await oidOfRevision(repo, args.headRef);
    return head === null ? null : comparisonOf(repo, at, head);
  },
  rules: (source, args: PageArgs, _context, info) => connection(info, args, rulesOn(source)),
  // Of classic protection, which the sandbox does not have.
  refUpdateRule: () => null,
  branchProtectionRule: () => null,
  associatedPullRequests: ({ repo, full }, args: PullArgs, context, info) => {
    requireAccess(context, repo, "pull_requests", "read");
    const { prefix, name } = splitRef(full);
    if (prefix !== "refs/heads/") return connection(info, args, []);
    return connection(info, args, findPulls(context.world, repo, { ...args, headRefName: name }));
  },
};

function splitRef(full: string): { prefix: string; name: string } {
  const prefix = /^refs\/[^/]+\//.exec(full)?.[0] ?? "refs/";
  return { prefix, name: full.slice(prefix.length) };
}

async function comparisonOf(repo: Repo, base: Oid, head: Oid): Promise<ComparisonSource> {
  const ahead = await repo.store.log(head, { not: [base] });
  const behind = await repo.store.log(base, { not: [head] });
  return { __typename: "Comparison", repo, base, head, ahead, behind: behind.length };
}

export const comparisonFields: Fields<ComparisonSource> = {
  id: ({ repo, base, head }) => gitId("CMP", repo.id, `${base}...${head}`),
  aheadBy: ({ ahead }) => ahead.length,
  behindBy: ({ behind }) => behind,
  status: ({ ahead, behind }) => {
    if (ahead.length > 0) return behind > 0 ? "DIVERGED" : "AHEAD";
    return behind > 0 ? "BEHIND" : "IDENTICAL";
  },
  baseTarget: ({ repo, base }, _args, context) => objectOf(context, repo, base),
  headTarget: ({ repo, head }, _args, context) => objectOf(context, repo, head),
  commits: async ({ repo, ahead }, args: PageArgs, context, info) =>
    commitPage(context, repo, connection(info, args, [...ahead].reverse())),
};

/** A page of ids as a page of commits: only what is shown is read. */
async function commitPage(
  context: Context,
  repo: Repo,
  page: ReturnType<typeof connection<Oid>>,
): Promise<unknown> {
  const nodes = await Promise.all(page.nodes.map((oid) => knownCommit(context, repo, oid)));
  const edges = page.edges.map(({ cursor }, index) => ({ cursor, node: nodes[index] }));
  return { ...page, nodes, edges };
}

export const commitFields: Fields<CommitSource> = {
  ...gitObjectFields,
  url: ({ repo, commit }, _args, { baseUrl }) =>
    `${baseUrl}/${repo.owner}/${repo.name}/commit/${commit.oid}`,
  message: ({ commit }) => commit.message,
  messageHeadline: ({ commit }) => headline(commit.message),
  messageBody: ({ commit }) => messageBody(commit.message),
  author: ({ repo, commit }, _args, { world }) => gitActor(world, repo, commit, "author"),
  committer: ({ repo, commit }, _args, { world }) => gitActor(world, repo, commit, "committer"),
  authors: ({ repo, commit }, args: PageArgs, { world }, info) =>
    connection(info, args, [gitActor(world, repo, commit, "author"), ...coAuthors(world, commit)]),
  authoredDate: ({ commit }) => instant(commit.author),
  committedDate: ({ commit }) => instant(commit.committer),
  authoredByCommitter: ({ commit }) => commit.author.email === commit.committer.email,
  committedViaWeb: ({ repo, commit }) => repo.signed.has(commit.oid),
  signature: ({ repo, commit }) => signatureOf(repo, commit),
  parents: ({ repo, commit }, args: PageArgs, context, info) =>
    commitPage(context, repo, connection(info, args, commit.parents)),
  tree: ({ repo, commit }) => ({ __typename: "Tree", repo, treeOid: commit.tree, folder: "" }),
  file: async ({ repo, commit }, args: { path: string }, context) => {
    const entry = await context.reads.entryAt(repo.store, commit.tree, args.path);
    return entry === null ? null : { __typename: "TreeEntry", repo, place: args.path, entry };
  },
  changedFilesIfAvailable: async (source, _args, context) =>
    (await ownChanges(source, context)).length,
  changedFiles: async (source, _args, context) => (await ownChanges(source, context)).length,
  additions: (source, _args, context) =>
    sumLines(context, source.repo, ownChanges(source, context), "additions"),
  deletions: (source, _args, context) =>
    sumLines(context, source.repo, ownChanges(source, context), "deletions"),
  history: async ({ repo, commit }, args: HistoryArgs, context, info) =>
    commitPage(context, repo, connection(info, args, await historyOf(context, repo, commit, args))),
  statusCheckRollup: ({ repo, commit }, _args, context) => rollupOf(context, repo, commit.oid),
  checkSuites: ({ repo, commit }, args: PageArgs & { filterBy?: unknown }, context, info) => {
    if (args.filterBy != null) throw new NotServed("Commit.checkSuites(filterBy:)");
    return connection(info, args, checkSuites(context, repo, commit.oid));
  },
  associatedPullRequests: async ({ repo, commit }, args: PageArgs, context, info) => {
    requireAccess(context, repo, "pull_requests", "read");
    return connection(info, args, await pullsWith(context, repo, commit.oid));
  },
};

function ownChanges(
  { repo, commit }: CommitSource,
  context: Context,
): Promise<readonly TreeChange[]> {
  return changesOf(context, repo, commit.parents[0] ?? null, commit.oid);
}

interface HistoryArgs extends PageArgs {
  readonly path?: string | null;
  readonly author?: unknown;
  readonly since?: string | null;
  readonly until?: string | null;
}

async function historyOf(
  context: Context,
  repo: Repo,
  commit: Commit,
  args: HistoryArgs,
): Promise<readonly Oid[]> {
  if (args.author != null || args.since != null || args.until != null) {
    throw new NotServed("Commit.history(author:, since:, until:)");
  }
  return args.path == null
    ? await repo.store.log(commit.oid)
    : await pathHistory(context, repo, commit.oid, args.path);
}

function headline(message: string): string {
  return message.split("\n", 1)[0] ?? "";
}

function messageBody(message: string): string {
  return message.slice(headline(message).length).trim();
}

function instant(signature: Signature): string {
  return new Date(signature.time * 1000).toISOString().replace(".000Z", "Z");
}

function signatureOf(repo: Repo, commit: Commit): unknown {
  if (!repo.signed.has(commit.oid)) return null;
  return {
    __typename: "GpgSignature",
    email: commit.committer.email,
    isValid: true,
    state: "VALID",
    wasSignedByGitHub: true,
    verifiedAt: instant(commit.committer),
  };
}

export const gitActorFields: Fields<GitActorSource> = {
  name: ({ person }) => person.name,
  email: ({ person }) => person.email,
  date: ({ person }) => instant(person),
  user: ({ account }) => (account === null ? null : userSource(account)),
};
