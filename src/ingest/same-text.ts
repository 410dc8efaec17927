import { timingSafeEqual } from "node:crypto";

/** Compares in constant time. The length of what is expected is no secret; its characters are. */
export function isSameText(expected: string, given: string): boolean {
  const left = Buffer.from(expected);
  const right = Buffer.from(given);
  return left.length === right.length ? timingSafeEqual(left, right) : false;
}
