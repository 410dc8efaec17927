import type { TagPolicy } from "../model/config.ts";
import type { OrderKey } from "../model/release.ts";
import { compilePattern } from "./safe-pattern.ts";
import { compareSemver, versionOf } from "./version-range.ts";

/** A version as orders look at it. */
export interface Versioned {
  readonly tag: string | null;
  readonly digest: string | null;
  readonly orderKey: OrderKey | null;
}

export type Comparison = "older" | "newer" | "same" | "unknown";

// Reproducible builds write 1970 or 1980 as the time of the build.
const FIRST_BELIEVED = Date.UTC(2000, 0, 1);

/**
 * What `build-time` order compares: the image's own time if it is not before 2000, else the sender's, else nothing.
 * @param created RFC 3339 from the image's config.
 * @param sentAt RFC 3339 from the sender of the event.
 */
export function orderKeyOf(created: string | null, sentAt: string | null): OrderKey | null {
  const built = instantOf(created);
  if (built !== null) return { at: built, from: "image" };
  const sent = instantOf(sentAt);
  return sent === null ? null : { at: sent, from: "sender" };
}

function instantOf(text: string | null): string | null {
  const time = text === null ? Number.NaN : Date.parse(text);
  if (Number.isNaN(time) || time < FIRST_BELIEVED) return null;
  return new Date(time).toISOString();
}

/**
 * How `a` stands to `b` by the policy's order. Two that the order takes for equal are told apart by their build times,
 * then by the bytes of their tags; `unknown` where nothing tells.
 */
export function compareVersions(policy: TagPolicy, a: Versioned, b: Versioned): Comparison {
  if (isSame(a, b)) return "same";
  if (policy.order !== "build-time") {
    const byTag = compareTags(policy, a.tag, b.tag);
    if (byTag === null) return "unknown";
    if (byTag !== 0) return byTag < 0 ? "older" : "newer";
  }
  return compareTimes(a, b);
}

function isSame(a: Versioned, b: Versioned): boolean {
  if (a.tag !== null && b.tag !== null && a.tag !== b.tag) return false;
  if (a.digest !== null && b.digest !== null) return a.digest === b.digest;
  return a.tag !== null && a.tag === b.tag;
}

function compareTimes(a: Versioned, b: Versioned): Comparison {
  if (a.orderKey === null || b.orderKey === null) return "unknown";
  const difference = Date.parse(a.orderKey.at) - Date.parse(b.orderKey.at);
  if (difference !== 0) return difference < 0 ? "older" : "newer";
  const bytes = compareBytes(a.tag ?? "", b.tag ?? "");
  if (bytes === 0) return "unknown";
  return bytes < 0 ? "older" : "newer";
}

/** Tags are ASCII: their code units are their bytes. */
function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function compareTags(policy: TagPolicy, a: string | null, b: string | null): number | null {
  const left = orderedPart(policy, a);
  const right = orderedPart(policy, b);
  if (left === null || right === null) return null;
  if (policy.order === "semver") return compareSemver(left, right);
  if (policy.order === "numeric") return compareNumbers(left, right);
  return compareBytes(left, right);
}

/**
 * The part of a tag that the order compares: what `extract` captures (group `ts`, any named group, or the first), else the whole.
 * `null` when the tag has no such part, or the part is no version or number where the order needs one.
 */
export function orderedPart(policy: TagPolicy, tag: string | null): string | null {
  if (tag === null) return null;
  const part = policy.extract === null ? tag : extracted(policy.extract, tag);
  if (part === null) return null;
  if (policy.order === "semver" && versionOf(part) === null) return null;
  if (policy.order === "numeric" && !/^\d+(\.\d+)?$/.test(part)) return null;
  return part;
}

function extracted(source: string, tag: string): string | null {
  const reading = compilePattern(source);
  const found = reading.kind === "pattern" ? reading.regexp.exec(tag) : null;
  if (found === null) return null;
  const named = Object.values(found.groups ?? {});
  return named[0] ?? found[1] ?? null;
}

function compareNumbers(a: string, b: string): number {
  const [whole, part] = numberParts(a);
  const [otherWhole, otherPart] = numberParts(b);
  if (whole !== otherWhole) return whole < otherWhole ? -1 : 1;
  return compareBytes(part, otherPart);
}

/** Numbers of any length: ids of builds are larger than a double holds. */
function numberParts(text: string): [bigint, string] {
  const [whole = "0", part = ""] = text.split(".");
  return [BigInt(whole), part.replace(/0+$/, "")];
}
