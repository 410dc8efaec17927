import type { ImageChange } from "../model/change.ts";
import type { Config, Environment, ImageRule, TagPolicy } from "../model/config.ts";
import type { ImageName, ImageVersion } from "../model/image.ts";
import type { Refusal } from "../model/outcome.ts";
import type { ImageArtifact } from "../model/release.ts";
import { mappedImage, type TrackedImage, trackedImage } from "./image-pattern.ts";
import { type Entry, presentTag } from "./kustomization.ts";
import { compareVersions } from "./order.ts";
import type { PlanFile } from "./plan-files.ts";
import { isMovingTag } from "./tag-policy.ts";
import type { Contender } from "./tracking-plan.ts";

/** An entry (or one to be added) that takes the versions of an image. */
export interface Target {
  readonly file: string;
  /** `name` of the entry. */
  readonly name: string;
  /** The entry now; `null`: it is to be added. */
  readonly entry: Entry | null;
  /** Name to write as `newName`; `null`: leave it. */
  readonly rename: ImageName | null;
  /** What the entry deploys afterwards. */
  readonly image: ImageName;
}

interface Scope {
  readonly config: Config;
  readonly environment: Environment;
}

/**
 * The entries of one file that an image's version goes to. With an `image:` mapping: those that deploy its target already,
 * else those that deploy the source, which are renamed.
 */
export function targetsIn(scope: Scope, image: ImageName, file: PlanFile): Target[] {
  const mapped = mappedImage(scope.config, scope.environment.image, image);
  const there = file.entries.filter((entry) => mapped !== null && entry.image === mapped);
  const targets =
    there.length > 0 ? there : file.entries.filter((entry) => isOf(scope, image, entry));
  const rename = there.length > 0 ? null : mapped;
  const seen = new Set<string>();
  return targets.flatMap((entry) => {
    // The editor changes all entries of one name together.
    if (seen.has(entry.name)) return [];
    seen.add(entry.name);
    const deploys = rename ?? entry.image ?? image;
    return [{ file: file.path, name: entry.name, entry, rename, image: deploys }];
  });
}

function isOf({ config }: Scope, image: ImageName, entry: Entry): boolean {
  return entry.image !== null && trackedImage(config, entry.image)?.image === image;
}

/** An entry to be added to a file that has none. */
export function addedTarget(scope: Scope, tracked: TrackedImage, file: PlanFile): Target {
  const mapped = mappedImage(scope.config, scope.environment.image, tracked.image);
  const image = mapped ?? tracked.image;
  return { file: file.path, name: tracked.image, entry: null, rename: mapped, image };
}

/** The version that an entry names now; `null` when it names none. */
export function versionIn(entry: Entry | null): ImageVersion | null {
  if (entry === null || (entry.newTag === null && entry.digest === null)) return null;
  return { tag: entry.newTag, digest: entry.digest };
}

/** Why an entry cannot take a new version, whatever it is. */
export function entryTrouble(target: Target, file: PlanFile): Refusal | null {
  const { entry } = target;
  if (entry === null) return null;
  const at = { file: file.path, line: entry.line };
  if (entry.tagSuffix) {
    const message = `\`${entry.name}\` has a tagSuffix, which a new tag would switch off: write the whole tag.`;
    return { reason: "tag-suffix", message, ...at };
  }
  const twins = file.entries.filter(({ name }) => name === entry.name);
  const same = twins.every((twin) => sameValues(twin, entry));
  if (same) return null;
  const message = `\`${entry.name}\` has ${twins.length} entries that differ, and the last wins: keep one of them.`;
  return { reason: "duplicate-entry", message, ...at };
}

function sameValues(a: Entry, b: Entry): boolean {
  return a.newName === b.newName && a.newTag === b.newTag && a.digest === b.digest;
}

/** What is written into an entry for a version; `digest-unknown` when it needs a digest that nobody knows. */
export function changeFor(
  rule: ImageRule,
  target: Target,
  artifact: ImageArtifact,
): ImageChange | "digest-unknown" {
  const now = versionIn(target.entry);
  const pin = pinned(rule, now);
  if (pin.digest && artifact.digest === null) return "digest-unknown";
  return {
    kind: "image",
    file: target.file,
    entry: target.name,
    ...(target.rename === null ? {} : { newName: target.rename }),
    ...fieldOf("newTag", pin.tag ? artifact.tag : null, now?.tag ?? null),
    ...fieldOf("digest", pin.digest ? artifact.digest : null, now?.digest ?? null),
    ...(target.entry === null ? { add: true } : {}),
  };
}

/** kustomize deploys `tag@digest` when an entry has both, so a changed tag beside an old digest deploys the old image. */
function pinned({ pin }: ImageRule, now: ImageVersion | null): { tag: boolean; digest: boolean } {
  if (pin === "tag") return { tag: true, digest: false };
  if (pin === "digest") return { tag: false, digest: true };
  if (pin === "tag+digest") return { tag: true, digest: true };
  const digest = now !== null && now.digest !== null;
  return { tag: !digest || now.tag !== null, digest };
}

/** The value to set; `null` to remove one that is there; nothing where there is none to remove. */
function fieldOf(key: "newTag" | "digest", value: string | null, now: string | null) {
  return value === null && now === null ? {} : { [key]: value };
}

/** Whether an entry holds already what a change would write. */
export function holdsAlready(change: ImageChange, target: Target): boolean {
  const { entry } = target;
  if (entry === null) return false;
  if (change.newName !== undefined && change.newName !== entry.newName) return false;
  if (change.newTag !== undefined && change.newTag !== entry.newTag) return false;
  return change.digest === undefined || change.digest === entry.digest;
}

/**
 * Whether the version in an entry can be told from others: a moving tag beside no digest cannot.
 * @param coming the tag that wants its place.
 */
export function isComparable(policy: TagPolicy, entry: Entry | null, coming: string): boolean {
  const now = versionIn(entry);
  if (entry === null || now === null) return false;
  if (now.digest !== null) return true;
  const tag = presentTag(entry);
  return tag !== null && !isMovingTag(policy, tag, coming);
}

/** The versions in an image's entries whose build times the contenders have to be compared with. */
export function presentVersions(
  scope: Scope,
  image: ImageName,
  files: readonly PlanFile[],
  contenders: readonly Contender[],
): { image: ImageName; tag: string | null; digest: string | null }[] {
  const tags = trackedImage(scope.config, image)?.rule.tags;
  if (!tags) return [];
  return files
    .flatMap((file) => targetsIn(scope, image, file))
    .flatMap(({ entry }) => {
      const now = versionIn(entry);
      if (now === null || !entry?.image) return [];
      const settled = contenders.every(
        ({ artifact }) =>
          !isComparable(tags, entry, artifact.tag) ||
          compareVersions(tags, artifact, { ...now, orderKey: null }) !== "unknown",
      );
      return settled ? [] : [{ image: entry.image, ...now }];
    });
}
