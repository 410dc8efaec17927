import type { TagPolicy } from "../model/config.ts";
import { isAttachmentTag } from "../model/image.ts";
import { compareVersions } from "./order.ts";
import { isDeclared, isMovingTag, tagVerdict } from "./tag-policy.ts";

/** A registry's list of an image's tags, and what is known of it. */
export interface TagList {
  readonly policy: TagPolicy;
  /** In the registry's order. */
  readonly tags: readonly string[];
  /** Tags that stand in entries. */
  readonly present: readonly (string | null)[];
  /** Tags that need no more reading. */
  readonly read: ReadonlySet<string>;
  /** What the list held the last time; `null`: this is the first time. */
  readonly before: ReadonlySet<string> | null;
}

/**
 * Which tags of an image may be newer than what stands in its entries, likeliest first, at most `limit`: new in the list before
 * others; then the newest by what the tags themselves say, else from the end of the list.
 */
export function tagsToRead(list: TagList, limit: number): readonly string[] {
  const { before, policy, read } = list;
  const present = list.present.filter((stands) => stands === null || !isReplaced(list, stands));
  const wanted = list.tags.filter((tag) => !read.has(tag) && mayBeNewer({ ...list, present }, tag));
  const rank = new Map(newestFirst(policy, wanted).map((tag, at) => [tag, at]));
  const isOld = (tag: string): number => (before === null || before.has(tag) ? 1 : 0);
  return wanted
    .sort((a, b) => isOld(a) - isOld(b) || (rank.get(a) ?? 0) - (rank.get(b) ?? 0))
    .slice(0, limit);
}

/** A bare `v1` is re-pointed at each release where the registry has a `v1.2` or `v1.2.3` as well: nothing is known of what stands there. */
function isReplaced({ policy, tags }: TagList, stands: string): boolean {
  if (isDeclared(policy, stands) || !isMovingTag(policy, stands, null)) return false;
  return tags.some((tag) => tag.startsWith(`${stands}.`));
}

function mayBeNewer({ policy, present }: TagList, tag: string): boolean {
  if (isAttachmentTag(tag) || present.includes(tag)) return false;
  return present.some(
    (stands) => tagVerdict(policy, tag, stands).kind === "ok" && !isOlder(policy, tag, stands),
  );
}

function isOlder(policy: TagPolicy, tag: string, stands: string | null): boolean {
  return compareVersions(policy, bare(tag), bare(stands)) === "older";
}

function newestFirst(policy: TagPolicy, tags: readonly string[]): readonly string[] {
  const fromTheEnd = tags.toReversed();
  const rank = { older: 1, newer: -1, same: 0, unknown: 0 };
  return fromTheEnd.sort((a, b) => rank[compareVersions(policy, bare(a), bare(b))]);
}

/** A version of which only the tag is known. */
function bare(tag: string | null) {
  return { tag, digest: null, orderKey: null };
}
