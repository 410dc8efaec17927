import type { FollowedImage } from "../decide/followed-images.ts";
import { tagVerdict } from "../decide/tag-policy.ts";
import type { Registry } from "../model/registry.ts";
import type { TagMemory } from "./tag-memories.ts";

/** A tag in place that names other content than before. */
export interface MovedTag {
  readonly tag: string;
  readonly digest: string;
}

export interface MovedTags {
  readonly moved: readonly MovedTag[];
  /** To be called when what was found is told. */
  readonly remember: () => void;
}

/**
 * Asks for each tag in place what it names now, one request each. Other content is known by the entry's digest; of an entry that holds
 * the tag alone, by the look before. A tag that cannot be looked up is left for the next look.
 *
 * @param owner of the CD repo, lower case.
 */
export async function findMovedTags(
  registry: Registry,
  owner: string,
  { image, present, rule }: FollowedImage,
  memory: TagMemory,
  signal: AbortSignal,
): Promise<MovedTags> {
  const places = digestsByTag(image, present);
  const named = new Map([...memory.named].filter(([tag]) => places.has(tag)));
  const moved: MovedTag[] = [];
  for (const [tag, digests] of places) {
    if (signal.aborted) break;
    // What moves by custom says nothing by moving.
    if (tagVerdict(rule.tags, tag, tag).kind !== "ok") continue;
    const answer = await registry.names(image, tag, owner);
    if (answer.kind === "unavailable") break;
    if (answer.kind !== "named") continue;
    const { digest } = answer;
    if (isOther([...digests, named.get(tag) ?? null], digest)) moved.push({ tag, digest });
    named.set(tag, digest);
  }
  return {
    moved,
    remember: () => {
      memory.named = named;
    },
  };
}

function isOther(known: readonly (string | null)[], now: string): boolean {
  return known.some((digest) => digest !== null && digest !== now);
}

/** Only by the name that is asked for: an image that an environment calls otherwise may have other digests there. */
function digestsByTag(
  image: FollowedImage["image"],
  present: FollowedImage["present"],
): ReadonlyMap<string, readonly (string | null)[]> {
  const found = new Map<string, (string | null)[]>();
  for (const one of present)
    if (one.tag !== null && one.image === image)
      found.set(one.tag, [...(found.get(one.tag) ?? []), one.digest]);
  return found;
}
