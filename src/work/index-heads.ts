import type { Clock } from "../model/clock.ts";
import type { IndexCache, IndexedBranch } from "../model/index-cache.ts";

type Head = Pick<IndexedBranch, "repo" | "branch" | "commit">;

/** What others have read or dropped since the last look: names of repos, with the branches that the store has of each. */
export interface HeadChanges {
  readonly changed: ReadonlyMap<string, readonly string[]>;
  readonly gone: readonly string[];
}

/** How often the store is looked at, in milliseconds. */
const EVERY = 1000;
const NOTHING: HeadChanges = { changed: new Map(), gone: [] };

/**
 * Sees what other processes on the same store read of the repos: only one of them hears of each push. What this process read itself
 * is no news.
 */
export class IndexHeads {
  readonly #cache: Pick<IndexCache, "heads">;
  readonly #clock: Clock;
  /** Repo → branch → commit. `null`: not looked yet. */
  #seen: Map<string, Map<string, string>> | null = null;
  #lookedAt = 0;

  constructor(cache: Pick<IndexCache, "heads">, clock: Clock) {
    this.#cache = cache;
    this.#clock = clock;
  }

  /** News since the last look; nothing within a second of it, and nothing at the first one. Throws when the store is down. */
  async look(): Promise<HeadChanges> {
    const now = this.#clock.now().getTime();
    if (this.#seen !== null && now >= this.#lookedAt && now - this.#lookedAt < EVERY)
      return NOTHING;
    this.#lookedAt = now;
    const heads = byRepo(await this.#cache.heads());
    const before = this.#seen;
    this.#seen = heads;
    if (before === null) return NOTHING;
    const changed = [...heads].filter(([repo, branches]) => !same(branches, before.get(repo)));
    return {
      changed: new Map(changed.map(([repo, branches]) => [repo, [...branches.keys()]])),
      gone: [...before.keys()].filter((repo) => !heads.has(repo)),
    };
  }

  /** This process put them into the store. */
  put(repo: string, branches: readonly Head[]): void {
    const seen = this.#seen;
    if (branches.length === 0) seen?.delete(repo);
    // Branches that are not read any more stay in the store.
    for (const { branch, commit } of branches)
      seen?.set(repo, (seen.get(repo) ?? new Map<string, string>()).set(branch, commit));
  }
}

function byRepo(heads: readonly Head[]): Map<string, Map<string, string>> {
  const repos = new Map<string, Map<string, string>>();
  for (const { branch, commit, repo } of heads)
    repos.set(repo, (repos.get(repo) ?? new Map<string, string>()).set(branch, commit));
  return repos;
}

function same(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string> | undefined): boolean {
  return a.size === b?.size && [...a].every(([branch, commit]) => b.get(branch) === commit);
}
