import { diff3MergeRegions } from "node-diff3";

/** git takes a file for binary when a NUL stands in its first 8,000 bytes. */
const BINARY_WINDOW = 8000;

/** Merges two versions of a text file by lines. `null`: they conflict, or one of the three is binary. */
export function mergeText(base: Buffer, ours: Buffer, theirs: Buffer): Buffer | null {
  if ([base, ours, theirs].some((bytes) => bytes.subarray(0, BINARY_WINDOW).includes(0))) {
    return null;
  }
  // Lines become numbers: node-diff3 uses them as keys of a plain object, where a line `__proto__` would be lost.
  const numbers = new Map<string, number>();
  const numbered = (bytes: Buffer) => linesOf(bytes).map((line) => numberOf(numbers, line));
  const regions = diff3MergeRegions(numbered(ours), numbered(base), numbered(theirs));
  const lines = [...numbers.keys()];
  const merged: string[] = [];
  for (const region of regions) {
    const content = region.stable ? region.bufferContent : sameOnBothSides(region);
    if (content === null) return null;
    for (const number of content) merged.push(lines[number] ?? "");
  }
  return Buffer.from(merged.join(""), "latin1");
}

function sameOnBothSides(region: { aContent: number[]; bContent: number[] }): number[] | null {
  const { aContent: a, bContent: b } = region;
  return a.length === b.length && a.every((line, index) => line === b[index]) ? a : null;
}

/** Lines with their ends, one character a byte, so that any encoding survives. */
function linesOf(bytes: Buffer): string[] {
  return bytes.toString("latin1").match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function numberOf(numbers: Map<string, number>, line: string): number {
  const known = numbers.get(line) ?? numbers.size;
  numbers.set(line, known);
  return known;
}
