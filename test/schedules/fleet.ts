import { createHash } from "node:crypto";
import type { FakeRegistry } from "../support/fake-registry.ts";

/** The CD repo of the schedules: what stands in it at first, and the versions that are pushed. */

export const APP = "quay.io/acme/app";
export const WEB = "quay.io/acme/web";
export const images = [APP, WEB] as const;
export type Image = (typeof images)[number];

/** One build of one tag. A tag that is pushed again has a later build. */
export interface Version {
  readonly image: Image;
  readonly rank: number;
  readonly build: number;
}

export interface PlaceUnderTest {
  readonly base: string;
  readonly environment: string;
  readonly component: string | null;
  readonly file: string;
  readonly direct: boolean;
}

export const places: readonly PlaceUnderTest[] = [
  {
    base: "main",
    environment: "dev",
    component: "alpha",
    file: "components/alpha/dev/kustomization.yaml",
    direct: false,
  },
  {
    base: "main",
    environment: "dev",
    component: "beta",
    file: "components/beta/dev/kustomization.yaml",
    direct: false,
  },
  {
    base: "production",
    environment: "stage",
    component: "alpha",
    file: "components/alpha/stage/kustomization.yaml",
    direct: false,
  },
  {
    base: "main",
    environment: "edge",
    component: null,
    file: "edge/kustomization.yaml",
    direct: true,
  },
];

export const CONFIG = ".github/tagboat.yml";
export const config = `version: 1
images:
  - name: ${APP}
  - name: ${WEB}
    tags:
      order: semver
environments:
  - name: dev
    path: components/{component}/dev
    on: push
  - name: stage
    path: components/{component}/stage
    branch: production
    on: push
  - name: edge
    path: edge
    on: push
    delivery: commit
`;

const FIRST_RANK = 2;
const HOUR = 3_600_000;
const MINUTE = 60_000;
const SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz";

/** Tags of the app say nothing of their order; those of the web server are semver, built in the other order. */
export function tagOf(image: Image, rank: number): string {
  if (image === WEB) return `1.${rank}.0`;
  const hash = createHash("sha256").update(`tag ${rank}`).digest();
  const letters = [...hash.subarray(2, 7)].map((byte) => SUFFIX_LETTERS[byte % 20]);
  return `${hash.subarray(0, 2).toString("hex")}-${letters.join("")}`;
}

/**
 * Milliseconds since 1970. A second build of a tag is newer than the first build of the next tag. No two versions are built at
 * the same minute: 95 and 60 have no small multiple in common.
 */
export function createdAt({ image, rank, build }: Version): number {
  const first = Date.UTC(2026, 10, 10);
  return image === APP
    ? first + rank * HOUR + build * 95 * MINUTE
    : first - rank * HOUR + build * MINUTE;
}

export function digestOf({ image, rank, build }: Version): string {
  return `sha256:${createHash("sha256").update(`${image} ${rank} ${build}`).digest("hex")}`;
}

/** Negative: `a` is older than `b`. By the order that the config gives to the image. */
export function compareAge(a: Version, b: Version): number {
  if (a.image === WEB && a.rank !== b.rank) return a.rank - b.rank;
  return createdAt(a) - createdAt(b);
}

/** The newest build of each tag that was pushed, as the registry has it now. */
export class Pushed {
  readonly #builds = new Map<string, number>();
  readonly #byDigest = new Map<string, Version>();
  readonly #byTag = new Map<string, { image: Image; rank: number }>();
  readonly #registry: FakeRegistry;

  constructor(registry: FakeRegistry) {
    this.#registry = registry;
    for (const image of images)
      for (let rank = 0; rank <= FIRST_RANK; rank += 1) this.put({ image, rank, build: 0 });
  }

  put(version: Version): void {
    const { image, rank, build } = version;
    const tag = tagOf(image, rank);
    this.#builds.set(`${image} ${rank}`, build);
    this.#byDigest.set(digestOf(version), version);
    this.#byTag.set(`${image}:${tag}`, { image, rank });
    const created = new Date(createdAt(version)).toISOString();
    this.#registry.put(image, tag, { created, digest: digestOf(version) });
  }

  buildOf(image: Image, rank: number): number | null {
    return this.#builds.get(`${image} ${rank}`) ?? null;
  }

  /** The highest rank that was pushed. */
  top(image: Image): number {
    return Math.max(...this.#all(image).map(({ rank }) => rank));
  }

  newest(image: Image): Version {
    const all = this.#all(image).sort(compareAge);
    const last = all.at(-1);
    if (last === undefined) throw new Error(`nothing of ${image} was pushed`);
    return last;
  }

  #all(image: Image): Version[] {
    return [...this.#builds].flatMap(([key, build]) => {
      const [name, rank] = key.split(" ");
      return name === image ? [{ image, rank: Number(rank), build }] : [];
    });
  }

  /** What an entry deploys: by its digest, else what its tag names now. `null`: nothing that was pushed. */
  deployed(image: Image, tag: string | null, digest: string | null): Version | null {
    if (digest !== null) return this.#byDigest.get(digest) ?? null;
    const known = this.#byTag.get(`${image}:${tag}`);
    if (known === undefined) return null;
    return { ...known, build: this.buildOf(image, known.rank) ?? 0 };
  }
}

/** An entry's lines in a kustomization file of the fleet. */
const ENTRY = /^- name: (\S+).*\n {2}newTag: (\S+)[^\n]*\n(?: {2}digest: (\S+)[^\n]*\n)?/gm;

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
  return text.replace(ENTRY, (entry) =>
    entry.replace(/newTag: \S+/, "newTag: …").replace(/digest: \S+/, "digest: …"),
  );
}

/** The text with another version in the entry of `image`, written as a person would. */
export function withVersion(text: string, version: Version): string {
  return text.replace(ENTRY, (entry, image: string) =>
    image !== version.image
      ? entry
      : entry
          .replace(/newTag: \S+/, `newTag: ${tagOf(version.image, version.rank)}`)
          .replace(/digest: \S+/, `digest: ${digestOf(version)}`),
  );
}

function entry(image: Image, pinned: boolean): string {
  const version = { image, rank: FIRST_RANK, build: 0 };
  const digest = pinned ? `  digest: ${digestOf(version)}\n` : "";
  return `- name: ${image} # tracked\n  newTag: ${tagOf(image, FIRST_RANK)}\n${digest}`;
}

function kustomization(entries: string): string {
  return `# head\nresources:\n- ../../base\nimages:\n${entries}# between\n# and\nlabels:\n- pairs:\n    team: fleet\n`;
}

/** First commit of `main`, from which `production` is made. */
export const files: Readonly<Record<string, string>> = {
  [CONFIG]: config,
  "README.md": "# fleet\n",
  "components/alpha/dev/kustomization.yaml": kustomization(entry(APP, false) + entry(WEB, false)),
  "components/beta/dev/kustomization.yaml": kustomization(entry(APP, true)),
  "components/alpha/stage/kustomization.yaml": kustomization(entry(APP, false) + entry(WEB, true)),
  "components/gamma/untracked/kustomization.yaml": kustomization(entry(APP, false)),
  "edge/kustomization.yaml": kustomization(entry(APP, false) + entry(WEB, false)),
};

/** The images that a place carries at first. */
export function imagesIn(place: PlaceUnderTest): Image[] {
  const text = files[place.file] ?? "";
  return images.filter((image) => entriesOf(text).some((one) => one.image === image));
}
