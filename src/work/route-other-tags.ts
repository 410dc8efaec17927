import { followedImages } from "../decide/followed-images.ts";
import { trackedImage } from "../decide/image-pattern.ts";
import type { ImageEvent } from "../model/event.ts";
import type { Registry } from "../model/registry.ts";
import type { KnownRepo } from "./known-repo.ts";
import { type Found, resolverOf, routeToRepo } from "./route-to-repo.ts";
import type { TagMemories } from "./tag-memories.ts";
import { findNewerTags } from "./unknown-tags.ts";

export interface OtherTagsParts {
  readonly registry: Registry;
  readonly tagMemories: TagMemories;
}

/**
 * A sender that names one tag of several that were pushed together may have named `latest`: the image's other tags are looked
 * through for what it left out, and lead to the same lanes.
 * @returns why they could not be, and when to try again; `null`: they were, or there is nothing to look for.
 */
export async function routeOtherTags(
  { registry, tagMemories }: OtherTagsParts,
  event: ImageEvent,
  known: KnownRepo,
  about: { readonly owner: string; readonly delivery: string },
  found: Found,
): Promise<Found["later"][number] | null> {
  const { config, fullName, index } = known;
  if (event.oneOfSeveral !== true || config === null) return null;
  const { image } = event;
  const name = trackedImage(config, image)?.image;
  const followed = followedImages(index, config).find(
    (one) => trackedImage(config, one.image)?.image === name,
  );
  if (followed === undefined || followed.rule.verify === "none") return null;
  const memory = tagMemories.of(fullName, image);
  const { owner } = about;
  const newer = await findNewerTags(
    { registry, config, owner, followed: { ...followed, image }, memory, told: event.tag },
    new AbortController().signal,
  );
  if (newer.kind === "unavailable") {
    const { detail, retryAt, unasked } = newer;
    return { kind: "later", detail, retryAt, missing: false, failed: unasked !== true };
  }
  if (newer.kind !== "found") return null;
  for (const { digest, tag } of newer.versions) {
    const other: ImageEvent = { ...event, tag, digest, at: null, provenance: {} };
    await routeToRepo(resolverOf(registry, other, about), other, known, found);
  }
  newer.remember();
  // The delivery may come back as a whole, and must find them again then.
  for (const { tag } of newer.versions) memory.read.delete(tag);
  return null;
}
