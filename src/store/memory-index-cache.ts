import type { IndexCache, IndexedBranch } from "../model/index-cache.ts";

/** What was read of the CD repos, in this process. */
export class MemoryIndexCache implements IndexCache {
  readonly #branches = new Map<string, IndexedBranch>();

  async get(repo: string, branch: string): Promise<IndexedBranch | null> {
    return this.#branches.get(JSON.stringify([repo, branch])) ?? null;
  }

  async put(entry: IndexedBranch): Promise<void> {
    this.#branches.set(JSON.stringify([entry.repo, entry.branch]), entry);
  }

  async drop(repo: string): Promise<void> {
    for (const [key, entry] of this.#branches) if (entry.repo === repo) this.#branches.delete(key);
  }

  async all(): Promise<readonly IndexedBranch[]> {
    return [...this.#branches.values()];
  }

  async heads(): Promise<readonly Pick<IndexedBranch, "repo" | "branch" | "commit">[]> {
    return [...this.#branches.values()].map(({ branch, commit, repo }) => ({
      repo,
      branch,
      commit,
    }));
  }
}
