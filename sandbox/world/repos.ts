import { treeWith } from "../git/tree-edit.ts";
import { accountOf, covers, findRepo } from "./accounts.ts";
import { writeHostCommit } from "./authorship.ts";
import { copyCommit } from "./copy-objects.ts";
import type { Repo } from "./entities.ts";
import { emit, instant, newIds, type State, unprocessable } from "./state.ts";

export interface RepoOptions {
  private?: boolean;
  defaultBranch?: string;
  files?: Readonly<Record<string, string | Buffer>>;
}

async function newRepo(
  state: State,
  owner: string,
  name: string,
  origin: { private: boolean; parent: number | null },
): Promise<Repo> {
  const login = accountOf(state, owner).login;
  if (findRepo(state, login, name) !== null) {
    throw unprocessable("Repository creation failed: name already exists on this account");
  }
  const at = instant(state);
  const repo: Repo = {
    ...newIds(state, "Repository"),
    ...origin,
    owner: login,
    name,
    archived: false,
    defaultBranch: null,
    allowAutoMerge: true,
    mergeMethods: new Set(["merge", "squash", "rebase"]),
    createdAt: at,
    pushedAt: at,
    store: await state.newStore(),
    collaborators: new Map(),
    teams: new Map(),
    rulesets: [],
    labels: new Map(),
    nextNumber: 1,
    signed: new Set(),
    authors: new Map(),
  };
  state.repos.set(repo.id, repo);
  for (const installation of state.installations.values()) {
    // An installation for "all" reaches new repos at once, and its App is told.
    if (installation.selection !== "all" || !covers(installation, repo)) continue;
    const change = { kind: "installation_repositories", action: "added", installation } as const;
    emit(state, { ...change, added: [repo], removed: [], actor: login });
  }
  return repo;
}

/** Makes a repo; with files also its first commit, by the owner. That commit is part of the making: no push is told. */
export async function createRepo(
  state: State,
  owner: string,
  name: string,
  options: RepoOptions = {},
): Promise<Repo> {
  const origin = { private: options.private ?? false, parent: null };
  const repo = await newRepo(state, owner, name, origin);
  if (options.files === undefined) return repo;
  const files = Object.entries(options.files);
  const additions = files.map(([path, content]) => ({ path, content: Buffer.from(content) }));
  const tree = await treeWith(repo.store, null, additions);
  const commit = { tree, parents: [], message: "Initial commit" };
  const oid = await writeHostCommit(state, repo, owner, commit);
  const branch = options.defaultBranch ?? "main";
  await repo.store.updateRefs([{ name: `refs/heads/${branch}`, before: null, after: oid }]);
  repo.defaultBranch = branch;
  return repo;
}

/** A repo with the same branches under another owner. */
export async function fork(state: State, parent: Repo, owner: string): Promise<Repo> {
  const origin = { private: parent.private, parent: parent.id };
  const repo = await newRepo(state, owner, parent.name, origin);
  const branches = await parent.store.refs("refs/heads/");
  for (const [name, oid] of branches) {
    await copyCommit(parent.store, repo.store, oid);
    await repo.store.updateRefs([{ name, before: null, after: oid }]);
  }
  repo.defaultBranch = parent.defaultBranch;
  for (const oid of parent.signed) repo.signed.add(oid);
  for (const [oid, login] of parent.authors) repo.authors.set(oid, login);
  return repo;
}

/** Forgets a repo and what was said and checked in it. The Apps that reached it are told that it is out of their installation. */
export function deleteRepo(state: State, repo: Repo, actor: string): void {
  const reaching = [...state.installations.values()].filter((one) => covers(one, repo));
  state.repos.delete(repo.id);
  state.pulls.delete(repo.id);
  state.checks.delete(repo.id);
  state.statuses.delete(repo.id);
  for (const installation of state.installations.values()) installation.repos.delete(repo.id);
  for (const installation of reaching) {
    const change = { kind: "installation_repositories", action: "removed", installation } as const;
    emit(state, { ...change, added: [], removed: [repo], actor });
  }
}
