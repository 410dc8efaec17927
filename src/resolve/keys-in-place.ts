import { trackedImage } from "../decide/image-pattern.ts";
import { orderKeyOf } from "../decide/order.ts";
import type { Config } from "../model/config.ts";
import type { ImageName, ImageVersion } from "../model/image.ts";
import type { Registry } from "../model/registry.ts";
import type { OrderKey } from "../model/release.ts";

/** The order key of a version that stands in an entry; `null`: nobody knows. */
export type KeyOf = (image: ImageName, version: ImageVersion) => OrderKey | null;

/** A version that stands in an entry. */
export interface VersionInPlace {
  readonly image: ImageName;
  readonly tag: string | null;
  readonly digest: string | null;
}

export type KeysInPlace =
  | { readonly kind: "read"; readonly keyOf: KeyOf }
  /** The registry is away: without its word an older image could pass for a newer one. */
  | {
      readonly kind: "later";
      readonly detail: string;
      readonly at: Date | null;
      /** Whether it counts as a try: the registry was asked. */
      readonly failed: boolean;
    };

/** Asks the registry when the versions now in place were built. What is gone from the registry has no key. */
export async function readKeysInPlace(
  registry: Registry,
  work: { readonly config: Config; readonly owner: string },
  versions: readonly VersionInPlace[],
): Promise<KeysInPlace> {
  const keys = new Map<string, OrderKey | null>();
  for (const { image, tag, digest } of versions) {
    const reference = digest ?? tag;
    if (reference === null || trackedImage(work.config, image)?.rule.verify === "none") continue;
    const answer = await registry.read(image, reference, work.owner, "facts");
    if (answer.kind === "unavailable") {
      const { detail, retryAt: at, unasked } = answer;
      return { kind: "later", detail, at, failed: unasked !== true };
    }
    keys.set(
      keyFor(image, tag, digest),
      answer.kind === "found" ? orderKeyOf(answer.facts.created, null) : null,
    );
  }
  return {
    kind: "read",
    keyOf: (image, version) => keys.get(keyFor(image, version.tag, version.digest)) ?? null,
  };
}

function keyFor(image: string, tag: string | null, digest: string | null): string {
  return JSON.stringify([image, tag, digest]);
}
