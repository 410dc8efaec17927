import type { Commit, Oid } from "../../../sandbox/git/object-store.ts";
import { fileAt } from "../../../sandbox/git/tree-edit.ts";
import type { Pull } from "../../../sandbox/world/entities.ts";
import type { Harbour } from "../../support/harbour.ts";
import { CONFIG, entriesOf, type Image, images, type Pushed, type Version } from "../fleet.ts";
import { bases, type Place, places } from "./ladder.ts";

/** A version as an entry names it: without a digest, whatever build its tag has now. */
export interface Standing extends Version {
  readonly pinned: boolean;
}

/** What a commit of the App says of itself: read here anew, so that a bug in the App's own reading is not shared. */
export interface OwnWords {
  readonly kind: string;
  readonly environment: string;
  readonly component: string | null;
  /** Login and comment. */
  readonly asked: {
    readonly by: string | null;
    readonly comment: number | null;
    readonly skip: string | null;
  } | null;
  /** Digests by image. */
  readonly digests: ReadonlyMap<string, string>;
}

interface Seen {
  readonly commits: Set<Oid>;
  readonly versions: Set<string>;
}

/** Reads the CD repo as git has it. */
export class RepoLook {
  readonly #harbour: Harbour;
  readonly #pushed: Pushed;
  readonly #texts = new Map<string, string | null>();
  readonly #seen = new Map<string, Seen>();

  constructor(harbour: Harbour, pushed: Pushed) {
    this.#harbour = harbour;
    this.#pushed = pushed;
  }

  get store() {
    return this.#harbour.repo.store;
  }

  get bot(): string {
    return this.#harbour.app.bot.login;
  }

  /** Login of who made a commit through the host; empty: nobody did. */
  authorOf(oid: Oid): string {
    return this.#harbour.repo.authors.get(oid) ?? "";
  }

  byApp(oid: Oid): boolean {
    return this.authorOf(oid) === this.bot;
  }

  tip(branch: string): Promise<Oid | null> {
    return this.store.readRef(`refs/heads/${branch}`);
  }

  async text(oid: Oid, path: string): Promise<string | null> {
    const key = `${oid} ${path}`;
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    const file = await fileAt(this.store, oid, path);
    const text =
      file === null ? null : ((await this.store.readBlob(file.oid))?.toString("utf8") ?? null);
    this.#texts.set(key, text);
    return text;
  }

  async config(): Promise<string | null> {
    const tip = await this.tip("main");
    return tip === null ? null : this.text(tip, CONFIG);
  }

  /** What stands in the entry of an image; `null`: no entry, or what was never pushed. */
  async standing(oid: Oid, path: string, image: Image): Promise<Standing | null> {
    return this.inText((await this.text(oid, path)) ?? "", image);
  }

  inText(text: string, image: Image): Standing | null {
    const entry = entriesOf(text).find((one) => one.image === image);
    if (entry === undefined) return null;
    const version = this.#pushed.deployed(image, entry.tag, entry.digest);
    return version === null ? null : { ...version, pinned: entry.digest !== null };
  }

  /** Commits of a head that its base has not. */
  async commits(pull: Pull): Promise<readonly Commit[]> {
    const tip = await this.tip(pull.baseBranch);
    const found: Commit[] = [];
    for (const oid of await this.store.log(pull.headOid, { not: tip === null ? [] : [tip] })) {
      const commit = await this.store.readCommit(oid);
      if (commit !== null) found.push(commit);
    }
    return found;
  }

  async isOnBase(oid: Oid): Promise<boolean> {
    for (const base of bases) {
      const tip = await this.tip(base);
      if (tip !== null && (await this.store.isAncestor(oid, tip))) return true;
    }
    return false;
  }

  async isBaseMerge({ parents }: Commit): Promise<boolean> {
    const [, second] = parents;
    return second !== undefined && (await this.isOnBase(second));
  }

  /** Every tag of an image that a place's base branch held at any of its commits, and with which digest. */
  async everHeld({ base, file }: Place): Promise<ReadonlySet<string>> {
    const tip = await this.tip(base);
    const seen = this.#seen.get(`${base} ${file}`) ?? { commits: new Set(), versions: new Set() };
    this.#seen.set(`${base} ${file}`, seen);
    if (tip === null || seen.commits.has(tip)) return seen.versions;
    for (const oid of await this.store.log(tip)) {
      if (seen.commits.has(oid)) continue;
      await this.#remember(seen, oid, file);
    }
    return seen.versions;
  }

  async #remember({ commits, versions }: Seen, oid: Oid, file: string): Promise<void> {
    commits.add(oid);
    for (const image of images) {
      const there = await this.standing(oid, file, image);
      if (there === null) continue;
      versions.add(heldKey(image, there.rank, "any"));
      versions.add(heldKey(image, there.rank, there.pinned ? there.build : "tag alone"));
    }
  }
}

/** How {@link RepoLook.everHeld} names what was held; `any`: by whatever digest or none. */
export function heldKey(image: Image, rank: number, build: number | "tag alone" | "any"): string {
  return `${image} ${rank} ${build}`;
}

export function wordsOf({ message }: Commit): OwnWords | null {
  const place = /^Tagboat-Place: (.*)$/m.exec(message)?.[1];
  const kind = /^Tagboat-Kind: (.*)$/m.exec(message)?.[1];
  if (place === undefined || kind === undefined) return null;
  const [environment, component] = JSON.parse(place) as [string, string | null];
  const asked = /^Tagboat-Asked: (.*)$/m.exec(message)?.[1];
  const digests = [...message.matchAll(/^Tagboat-Release: (\S+) \S+ (\S+) /gm)].map(
    ([, image = "", digest = ""]) => [image, digest] as const,
  );
  return {
    kind,
    environment,
    component,
    asked: asked === undefined ? null : askedOf(asked),
    digests: new Map(digests),
  };
}

function askedOf(text: string): OwnWords["asked"] {
  const [by, comment, , skip] = JSON.parse(text) as [
    [number, string] | null,
    number | null,
    unknown,
    string | null,
  ];
  return { by: by?.[1] ?? null, comment, skip };
}

export function placeOfWords({ component, environment }: OwnWords): Place | null {
  return places.find((p) => p.environment === environment && p.component === component) ?? null;
}
