import type { Config, ImageRule } from "../model/config.ts";
import type { ImageName, ImageVersion } from "../model/image.ts";
import { mappedImage, trackedImage } from "./image-pattern.ts";
import { presentTag } from "./kustomization.ts";
import { isComparable, versionIn } from "./plan-entry.ts";
import type { Overlay, RepoIndex } from "./repo-index.ts";

/** An image that environments of a repo follow by themselves, and the versions of it that stand in their entries. */
export interface FollowedImage {
  /** By the name that an event would have to bear. */
  readonly image: ImageName;
  readonly rule: ImageRule;
  readonly present: readonly PresentVersion[];
}

export interface PresentVersion extends ImageVersion {
  /** As the entry names it, which a mapping may call otherwise. */
  readonly image: ImageName;
}

/** What a repo follows on pushes, each image once. Entries whose version cannot be told from others are left out. */
export function followedImages(index: RepoIndex, config: Config): readonly FollowedImage[] {
  const found = new Map<ImageName, { rule: ImageRule; present: PresentVersion[] }>();
  for (const overlay of index.overlays) {
    for (const { entry, image, present } of entriesOf(config, overlay)) {
      const rule = trackedImage(config, image)?.rule;
      // Whether a bare `v1` is a version of its own, what else the registry has will tell.
      if (!rule || !isComparable(rule.tags, entry, presentTag(entry) ?? "")) continue;
      const known = found.get(image) ?? { rule, present: [] };
      known.present.push(present);
      found.set(image, known);
    }
  }
  return [...found].map(([image, { present, rule }]) => ({ image, rule, present }));
}

function entriesOf(config: Config, overlay: Overlay) {
  const environment = config.environments.find(({ name }) => name === overlay.environment);
  if (environment?.on !== "push" || overlay.trouble !== null) return [];
  return overlay.entries.flatMap((entry) => {
    const version = versionIn(entry);
    if (entry.image === null || version === null) return [];
    const present = { ...version, image: entry.image };
    return followedAs(config, environment.image, entry.image).map((image) => ({
      entry,
      image,
      present,
    }));
  });
}

/** The names by which events of an entry's image come: its own, or those that the environment maps to it. */
function followedAs(
  config: Config,
  mapping: Readonly<Record<ImageName, ImageName>>,
  image: ImageName,
): readonly ImageName[] {
  const sources = Object.entries(mapping).filter(([, target]) => target === image);
  if (sources.length > 0) return sources.map(([source]) => source);
  const tracked = trackedImage(config, image);
  const elsewhere = tracked !== null && mappedImage(config, mapping, tracked.image) !== null;
  return tracked === null || elsewhere ? [] : [image];
}
