import { parseConfig } from "../decide/config.ts";
import { indexRepo, type RepoIndex, wantedPaths } from "../decide/repo-index.ts";
import { CONFIG_PATH, type Config, type ConfigProblem } from "../model/config.ts";
import type { CdRepo, FileState, Forge } from "../model/forge.ts";
import type { IndexCache, IndexedBranch } from "../model/index-cache.ts";

/** What Tagboat knows of one CD repo without asking GitHub again. */
export interface KnownRepo {
  readonly repo: CdRepo;
  readonly fullName: string;
  readonly configState: FileState | null;
  /** The config in force: the last one that parsed. `null`: there is none. */
  readonly config: Config | null;
  /** What is wrong with the config text as it stands now. */
  readonly problems: readonly ConfigProblem[];
  readonly branches: readonly IndexedBranch[];
  readonly index: RepoIndex;
}

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
      this.#owners.delete(owner);
      throw error;
    }
    return [...this.#repos.values()].filter((known) => known.repo.owner.toLowerCase() === owner);
  }

  /** A repo by its full name in lower case, if it is known. */
  async get(fullName: string): Promise<KnownRepo | null> {
    await this.ofOwner(fullName.slice(0, fullName.indexOf("/")));
    return this.#repos.get(fullName) ?? null;
  }

  /** Reads a repo again. Calls at the same time share one reading; a call during a reading waits for the next. */
  async refresh(fullName: string): Promise<KnownRepo | null> {
    const known = this.#repos.get(fullName);
    if (known === undefined) return this.get(fullName);
    await this.#reading.get(fullName);
    return this.#read(known.repo);
  }

  /** After `installation` events: the owner's repos are listed anew when next needed. */
  forgetOwner(owner: string): void {
    this.#owners.delete(owner);
    for (const [name, known] of this.#repos)
      if (known.repo.owner.toLowerCase() === owner) this.#repos.delete(name);
  }

  async #loadOwner(owner: string): Promise<void> {
    const repos = await this.#parts.forge.cdRepos(owner);
    const allowed = repos.filter((repo) => this.#parts.allowed(fullNameOf(repo)));
    const gone = new Set(this.#repos.keys());
    // A few at a time: an installation may hold hundreds of repos.
    const queue = [...allowed];
    const workers = Array.from({ length: 4 }, async () => {
      for (let repo = queue.shift(); repo !== undefined; repo = queue.shift()) {
        gone.delete(fullNameOf(repo));
        await this.#read(repo);
      }
    });
    await Promise.all(workers);
    for (const name of gone) if (name.startsWith(`${owner}/`)) this.#repos.delete(name);
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
    const main = await this.#readBranch(repo, name, null, null);
    if (main === null) {
      this.#repos.delete(name);
      return null;
    }
    const configState = main.files.find((file) => file.path === CONFIG_PATH) ?? null;
    const parsed = configState?.kind === "text" ? parseConfig(configState.text) : null;
    const lastGood =
      configState === null || configState.kind === "absent"
        ? null
        : (this.#repos.get(name)?.config ?? null);
    const config = parsed?.config ?? lastGood;
    const others = new Set(
      (config?.environments ?? [])
        .map((e) => e.branch)
        .filter((b) => b !== null && b !== main.branch),
    );
    const branches = [main];
    for (const branch of others) {
      const read = await this.#readBranch(repo, name, branch, config);
      if (read !== null) branches.push(read);
    }
    const known: KnownRepo = {
      repo,
      fullName: name,
      configState,
      config,
      problems: parsed?.problems ?? [],
      branches,
      index: indexRepo(config, branches),
    };
    this.#repos.set(name, known);
    return known;
  }

  async #readBranch(
    repo: CdRepo,
    name: string,
    branch: string | null,
    config: Config | null,
  ): Promise<IndexedBranch | null> {
    const read = await this.#parts.forge.readRepo(repo, branch, (path) =>
      wantedPaths(config, path),
    );
    if (read === null) return null;
    const entry: IndexedBranch = {
      repo: name,
      branch: read.branch,
      commit: read.commit,
      isDefault: branch === null,
      paths: read.paths,
      files: read.files,
    };
    await this.#parts.cache.put(entry);
    return entry;
  }
}

export function fullNameOf(repo: Pick<CdRepo, "owner" | "name">): string {
  return `${repo.owner}/${repo.name}`.toLowerCase();
}
