import { trackedImage } from "../decide/image-pattern.ts";
import type { Config } from "../model/config.ts";
import type { ImageName } from "../model/image.ts";
import { code } from "../model/outside-text.ts";
import type { Artifact } from "../model/release.ts";
import { parseTrailers } from "../propose/trailers.ts";

/**
 * The digest that a tag had when it came to a file, by the trailers of the file's last commits, newest first. `null`: they do not tell.
 * The texts are not proven: what they say may stop a promotion, never let one through.
 */
function notedDigest(
  config: Config,
  messages: readonly string[],
  image: ImageName,
  tag: string,
): string | null {
  for (const message of messages) {
    const artifacts = parseTrailers(message)?.artifacts ?? [];
    const found = artifacts.find(
      (one) => one.kind === "image" && nameOf(config, one.image) === nameOf(config, image),
    );
    if (found?.kind !== "image") continue;
    return found.tag === tag ? found.digest : null;
  }
  return null;
}

function nameOf(config: Config, image: ImageName): ImageName {
  return trackedImage(config, image)?.image ?? image;
}

/** Why versions are not the ones that came to their source: their tags name something else now. `null`: they are, as far as is known. */
export function changedSince(
  config: Config,
  artifacts: readonly Artifact[],
  files: readonly (readonly string[])[],
): string | null {
  for (const artifact of artifacts) {
    if (artifact.kind !== "image" || artifact.digest === null) continue;
    for (const messages of files) {
      const noted = notedDigest(config, messages, artifact.image, artifact.tag);
      if (noted === null || noted === artifact.digest) continue;
      const name = code(`${artifact.image}:${artifact.tag}`);
      return `${name} names another image now than the one that came before: ${code(artifact.digest)}, not ${code(noted)}. Push it under a tag of its own.`;
    }
  }
  return null;
}
