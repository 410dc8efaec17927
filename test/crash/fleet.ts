import { createHash } from "node:crypto";
import type { Fixture } from "../../sandbox/fixtures/fixture.ts";
import { type MadeImage, makeImage } from "../../sandbox/registry/image.ts";

/** Who deploys what where: the same two CD repos for each of several owners, so that none of them uses up GitHub's pace. */

export const OWNERS = ["acme", "birch", "cedar", "dune", "elm", "fjord", "grove", "heath"] as const;
export type Owner = (typeof OWNERS)[number];

export const kinds = ["app", "web"] as const;
export type Kind = (typeof kinds)[number];

/** One build. Its rank is its age: a higher one was built later. */
export interface Version {
  readonly owner: Owner;
  readonly kind: Kind;
  readonly rank: number;
}

export interface PlaceUnderTest {
  readonly repo: "fleet" | "stage";
  readonly base: string;
  readonly environment: string;
  readonly component: string | null;
  readonly file: string;
  readonly direct: boolean;
  readonly carries: readonly Kind[];
}

export const places: readonly PlaceUnderTest[] = [
  {
    repo: "fleet",
    base: "main",
    environment: "dev",
    component: "alpha",
    file: "components/alpha/dev/kustomization.yaml",
    direct: false,
    carries: ["app", "web"],
  },
  {
    repo: "fleet",
    base: "main",
    environment: "dev",
    component: "beta",
    file: "components/beta/dev/kustomization.yaml",
    direct: false,
    carries: ["web"],
  },
  {
    repo: "fleet",
    base: "main",
    environment: "edge",
    component: null,
    file: "edge/kustomization.yaml",
    direct: true,
    carries: ["app", "web"],
  },
  {
    repo: "stage",
    base: "production",
    environment: "stage",
    component: null,
    file: "stage/kustomization.yaml",
    direct: false,
    carries: ["app"],
  },
];

const SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz";
const FIRST_BUILD = Date.UTC(2026, 0, 10);
const MINUTE = 60_000;
/** What stands everywhere at first. Later ranks leave room for builds that are pushed late. */
const FIRST_RANK = 10;

/** Tags of `app` say nothing of their order; those of `web` are semver. */
export function tagOf({ owner, kind, rank }: Version): string {
  if (kind === "web") return `1.${rank}.0`;
  const hash = createHash("sha256").update(`${owner} ${rank}`).digest();
  const letters = [...hash.subarray(2, 7)].map((byte) => SUFFIX_LETTERS[byte % 20]);
  return `${hash.subarray(0, 2).toString("hex")}-${letters.join("")}`;
}

/** The versions that were pushed, known by image and tag. */
export class Fleet {
  readonly #host: string;
  readonly #byTag = new Map<string, Version>();
  readonly #images = new Map<string, MadeImage>();
  readonly #top = new Map<string, number>();

  /** @param host of the registry, with its port. */
  constructor(host: string) {
    this.#host = host;
    for (const owner of OWNERS)
      for (const kind of kinds) this.build({ owner, kind, rank: FIRST_RANK });
  }

  imageOf({ owner, kind }: Pick<Version, "owner" | "kind">): string {
    return `${this.#host}/${owner}/${kind}`;
  }

  pathOf({ owner, kind }: Version): string {
    return `${owner}/${kind}`;
  }

  /** Makes a version known, and its image: the same each time. */
  build(version: Version): MadeImage {
    const key = `${this.imageOf(version)}:${tagOf(version)}`;
    const known = this.#images.get(key);
    if (known !== undefined) return known;
    const created = new Date(FIRST_BUILD + version.rank * MINUTE).toISOString();
    const made = makeImage({ content: key, created });
    this.#images.set(key, made);
    this.#byTag.set(key, version);
    const line = `${version.owner}/${version.kind}`;
    this.#top.set(line, Math.max(this.top(version.owner, version.kind), version.rank));
    return made;
  }

  /** The highest rank so far. */
  top(owner: Owner, kind: Kind): number {
    return this.#top.get(`${owner}/${kind}`) ?? FIRST_RANK;
  }

  version(image: string, tag: string): Version | null {
    return this.#byTag.get(`${image}:${tag}`) ?? null;
  }

  /** Branches and files of an owner's two repos as they are at first. */
  reposOf(owner: Owner): Readonly<Record<"fleet" | "stage", Fixture>> {
    const files = (repo: PlaceUnderTest["repo"]): Record<string, string> =>
      Object.fromEntries(
        places
          .filter((place) => place.repo === repo)
          .map((place) => [place.file, this.#kustomization(owner, place)]),
      );
    const config = { ".github/tagboat.yml": this.#config(owner) };
    return {
      fleet: { branches: { main: { ...config, ...files("fleet") } } },
      stage: { branches: { main: config, production: files("stage") } },
    };
  }

  #config(owner: Owner): string {
    return `version: 1
images:
  - name: ${this.imageOf({ owner, kind: "app" })}
  - name: ${this.imageOf({ owner, kind: "web" })}
    tags:
      order: semver
environments:
  - name: dev
    path: components/{component}/dev
    on: push
  - name: stage
    path: stage
    branch: production
    on: push
  - name: edge
    path: edge
    on: push
    delivery: commit
`;
  }

  #kustomization(owner: Owner, { carries, direct }: PlaceUnderTest): string {
    const entries = carries.map((kind) => {
      const version = { owner, kind, rank: FIRST_RANK };
      const pin = direct && kind === "app" ? `  digest: ${this.build(version).digest}\n` : "";
      return `- name: ${this.imageOf(version)}\n  newTag: ${tagOf(version)}\n${pin}`;
    });
    return `# head\nresources:\n- ../base\nimages:\n${entries.join("")}# between\n# and\nlabels:\n- pairs:\n    team: fleet\n`;
  }
}

/** An entry's lines in a kustomization file of the fleet. */
const ENTRY = /^- name: (\S+)\n {2}newTag: (\S+)\n(?: {2}digest: (\S+)\n)?/gm;

export interface EntryText {
  readonly image: string;
  readonly tag: string;
  readonly digest: string | null;
}

export function entriesOf(text: string): EntryText[] {
  return [...text.matchAll(ENTRY)].map(([, image = "", tag = "", digest]) => ({
    image,
    tag: tag.replaceAll('"', ""),
    digest: digest ?? null,
  }));
}

/** The text with all versions of entries blanked: what Tagboat may not change. */
export function withoutVersions(text: string): string {
  return text.replace(ENTRY, (entry) => entry.replace(/(newTag|digest): \S+/g, "$1: …"));
}

export function show({ owner, kind, rank }: Version): string {
  return `${owner}/${kind} ${rank}`;
}
