import type { TagPolicy } from "../model/config.ts";
import { orderedPart } from "./order.ts";
import { compilePattern } from "./safe-pattern.ts";
import {
  isBareVersion,
  isBranchLike,
  isLiteralShape,
  isMovingWord,
  shapeOf,
  versionDepth,
} from "./tag-shape.ts";
import { inRange, isPrerelease } from "./version-range.ts";

/** Whether a tag may be deployed by the policy; else why not, for a person to read. */
export type TagVerdict =
  | { readonly kind: "ok" }
  | {
      readonly kind: "skipped";
      readonly reason: "tag-moving" | "tag-not-matching" | "tag-ignored";
      readonly detail: string;
    };

const OK: TagVerdict = { kind: "ok" };

/**
 * Judges a tag. Without `match` it must have the shape of the tag that is there now.
 * @param present tag now in the entry; `null` when there is none.
 */
export function tagVerdict(policy: TagPolicy, tag: string, present: string | null): TagVerdict {
  if (isMovingWord(tag)) return moving(`"${tag}" is re-pointed at every push`);
  const ignored = policy.ignore.find((source) => fitsPattern(source, tag));
  if (ignored !== undefined) {
    return { kind: "skipped", reason: "tag-ignored", detail: `"${tag}" is ignored by ${ignored}` };
  }
  const fits = policy.match === null ? null : fitsPattern(policy.match, tag);
  if (fits === false) return unlike(`"${tag}" does not match ${policy.match}`);
  if (fits === null) {
    const verdict = judgeByShape(policy, tag, present);
    if (verdict.kind !== "ok") return verdict;
  }
  return judgeByOrder(policy, tag, present);
}

/**
 * Whether a tag in an entry is one that moves, so that nothing is known of the version it stands for. A bare `v1` may be the
 * whole version or the newest of its kind: it is a version where the policy says so, or what comes is written alike.
 * @param coming the tag that wants its place; `null`: none is known.
 */
export function isMovingTag(policy: TagPolicy, tag: string, coming: string | null): boolean {
  if (isMovingWord(tag)) return true;
  if (isDeclared(policy, tag)) return false;
  // `abcd-xqzwp` has the shape of a commit and a run, and happens to have no digit: one build, not a branch.
  if (isBranchLike(tag) && isLiteralShape(shapeOf(tag))) return true;
  return isBareVersion(tag) && (coming === null || !shapeOf(tag).test(coming));
}

/** Whether the policy itself tells that tags like this one are versions: by its pattern, or by an order of tags that it fits into. */
export function isDeclared(policy: TagPolicy, tag: string): boolean {
  if (policy.match !== null) return fitsPattern(policy.match, tag);
  return policy.order !== "build-time" && orderedPart(policy, tag) !== null;
}

function fitsPattern(source: string, tag: string): boolean {
  const reading = compilePattern(source);
  return reading.kind === "pattern" && reading.regexp.test(tag);
}

function judgeByShape(policy: TagPolicy, tag: string, present: string | null): TagVerdict {
  if (present !== null && !isMovingWord(present)) {
    const shape = shapeOf(present);
    if (!isLiteralShape(shape) && shape.test(tag)) return OK;
    if (!isMovingTag({ ...policy, order: "build-time" }, present, null))
      return judgeUnlike(tag, present);
  }
  if (isBranchLike(tag)) return moving(`"${tag}" names a branch rather than one build`);
  if (isBareVersion(tag)) return moving(`"${tag}" is a bare major or minor version`);
  return OK;
}

function judgeUnlike(tag: string, present: string): TagVerdict {
  const depth = versionDepth(tag);
  const bare = /^v?\d+(\.\d+)*$/.test(tag);
  if (bare && depth < versionDepth(present)) {
    return moving(`"${tag}" is less exact than "${present}"`);
  }
  if (isBranchLike(tag)) return moving(`"${tag}" names a branch rather than one build`);
  return unlike(`"${tag}" does not have the shape of "${present}"`);
}

function judgeByOrder(policy: TagPolicy, tag: string, present: string | null): TagVerdict {
  if (policy.order === "build-time") return OK;
  const part = orderedPart(policy, tag);
  if (part === null) return unlike(`"${tag}" cannot be put in ${policy.order} order`);
  return policy.order === "semver" ? judgeVersion(policy, { tag, part }, present) : OK;
}

function judgeVersion(
  policy: TagPolicy,
  { part, tag }: { readonly tag: string; readonly part: string },
  present: string | null,
): TagVerdict {
  const { prerelease, range } = policy;
  if (isPrerelease(part) && !mayBePrerelease(policy, present)) {
    const detail = `"${tag}" is a pre-release by semver; \`prerelease: true\` lets them in, \`extract\` leaves out a suffix like -alpine`;
    return unlike(detail);
  }
  if (range === null || inRange(range, part, prerelease === true)) return OK;
  return unlike(`"${tag}" is outside of ${range}`);
}

/** The range has its own word on them. Without one, who deploys a pre-release wants the next as well. */
function mayBePrerelease(policy: TagPolicy, present: string | null): boolean {
  if (policy.prerelease !== null) return policy.prerelease;
  if (policy.range !== null) return true;
  return isPrerelease(orderedPart(policy, present) ?? "");
}

function moving(detail: string): TagVerdict {
  return { kind: "skipped", reason: "tag-moving", detail };
}

function unlike(detail: string): TagVerdict {
  return { kind: "skipped", reason: "tag-not-matching", detail };
}
