import type { TagPolicy } from "../model/config.ts";
import { inRange, orderedPart } from "./order.ts";
import { compilePattern } from "./safe-pattern.ts";
import {
  isBareVersion,
  isBranchLike,
  isLiteralShape,
  isMovingWord,
  shapeOf,
  versionDepth,
} from "./tag-shape.ts";

/** Whether a tag may be deployed by the policy; else why not, for a person to read. */
export type TagVerdict =
  | { readonly kind: "ok" }
  | {
      readonly kind: "skipped";
      readonly reason: "tag-moving" | "tag-not-matching";
      readonly detail: string;
    };

const OK: TagVerdict = { kind: "ok" };

/**
 * Judges a tag. Without `match` it must have the shape of the tag that is there now.
 * @param present tag now in the entry; `null` when there is none.
 */
export function tagVerdict(policy: TagPolicy, tag: string, present: string | null): TagVerdict {
  if (isMovingWord(tag)) return moving(`"${tag}" is re-pointed at every push`);
  const fits = policy.match === null ? null : fitsPattern(policy.match, tag);
  if (fits === false) return unlike(`"${tag}" does not match ${policy.match}`);
  if (fits === null) {
    const verdict = judgeByShape(tag, present);
    if (verdict.kind !== "ok") return verdict;
  }
  return judgeByOrder(policy, tag);
}

/** Whether a tag in an entry is one that moves, so that nothing is known of the version it stands for. */
export function isMovingTag(tag: string): boolean {
  // `abcd-xqzwp` has the shape of a commit and a run, and happens to have no digit: one build, not a branch.
  const branch = isBranchLike(tag) && isLiteralShape(shapeOf(tag));
  return isMovingWord(tag) || isBareVersion(tag) || branch;
}

function fitsPattern(source: string, tag: string): boolean {
  const reading = compilePattern(source);
  return reading.kind === "pattern" && reading.regexp.test(tag);
}

function judgeByShape(tag: string, present: string | null): TagVerdict {
  if (present !== null && !isMovingWord(present)) {
    const shape = shapeOf(present);
    if (!isLiteralShape(shape) && shape.test(tag)) return OK;
    if (!isMovingTag(present)) return judgeUnlike(tag, present);
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

function judgeByOrder(policy: TagPolicy, tag: string): TagVerdict {
  if (policy.order === "build-time") return OK;
  if (orderedPart(policy, tag) === null) {
    return unlike(`"${tag}" cannot be put in ${policy.order} order`);
  }
  if (policy.range !== null && !inRange(policy, tag)) {
    return unlike(`"${tag}" is outside of ${policy.range}`);
  }
  return OK;
}

function moving(detail: string): TagVerdict {
  return { kind: "skipped", reason: "tag-moving", detail };
}

function unlike(detail: string): TagVerdict {
  return { kind: "skipped", reason: "tag-not-matching", detail };
}
