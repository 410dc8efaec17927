import type { FollowedImage } from "../decide/followed-images.ts";
import { newerVersions } from "../decide/newer-versions.ts";
import { orderKeyOf } from "../decide/order.ts";
import { missingPlatforms } from "../decide/platforms.ts";
import { tagsToRead } from "../decide/tags-to-read.ts";
import type { Config } from "../model/config.ts";
import type { Registry, TagsAnswer } from "../model/registry.ts";
import { readKeysInPlace } from "../resolve/keys-in-place.ts";
import type { TagMemory } from "./tag-memories.ts";

/** Tags of one image that are read at once: the others come later. */
const READ_AT_ONCE = 20;

/** A version in the registry that nobody may have told of. */
export interface FoundVersion {
  readonly tag: string;
  readonly digest: string;
  readonly orderKey: ReturnType<typeof orderKeyOf>;
}

export interface TagSearch {
  readonly registry: Registry;
  readonly config: Config;
  /** GitHub owner of the CD repo, lower case. */
  readonly owner: string;
  readonly followed: FollowedImage;
  readonly memory: TagMemory;
  /** A tag that was told already. */
  readonly told: string | null;
}

export type NewerTags =
  | {
      readonly kind: "found";
      /** For each entry the newest that may take its place. */
      readonly versions: readonly FoundVersion[];
      /** To be called when what was found is told: those tags are known from then on. */
      readonly remember: () => void;
    }
  | Exclude<TagsAnswer, { kind: "listed" }>;

/**
 * Lists the tags of an image and reads the newest of those that are not known yet and may be newer than what stands in git.
 * `unavailable`: the registry is away, and nothing can be told yet.
 */
export async function findNewerTags(search: TagSearch, signal: AbortSignal): Promise<NewerTags> {
  const { config, followed, memory, owner, registry, told } = search;
  const { image, present, rule } = followed;
  const listed = await registry.tags(image, owner);
  if (listed.kind !== "listed") return listed;
  const list = { policy: rule.tags, tags: listed.tags, present: present.map(({ tag }) => tag) };
  const read = told === null ? memory.read : new Set([...memory.read, told]);
  const wanted = tagsToRead({ ...list, read, before: memory.before }, READ_AT_ONCE);
  const found = await readVersions(search, wanted, signal);
  if (!Array.isArray(found)) return found;
  const remember = () => rememberTags(memory, listed.tags, wanted);
  if (found.length === 0) return { kind: "found", versions: [], remember };
  const keys = await readKeysInPlace(registry, { config, owner }, present);
  if (keys.kind === "later") return awayAgain(keys.detail, keys.at, !keys.failed);
  const stands = present.map((one) => ({ ...one, orderKey: keys.keyOf(one.image, one) }));
  return { kind: "found", versions: newerVersions(rule.tags, found, stands), remember };
}

/** What the registry says of each; those that it does not have, or that cannot be read, are left out. */
async function readVersions(
  { followed, owner, registry }: TagSearch,
  tags: readonly string[],
  signal: AbortSignal,
): Promise<FoundVersion[] | Extract<NewerTags, { kind: "unavailable" }>> {
  const found: FoundVersion[] = [];
  for (const tag of tags) {
    if (signal.aborted) return awayAgain("stopping", null, true);
    const answer = await registry.read(followed.image, tag, owner);
    if (answer.kind === "unavailable") return answer;
    if (answer.kind !== "found") continue;
    const { created, digest, platforms } = answer.facts;
    if (missingPlatforms(followed.rule.tags.platforms, platforms).length > 0) continue;
    found.push({ tag, digest, orderKey: orderKeyOf(created, null) });
  }
  return found;
}

function awayAgain(
  detail: string,
  retryAt: Date | null,
  unasked: boolean,
): Extract<NewerTags, { kind: "unavailable" }> {
  return { kind: "unavailable", detail, retryAt, ...(unasked ? { unasked } : {}) };
}

function rememberTags(memory: TagMemory, tags: readonly string[], read: readonly string[]): void {
  const listing = new Set(tags);
  for (const tag of memory.read) if (!listing.has(tag)) memory.read.delete(tag);
  for (const tag of read) memory.read.add(tag);
  memory.before = listing;
}
