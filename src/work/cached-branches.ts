import type { CdRepo, RepoFiles } from "../model/forge.ts";
import type { IndexCache, IndexedBranch } from "../model/index-cache.ts";
import type { Log } from "../model/log.ts";
import type { Policy } from "../promote/policy.ts";
import type { Reach, RepoReader } from "./extended-config.ts";
import { fullNameOf, type KnownRepo, readKnownRepo } from "./known-repo.ts";

/** The index as an earlier process left it in the store: good enough to begin with, since every write looks at the repo itself. */
export class CachedBranches {
  readonly #cache: IndexCache;
  readonly #log: Log;
  readonly #policy: Policy;
  /** What was there at the start and was not used yet. */
  #left: Promise<Map<string, readonly IndexedBranch[]>> | null = null;

  constructor(cache: IndexCache, log: Log, policy: Policy) {
    this.#cache = cache;
    this.#log = log;
    this.#policy = policy;
  }

  /** A repo as it was when last read by an earlier process. `null`: not remembered, or not wholly. */
  async read(reach: Reach, repo: CdRepo): Promise<KnownRepo | null> {
    this.#left ??= this.#load();
    const left = await this.#left;
    if (!left.has(fullNameOf(repo))) return null;
    try {
      return await readKnownRepo(
        { forge: readerOf(left), reach, policy: this.#policy },
        repo,
        null,
      );
    } catch (error) {
      if (error instanceof NotCached) return null;
      throw error;
    }
  }

  /** As {@link read}, of what the store has by now: another process may have read it. */
  async readAnew(
    reach: Reach,
    repo: CdRepo,
    branches: readonly string[],
  ): Promise<KnownRepo | null> {
    const name = fullNameOf(repo);
    this.#left ??= this.#load();
    const left = await this.#left;
    const found = await Promise.all(branches.map((branch) => this.#cache.get(name, branch)));
    left.set(
      name,
      found.filter((branch) => branch !== null),
    );
    const known = await this.read(reach, repo);
    left.delete(name);
    return known;
  }

  /** A repo was read: that is what a later process begins with. */
  async keep(name: string, branches: readonly IndexedBranch[]): Promise<void> {
    try {
      if (branches.length === 0) await this.#cache.drop(name);
      for (const branch of branches) await this.#cache.put(branch);
    } catch (error) {
      this.#log.warn({ err: error, repo: name }, "the index could not be kept for a later start");
    }
    // Only now: others may extend this repo's config.
    await this.#forgetLeft(name);
  }

  async drop(name: string): Promise<void> {
    await this.keep(name, []);
  }

  /** What is remembered of a repo does not hold any more. */
  forget(name: string): void {
    void this.#forgetLeft(name);
  }

  async #forgetLeft(name: string): Promise<void> {
    (await this.#left)?.delete(name);
  }

  async #load(): Promise<Map<string, readonly IndexedBranch[]>> {
    const left = new Map<string, readonly IndexedBranch[]>();
    try {
      for (const branch of await this.#cache.all())
        left.set(branch.repo, [...(left.get(branch.repo) ?? []), branch]);
    } catch (error) {
      this.#log.warn({ err: error }, "the index of an earlier process could not be read");
    }
    return left;
  }
}

class NotCached extends Error {
  override readonly name = "NotCached";
}

/** Answers as GitHub did then. A branch that a config names and that is not remembered did not exist. */
function readerOf(left: ReadonlyMap<string, readonly IndexedBranch[]>): RepoReader {
  return {
    async readRepo(repo, branch): Promise<RepoFiles | null> {
      const branches = left.get(fullNameOf(repo)) ?? [];
      const found = branches.find((one) =>
        branch === null ? one.isDefault : one.branch === branch,
      );
      if (found === undefined && branch === null) throw new NotCached("not remembered");
      return found === undefined ? null : { ...found, branches: [] };
    },
  };
}
