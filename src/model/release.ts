import type { Provenance } from "./event.ts";
import type { ImageName } from "./image.ts";

/** In place of a tag, of a version that is known by its digest alone. No tag can be written so. */
export const NO_TAG = "-";

/** One versioned thing of a component. Open for more kinds. */
export type Artifact = ImageArtifact | RefArtifact;

export interface ImageArtifact {
  readonly kind: "image";
  /** The image as its source names it (before an environment's `image:` mapping). */
  readonly image: ImageName;
  /** `NO_TAG`: only its digest is known. */
  readonly tag: string;
  /** Digest of what the tag names (the index of a multi-arch image), from the registry. */
  readonly digest: string | null;
  readonly orderKey: OrderKey | null;
}

export interface RefArtifact {
  readonly kind: "ref";
  /** Source repo, `owner/name` in lower case. */
  readonly repo: string;
  /** The git revision that `?ref=` is to name. */
  readonly ref: string;
}

/** What `build-time` order compares: RFC 3339 instant, and where it was learnt. */
export interface OrderKey {
  readonly at: string;
  readonly from: "image" | "sender";
}

/** The immutable thing that travels: a component's artifacts with their versions and their origin. */
export interface Release {
  readonly artifacts: readonly Artifact[];
  /** RFC 3339, when the image was built. */
  readonly builtAt: string | null;
  readonly provenance: Provenance;
  /** Platforms of a multi-arch image: `linux/amd64`. */
  readonly platforms: readonly string[];
  /** Ids of the deliveries that told of it. */
  readonly deliveries: readonly string[];
}
