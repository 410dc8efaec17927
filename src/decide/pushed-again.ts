import type { ImageName } from "../model/image.ts";
import type { ImageArtifact } from "../model/release.ts";
import type { Target } from "./plan-entry.ts";

/** What is known of the content that a tag named before. */
export interface TagHistory {
  /** The image by the name of its rule; `null`: not tracked. */
  readonly nameOf: (image: ImageName) => ImageName | null;
  /** What the open proposal carries, then what merged ones carried, newest first. */
  readonly carried: readonly ImageArtifact[];
}

/** The digest that a tag named when it was written into an entry or proposed; `null`: nobody knows, or it names the same still. */
export function digestBefore(
  { carried, nameOf }: TagHistory,
  { entry }: Pick<Target, "entry">,
  { digest, image, tag }: ImageArtifact,
): string | null {
  if (digest === null) return null;
  if (entry !== null && entry.newTag === tag && entry.digest !== null)
    return differing(entry.digest, digest);
  const name = nameOf(image);
  const known = carried.find(
    (one) => one.tag === tag && one.digest !== null && nameOf(one.image) === name,
  );
  return differing(known?.digest ?? digest, digest);
}

function differing(before: string, now: string): string | null {
  return before === now ? null : before;
}

/** The first digits of a digest, as people compare them. */
export function shortDigest(digest: string): string {
  return `${digest.slice(0, 19)}…`;
}
