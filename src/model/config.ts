import type { ImageName } from "./image.ts";

/** `.github/tagboat.yml` after validation, defaults filled in. Patterns stay text: `decide/` compiles them. */
export interface Config {
  readonly images: readonly ImageRule[];
  readonly environments: readonly Environment[];
  readonly mode: "act" | "observe";
}

export interface ImageRule {
  /** An image, or a pattern with `*`. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly tags: TagPolicy;
  /** Template that computes the tag when a pipeline event does not name it. */
  readonly tag: string | null;
  readonly pin: "as-is" | "tag" | "digest" | "tag+digest";
  /** Repo it is built from, `{image}` allowed. */
  readonly source: string | null;
  /** Labels that tell where the image came from, looked for before those of OCI and of common pipelines. */
  readonly labels: LabelNames;
  readonly refs: boolean;
  readonly verify: "registry" | "none";
  /** Whether the registry's tags are read now and then for versions that nobody told of. */
  readonly reread: boolean;
}

/** Names of labels, the first that an image has counts. */
export interface LabelNames {
  readonly revision: readonly string[];
  readonly source: readonly string[];
  readonly run: readonly string[];
  readonly runUrl: readonly string[];
}

export interface TagPolicy {
  /** `null`: the shape of the tag now in the entry. */
  readonly match: string | null;
  readonly order: "build-time" | "semver" | "numeric" | "alphabetical";
  readonly range: string | null;
  readonly extract: string | null;
  /** Regular expressions: what fits one of them is never taken. */
  readonly ignore: readonly string[];
  /** Whether `order: semver` takes pre-releases. `null`: as the range says; without one, where the entry holds one. */
  readonly prerelease: boolean | null;
  /** `linux/amd64`, …: an image that is not built for all of them is not taken. */
  readonly platforms: readonly string[];
  /** How old a version is at least before it is proposed, in milliseconds. */
  readonly age: number;
  /** When a tag comes again with other content: take it where that changes an entry, or take it for a mistake. */
  readonly repushed: "follow" | "refuse";
}

export interface Environment {
  readonly name: string;
  /** Folders, globs, captures: `components/{component}/staging/**`. */
  readonly path: readonly string[];
  /** `null`: the repo's default branch. */
  readonly branch: string | null;
  readonly after: readonly string[];
  readonly on: "push" | "merge" | "promotion";
  readonly delivery: "pull-request" | "commit";
  readonly merge: "auto" | "approved" | "manual";
  /** Source image → image of the same content used here. */
  readonly image: Readonly<Record<ImageName, ImageName>>;
  readonly add: boolean;
  readonly approvals: {
    readonly count: number;
    readonly teams: readonly string[];
    readonly requester: boolean;
  };
  /** Who may command here, of those with write. Slugs of teams of the repo's owner; none: whoever has write. */
  readonly allow: {
    readonly teams: readonly string[];
    /** Who may skip a step of the ladder, beside maintainers and admins of the repo. */
    readonly skip: readonly string[];
  };
  /** How long a release runs in the environment before, in milliseconds. */
  readonly soak: number;
  /** How old an image is at least, since it was built, in milliseconds. */
  readonly age: number;
  readonly require: { readonly checks: readonly string[]; readonly health: "argocd" | null };
  readonly freeze: readonly Freeze[];
  readonly proposal: {
    readonly labels: readonly string[];
    readonly reviewers: readonly string[];
    readonly title: string | null;
    readonly body: string | null;
    readonly commit: string | null;
    readonly draft: boolean;
  };
}

/** A window of time in which nothing is promoted. */
export interface Freeze {
  /** Five fields: when it begins, by the clocks of `tz`. */
  readonly cron: string;
  /** How long it lasts, in milliseconds that pass: a change of the clocks does not stretch it. */
  readonly for: number;
  /** IANA time zone. */
  readonly tz: string;
  /** Components that it does not hold. */
  readonly except: readonly string[];
  /** Whose word opens it for one pull request; `null`: nobody's. */
  readonly override: { readonly teams: readonly string[] } | null;
}

/** Something wrong, or worth saying, in the config text. First line and column are 1. */
export interface ConfigProblem {
  readonly severity: "error" | "warning" | "waiting";
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** The path of the config in a CD repo. Read from the default branch only. */
export const CONFIG_PATH = ".github/tagboat.yml";
