import type { ImageName } from "./image.ts";

/** What a registry knows of one version of an image. */
export interface ImageFacts {
  readonly image: ImageName;
  readonly tag: string | null;
  /** Digest of the manifest that was asked for: of the index for a multi-arch image. Hash of the bytes, checked. */
  readonly digest: string;
  /** RFC 3339 from the image config; `null` where absent. */
  readonly created: string | null;
  /** Labels of the config (of linux/amd64, else the first platform) and annotations of the index. Text from outside. */
  readonly labels: Readonly<Record<string, string>>;
  /** `linux/amd64`, … */
  readonly platforms: readonly string[];
}

export type RegistryAnswer =
  | { readonly kind: "found"; readonly facts: ImageFacts }
  | { readonly kind: "missing"; readonly detail: string }
  | { readonly kind: "not-allowed"; readonly detail: string }
  | { readonly kind: "unreadable"; readonly detail: string }
  | {
      readonly kind: "unavailable";
      readonly detail: string;
      readonly retryAt: Date | null;
      /** The registry was not asked: it is paused, or enough reads of it wait already. No fault and no try of the work. */
      readonly unasked?: true;
    };

/** The tags of an image in the registry's own order; `whole`: there are no more. */
export type TagsAnswer =
  | { readonly kind: "listed"; readonly tags: readonly string[]; readonly whole: boolean }
  | Exclude<RegistryAnswer, { kind: "found" }>;

/** What a tag names by the registry's word alone: a hint, no byte of it was hashed. */
export type NamedAnswer =
  | { readonly kind: "named"; readonly digest: string }
  | Exclude<RegistryAnswer, { kind: "found" }>;

/**
 * `now`: whether it is there, and what its tag names, by asking the registry. `facts`: what it is made of; what was read before is not
 * asked again, a digest ever, a tag for an hour.
 */
export type ReadNeed = "now" | "facts";

/** PORT. Reads of an OCI registry. */
export interface Registry {
  /** `reference`: a tag or a digest. `owner`: the GitHub owner on whose behalf, lower case; the operator's file decides. `need`: `now` unless said. */
  read(
    image: ImageName,
    reference: string,
    owner: string,
    need?: ReadNeed,
  ): Promise<RegistryAnswer>;
  /** The first 10,000 tags of an image. */
  tags(image: ImageName, owner: string): Promise<TagsAnswer>;
  /** What a tag names now, for the least that a registry can be asked. */
  names(image: ImageName, tag: string, owner: string): Promise<NamedAnswer>;
}
