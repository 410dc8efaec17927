import { trackedImage } from "../decide/image-pattern.ts";
import type { Config } from "../model/config.ts";
import type { ImageName } from "../model/image.ts";
import type { ImageArtifact } from "../model/release.ts";
import type { KeyOf } from "./keys-in-place.ts";

/**
 * Order keys of what stands in entries: the registry's, else the one that was merged with the version. A reproducible build has no
 * time of its own, and when its push was told is known from then alone.
 */
export function withMergedKeys(
  config: Config,
  merged: readonly ImageArtifact[],
  keyOf: KeyOf,
): KeyOf {
  const nameOf = (image: ImageName) => trackedImage(config, image)?.image ?? image;
  // An environment may call the image otherwise: there its tag has to do.
  const mapped = new Set(config.environments.flatMap(({ image }) => Object.values(image)));
  return (image, version) => {
    const own = keyOf(image, version);
    if (own !== null) return own;
    const same = merged.find(
      (one) =>
        (nameOf(one.image) === nameOf(image) || mapped.has(image)) &&
        one.tag === version.tag &&
        (version.digest === null || version.digest === one.digest),
    );
    return same?.orderKey ?? null;
  };
}
