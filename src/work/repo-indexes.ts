import type { Clock } from "../model/clock.ts";
import type { Config } from "../model/config.ts";
import type { CdRepo, Forge } from "../model/forge.ts";
import type { IndexCache } from "../model/index-cache.ts";
import type { Log } from "../model/log.ts";
import { type Policy, withFloors } from "../promote/policy.ts";
import { CachedBranches } from "./cached-branches.ts";
import { IndexHeads } from "./index-heads.ts";
import { fullNameOf, type KnownRepo, readKnownRepo } from "./known-repo.ts";

export interface RepoIndexesParts {
  readonly forge: Pick<Forge, "cdRepos" | "readRepo">;
  readonly cache: IndexCache;
  readonly clock: Clock;
  readonly log: Log;
  /** The operator's allow list: `owner/name` in lower case. */
  readonly allowed: (fullName: string) => boolean;
  /** The operator's floors, which no config goes below. */
  readonly policy: Policy;
}

/** An owner's CD repos: those that are read, and the names of those that could not be read (yet). */
export interface OwnerRepos {
  readonly known: readonly KnownRepo[];
  /** `owner/name` in lower case. */
  readonly unread: readonly string[];
}

/** In place of a repo's name: all repos of an owner whose list cannot be had. No repo can be called so. */
export function wholeOwner(owner: string): string {
  return `${owner}/*`;
}

/** The owner whose repos a name of {@link wholeOwner} stands for; `null`: it is the name of one repo. */
export function ownerOfWhole(name: string): string | null {
  return name.endsWith("/*") ? ownerOf(name) : null;
}

/** Repos of an owner that are read at once: an installation may hold hundreds. */
const READ_AT_ONCE = 4;
/** What this process read within this long is not replaced by what another one did, in milliseconds. */
const RECENT = 60_000;
/** How long the others of an owner wait for one repo's first reading, in milliseconds; it goes on behind them. */
const PATIENCE = 2000;

interface Owner {
  readonly listed: Promise<readonly CdRepo[]>;
  /** Every repo was looked at once, or took too long. */
  looked: Promise<void> | null;
}

/** The index: image → repos, overlays, entries. Read when first needed, again when a push says that it changed. */
export class RepoIndexes {
  readonly #parts: RepoIndexesParts;
  readonly #repos = new Map<string, KnownRepo>();
  /** All that the App reaches, the operator's list or not: a config may extend one of them. */
  readonly #reach = new Map<string, CdRepo>();
  /** Those that are to be read, or are being read for the first time. */
  readonly #unread = new Set<string>();
  readonly #owners = new Map<string, Owner>();
  readonly #reading = new Map<string, Promise<KnownRepo | null>>();
  /** Milliseconds since 1970. */
  readonly #readAt = new Map<string, number>();
  readonly #cached: CachedBranches;
  readonly #heads: IndexHeads;

  constructor(parts: RepoIndexesParts) {
    this.#parts = parts;
    this.#cached = new CachedBranches(parts.cache, parts.log, parts.policy);
    this.#heads = new IndexHeads(parts.cache, parts.clock);
  }

  /**
   * Every CD repo of an owner (lower case) that the App and the operator allow. One that answers slowly or not at all keeps no
   * other back. Throws when GitHub cannot be asked which there are.
   */
  async ofOwner(owner: string): Promise<OwnerRepos> {
    let state: Owner;
    // A list that was forgotten meanwhile tells of repos that are not there: an event would be for none.
    do {
      state = await this.#list(owner);
      state.looked ??= this.#lookAtAll(await state.listed);
      await state.looked;
    } while (this.#owners.get(owner) !== state);
    const ofOwner = (name: string): boolean => ownerOf(name) === owner;
    const known = [...this.#repos.values()].filter(({ fullName }) => ofOwner(fullName));
    const unread = [...this.#unread].filter((name) => ofOwner(name) && !this.#repos.has(name));
    return { known, unread };
  }

  /** A repo by its full name in lower case, if the App and the operator allow it. Reads it when it is not read yet. */
  async get(fullName: string): Promise<KnownRepo | null> {
    await this.#list(ownerOf(fullName));
    const repo = this.#reach.get(fullName);
    if (repo === undefined || !this.#unread.has(fullName)) return this.#repos.get(fullName) ?? null;
    return (await this.#warm(repo)) ?? this.#read(repo);
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
    await this.#reading.get(fullName)?.catch(() => null);
    return this.#read(known.repo);
  }

  /** Reads a known repo again, unless this process read it within the last `age` milliseconds. */
  async refreshOlderThan(fullName: string, age: number): Promise<KnownRepo | null> {
    const readAt = this.#readAt.get(fullName);
    const now = this.#parts.clock.now().getTime();
    if (readAt !== undefined && now - readAt < age) return this.get(fullName);
    return this.refresh(fullName);
  }

  /** Repos whose config extends that of `fullName`, directly or not. */
  extending(fullName: string): readonly KnownRepo[] {
    return [...this.#repos.values()].filter(({ extended }) => extended.includes(fullName));
  }

  /** After a change of access: the owner's repos are listed anew when next needed, and `repos` (`null`: all) read anew. */
  forget(owner: string, repos: readonly string[] | null): void {
    this.#owners.delete(owner);
    for (const name of [...this.#repos.keys()])
      if (ownerOf(name) === owner && (repos === null || repos.includes(name))) {
        this.#repos.delete(name);
        // Until the list says otherwise it is there.
        this.#unread.add(name);
        this.#cached.forget(name);
      }
  }

  /** A repo that the App may read, by its full name. Of owners whose repos were listed. */
  readonly reach = (fullName: string): CdRepo | null => this.#reach.get(fullName) ?? null;

  /** A config as it would be in force in a repo: with the operator's floors under it. */
  floored(config: Config, fullName: string): Config {
    return withFloors(config, this.#parts.policy, fullName);
  }

  async #list(owner: string): Promise<Owner> {
    await this.#follow();
    const state = this.#owners.get(owner) ?? { listed: this.#listNow(owner), looked: null };
    this.#owners.set(owner, state);
    try {
      await state.listed;
    } catch (error) {
      if (this.#owners.get(owner) === state) this.#owners.delete(owner);
      throw error;
    }
    return state;
  }

  async #listNow(owner: string): Promise<readonly CdRepo[]> {
    const repos = await this.#parts.forge.cdRepos(owner);
    const names = new Set(repos.map(fullNameOf));
    for (const name of [...this.#reach.keys()])
      if (ownerOf(name) === owner && !names.has(name)) await this.#drop(name);
    for (const repo of repos) {
      const name = fullNameOf(repo);
      this.#reach.set(name, repo);
      if (!this.#parts.allowed(name) || this.#isKnown(repo)) continue;
      this.#repos.delete(name);
      this.#unread.add(name);
    }
    return repos;
  }

  async #drop(name: string): Promise<void> {
    this.#reach.delete(name);
    this.#readAt.delete(name);
    this.#repos.delete(name);
    this.#unread.delete(name);
    await this.#keep(name, []);
  }

  async #keep(name: string, branches: KnownRepo["branches"]): Promise<void> {
    await this.#cached.keep(name, branches);
    this.#heads.put(name, branches);
  }

  /** Takes up what other processes read: GitHub told only one of them of each push and each change of access. */
  async #follow(): Promise<void> {
    try {
      const { changed, gone } = await this.#heads.look();
      for (const name of gone) if (this.#repos.has(name)) this.#owners.delete(ownerOf(name));
      for (const [name, branches] of changed) await this.#adopt(name, branches);
    } catch (error) {
      this.#parts.log.warn({ err: error }, "what other processes read could not be looked at");
    }
  }

  async #adopt(name: string, branches: readonly string[]): Promise<void> {
    const repo = this.#reach.get(name);
    if (repo === undefined || !this.#repos.has(name)) {
      // New to this process: so is perhaps the list that it stands in.
      if (!this.#unread.has(name)) this.#owners.delete(ownerOf(name));
      return;
    }
    const age = this.#parts.clock.now().getTime() - (this.#readAt.get(name) ?? 0);
    // Two that read the same repo at the same time cannot tell whose is newer: GitHub can.
    const known = age < RECENT ? null : await this.#cached.readAnew(this.reach, repo, branches);
    if (known === null) void this.#quietly(repo);
    else this.#repos.set(name, known);
    for (const { repo: other } of this.extending(name)) void this.#quietly(other);
  }

  #isKnown({ id, installation, ...repo }: CdRepo): boolean {
    const known = this.#repos.get(fullNameOf(repo))?.repo;
    return known?.id === id && known.installation === installation;
  }

  async #lookAtAll(repos: readonly CdRepo[]): Promise<void> {
    const queue = repos.filter((repo) => this.#unread.has(fullNameOf(repo)));
    const warm: CdRepo[] = [];
    await inTurn(queue, async (repo) => {
      if ((await this.#warm(repo)) !== null) warm.push(repo);
      else await this.#withPatience(repo);
    });
    // What the store remembered serves at once; what changed meanwhile is read behind it.
    void inTurn(warm, (repo) => this.#quietly(repo));
  }

  async #withPatience(repo: CdRepo): Promise<void> {
    const done = new AbortController();
    await Promise.race([this.#quietly(repo), this.#parts.clock.sleep(PATIENCE, done.signal)]);
    done.abort();
  }

  async #quietly(repo: CdRepo): Promise<void> {
    try {
      await this.#read(repo);
    } catch (error) {
      const facts = { repo: fullNameOf(repo), err: error };
      this.#parts.log.warn(facts, "a repo could not be read; the others go on without it");
    }
  }

  /** From what the store remembers of an earlier process. `null`: nothing usable. */
  async #warm(repo: CdRepo): Promise<KnownRepo | null> {
    const name = fullNameOf(repo);
    if (this.#reading.has(name)) return null;
    const known = await this.#cached.read(this.reach, repo);
    // Read meanwhile: that is newer.
    if (known === null || !this.#unread.has(name)) return this.#repos.get(name) ?? null;
    this.#repos.set(name, known);
    this.#unread.delete(name);
    return known;
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
    const begun = this.#parts.clock.now().getTime();
    const { forge, policy } = this.#parts;
    const known = await readKnownRepo({ forge, policy, reach: this.reach }, repo, last);
    this.#readAt.set(name, begun);
    this.#unread.delete(name);
    if (known === null) this.#repos.delete(name);
    else this.#repos.set(name, known);
    await this.#keep(name, known?.branches ?? []);
    return known;
  }
}

/** Does `work` for each, a few at a time. */
async function inTurn<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const queue = [...all];
  const workers = Array.from({ length: READ_AT_ONCE }, async () => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) await work(one);
  });
  await Promise.all(workers);
}

function ownerOf(fullName: string): string {
  return fullName.slice(0, fullName.indexOf("/"));
}
