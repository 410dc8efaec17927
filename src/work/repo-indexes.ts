import type { CdRepo, Forge } from "../model/forge.ts";
import type { IndexCache } from "../model/index-cache.ts";
import { fullNameOf, type KnownRepo, readKnownRepo } from "./known-repo.ts";

export interface RepoIndexesParts {
  readonly forge: Forge;
  readonly cache: IndexCache;
  /** The operator's allow list: `owner/name` in lower case. */
  readonly allowed: (fullName: string) => boolean;
}

/** The index: image → repos, overlays, entries. Read when first needed, again when a push says that it changed. */
export class RepoIndexes {
  readonly #parts: RepoIndexesParts;
  readonly #repos = new Map<string, KnownRepo>();
  /** All that the App reaches, the operator's list or not: a config may extend one of them. */
  readonly #reach = new Map<string, CdRepo>();
  readonly #owners = new Map<string, Promise<void>>();
  readonly #reading = new Map<string, Promise<KnownRepo | null>>();

  constructor(parts: RepoIndexesParts) {
    this.#parts = parts;
  }

  /** Every CD repo of an owner (lower case) that the App and the operator allow. Throws when GitHub cannot be asked. */
  async ofOwner(owner: string): Promise<readonly KnownRepo[]> {
    const loading = this.#owners.get(owner) ?? this.#loadOwner(owner);
    this.#owners.set(owner, loading);
    try {
      await loading;
    } catch (error) {
      if (this.#owners.get(owner) === loading) this.#owners.delete(owner);
      throw error;
    }
    return [...this.#repos.values()].filter((known) => ownerOf(known.fullName) === owner);
  }

  /** A repo by its full name in lower case, if it is known. */
  async get(fullName: string): Promise<KnownRepo | null> {
    await this.ofOwner(ownerOf(fullName));
    return this.#repos.get(fullName) ?? null;
  }

  /**
   * A repo that GitHub told of. One that is not known is looked for again: it may be new, renamed, or have its first commit
   * only now.
   */
  async find(fullName: string): Promise<KnownRepo | null> {
    const known = await this.get(fullName);
    if (known !== null || !this.#parts.allowed(fullName)) return known;
    this.#owners.delete(ownerOf(fullName));
    return this.get(fullName);
  }

  /** Reads a repo again. Calls at the same time share one reading; a call during a reading waits for the next. */
  async refresh(fullName: string): Promise<KnownRepo | null> {
    const known = this.#repos.get(fullName);
    if (known === undefined) return this.get(fullName);
    await this.#reading.get(fullName);
    return this.#read(known.repo);
  }

  /** Repos whose config extends that of `fullName`, directly or not. */
  extending(fullName: string): readonly KnownRepo[] {
    return [...this.#repos.values()].filter(({ extended }) => extended.includes(fullName));
  }

  /** After a change of access: the owner's repos are listed anew when next needed, and `repos` (`null`: all) read anew. */
  forget(owner: string, repos: readonly string[] | null): void {
    this.#owners.delete(owner);
    for (const name of [...this.#repos.keys()]) {
      if (ownerOf(name) === owner && (repos === null || repos.includes(name)))
        this.#repos.delete(name);
    }
  }

  async #loadOwner(owner: string): Promise<void> {
    const repos = await this.#parts.forge.cdRepos(owner);
    const names = new Set(repos.map(fullNameOf));
    for (const name of [...this.#reach.keys()])
      if (ownerOf(name) === owner && !names.has(name)) this.#drop(name);
    for (const repo of repos) this.#reach.set(fullNameOf(repo), repo);
    const queue = repos.filter((repo) => this.#parts.allowed(fullNameOf(repo)));
    // A few at a time: an installation may hold hundreds of repos.
    const workers = Array.from({ length: 4 }, async () => {
      for (let repo = queue.shift(); repo !== undefined; repo = queue.shift())
        if (!this.#isKnown(repo)) await this.#read(repo);
    });
    await Promise.all(workers);
  }

  #drop(name: string): void {
    this.#reach.delete(name);
    this.#repos.delete(name);
  }

  #isKnown({ id, installation, ...repo }: CdRepo): boolean {
    const known = this.#repos.get(fullNameOf(repo))?.repo;
    return known?.id === id && known.installation === installation;
  }

  #read(repo: CdRepo): Promise<KnownRepo | null> {
    const name = fullNameOf(repo);
    const running = this.#reading.get(name);
    if (running !== undefined) return running;
    const reading = this.#readNow(repo, name).finally(() => this.#reading.delete(name));
    this.#reading.set(name, reading);
    return reading;
  }

  async #readNow(repo: CdRepo, name: string): Promise<KnownRepo | null> {
    const last = this.#repos.get(name)?.config ?? null;
    const known = await readKnownRepo(this.#parts.forge, this.reach, repo, last);
    if (known === null) this.#repos.delete(name);
    else this.#repos.set(name, known);
    for (const branch of known?.branches ?? []) await this.#parts.cache.put(branch);
    return known;
  }

  /** A repo that the App may read, by its full name. Of owners whose repos were listed. */
  readonly reach = (fullName: string): CdRepo | null => this.#reach.get(fullName) ?? null;
}

function ownerOf(fullName: string): string {
  return fullName.slice(0, fullName.indexOf("/"));
}
