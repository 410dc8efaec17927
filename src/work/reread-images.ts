import { type FollowedImage, followedImages } from "../decide/followed-images.ts";
import type { Registry } from "../model/registry.ts";
import type { Chore } from "./chore.ts";
import { eachRepo, type RoundParts, tellOwn } from "./every-repo.ts";
import type { KnownRepo } from "./known-repo.ts";
import type { TagMemories } from "./tag-memories.ts";
import { findMovedTags, type MovedTag } from "./tags-in-place.ts";
import { findNewerTags } from "./unknown-tags.ts";

export interface RereadParts extends RoundParts {
  readonly registry: Registry;
  readonly tagMemories: TagMemories;
}

const NEW = "an image was found that nobody told of";
const MOVED = "a tag in place names other content, of which nobody told";

/**
 * Lists the tags of every followed image and reads those that may be new: a registry that was restarted forgets whom it had yet to
 * tell. Looks up what the tags in place name, too. Only what is newer than what stands in git, or named by its tag anew, is told.
 */
export function rereadImages(parts: RereadParts, every: number): Chore {
  return {
    name: "images",
    every,
    run: (signal) => eachRepo(parts, "images", signal, (known) => rereadRepo(parts, known, signal)),
  };
}

async function rereadRepo(
  parts: RereadParts,
  known: KnownRepo,
  signal: AbortSignal,
): Promise<void> {
  const all = known.config === null ? [] : followedImages(known.index, known.config);
  for (const followed of all.filter(({ rule }) => rule.reread && rule.verify !== "none")) {
    if (signal.aborted) return;
    await rereadImage(parts, known, followed, signal);
    await relookTags(parts, known, followed, signal);
  }
}

async function rereadImage(
  parts: RereadParts,
  known: KnownRepo,
  followed: FollowedImage,
  signal: AbortSignal,
): Promise<void> {
  const { config, fullName } = known;
  const { log, registry, tagMemories } = parts;
  const { image } = followed;
  if (config === null) return;
  const owner = known.repo.owner.toLowerCase();
  const memory = tagMemories.of(fullName, image);
  const newer = await findNewerTags(
    { registry, config, owner, followed, memory, told: null },
    signal,
  );
  if (newer.kind !== "found") {
    log.debug({ image, answer: newer.kind, detail: newer.detail }, "tags not listed");
    return;
  }
  for (const version of newer.versions) await tell(parts, known, image, version, NEW);
  newer.remember();
}

async function relookTags(
  parts: RereadParts,
  known: KnownRepo,
  followed: FollowedImage,
  signal: AbortSignal,
): Promise<void> {
  const { registry, tagMemories } = parts;
  const { image } = followed;
  const owner = known.repo.owner.toLowerCase();
  const memory = tagMemories.of(known.fullName, image);
  const { moved, remember } = await findMovedTags(registry, owner, followed, memory, signal);
  for (const version of moved) await tell(parts, known, image, version, MOVED);
  remember();
}

async function tell(
  parts: RereadParts,
  known: KnownRepo,
  image: string,
  { digest, tag }: MovedTag,
  what: string,
): Promise<void> {
  const event = { kind: "image-published", image, tag, digest, at: null, provenance: {} } as const;
  // Once a day at most, also over restarts: what a person closed stays closed without a line of history each hour.
  const day = parts.clock.now().toISOString().slice(0, 10);
  const senderId = `reread ${day} ${known.fullName} ${image}:${tag}@${digest}`;
  await tellOwn(parts, known, { kind: "event", event }, senderId);
  parts.log.info({ repo: known.fullName, image, tag }, what);
}
