import { sourceOf, trackedImage } from "../decide/image-pattern.ts";
import { type KustomizationFacts, readEntries } from "../decide/kustomization.ts";
import { isFrom, parseRepoName } from "../decide/remote-ref.ts";
import type { Config, Environment } from "../model/config.ts";
import type { ImageName, ImageVersion } from "../model/image.ts";

/** A tracked thing in an overlay with its version. */
export type HeldArtifact =
  | {
      readonly kind: "image";
      /** As its source names it: the same in every environment. */
      readonly image: ImageName;
      /** As this environment names it. */
      readonly deployed: ImageName;
      readonly version: ImageVersion;
    }
  | { readonly kind: "ref"; readonly repo: string; readonly ref: string };

/** The tracked artifacts of a kustomization text, in its order; what has no version is left out. Never throws. */
export function artifactsIn(
  config: Config,
  environment: Environment,
  text: string,
): readonly HeldArtifact[] {
  const facts = readEntries(text);
  if (facts.trouble !== null) return [];
  const images = facts.entries.flatMap((entry): HeldArtifact[] => {
    if (entry.image === null || (entry.newTag === null && entry.digest === null)) return [];
    const image = sourceName(config, environment, entry.image);
    if (image === null) return [];
    const version = { tag: entry.newTag, digest: entry.digest };
    return [{ kind: "image", image, deployed: entry.image, version }];
  });
  return [...images, ...refsIn(config, images, facts)];
}

/** What an image that an environment deploys is called by its source; `null`: it is not tracked. */
export function sourceName(
  config: Config,
  environment: Environment,
  deployed: ImageName,
): ImageName | null {
  const mapping = Object.entries(environment.image).find(([, target]) => target === deployed);
  const name = mapping?.[0] ?? deployed;
  return trackedImage(config, name)?.image ?? null;
}

/** `?ref=` of resources that come from where a tracked image is built, if the image's rule moves them. */
function refsIn(
  config: Config,
  images: readonly HeldArtifact[],
  { refs }: KustomizationFacts,
): HeldArtifact[] {
  const sources = images.flatMap((one) => {
    const tracked = one.kind === "image" ? trackedImage(config, one.image) : null;
    const source = tracked?.rule.refs ? sourceOf(tracked) : null;
    return (source === null ? null : parseRepoName(source)) ?? [];
  });
  const found = new Map<string, HeldArtifact>();
  for (const ref of refs)
    if (sources.some((source) => isFrom(ref, source)))
      found.set(`${ref.repo} ${ref.ref}`, { kind: "ref", repo: ref.repo, ref: ref.ref });
  return [...found.values()];
}

/** What makes two artifacts the same thing, whatever their version. */
export function nameOf(artifact: HeldArtifact): string {
  return artifact.kind === "image" ? artifact.image : artifact.repo;
}

/** The version as a person reads it. */
export function versionOf(artifact: HeldArtifact): string {
  if (artifact.kind === "ref") return artifact.ref;
  const { tag, digest } = artifact.version;
  return tag ?? digest ?? "";
}

/** Whether two hold the same version: by their digests where both have one. */
export function sameVersion(a: HeldArtifact, b: HeldArtifact): boolean {
  if (a.kind === "ref" || b.kind === "ref")
    return a.kind === "ref" && b.kind === "ref" && a.ref === b.ref;
  if (a.version.digest !== null && b.version.digest !== null)
    return a.version.digest === b.version.digest && a.version.tag === b.version.tag;
  return a.version.tag !== null && a.version.tag === b.version.tag;
}

/** Whether a person's word for a version (a tag, a digest, the start of one) fits. */
export function fits(artifact: HeldArtifact, word: string): boolean {
  if (artifact.kind === "ref") return artifact.ref.startsWith(word);
  const { tag, digest } = artifact.version;
  const bare = word.startsWith("sha256:") ? word : `sha256:${word}`;
  return (tag?.startsWith(word) ?? false) || (digest?.startsWith(bare) ?? false);
}
