import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from "yaml";
import { isEmptyNode, rangeOf } from "./kustomization.ts";
import { lineEnd, lineStart } from "./splices.ts";

/** Where the text of a node ends, before comments, blank lines and the line ending behind it. */
export function nodeEnd(text: string, node: Node): number {
  const [start, end] = rangeOf(node);
  if (isScalar(node) && node.type?.startsWith("BLOCK_") === true)
    return beforeBlankLines(text, start, end);
  if (isMap(node) && node.flow !== true) {
    const last = node.items.at(-1);
    return last === undefined ? end : pairEnd(text, last);
  }
  if (isSeq(node) && node.flow !== true) {
    const last = node.items.at(-1);
    return isNode(last) ? Math.max(nodeEnd(text, last), dashOf(text, node, -1) + 1) : end;
  }
  return end;
}

/** Lines that hold only blanks belong to no block; blanks behind content do. */
function beforeBlankLines(text: string, start: number, end: number): number {
  let content = end;
  while (content > start && BLANKS.has(text.charCodeAt(content - 1))) content -= 1;
  return Math.min(lineEnd(text, content), end);
}

/** Where the text of a pair ends: its value's end, or that of its colon when it has none. */
export function pairEnd(text: string, pair: Pair): number {
  const { value } = pair;
  if (isNode(value) && !isAbsent(value)) return nodeEnd(text, value);
  return colonEnd(pair) ?? rangeOf(keyNode(pair))[1];
}

/** Where a value could be written behind a pair's colon (and its anchor or tag); `null`: there is no colon. */
export function colonEnd(pair: Pair): number | null {
  // Plain blocks have no tokens; there the colon is right behind its key, and an anchor never before an empty value.
  if (pair.srcToken === undefined) return rangeOf(keyNode(pair))[1] + 1;
  const separator = pair.srcToken?.sep ?? [];
  const last = separator.findLast(({ type }) => VALUE_PREFIX.has(type));
  return last === undefined ? null : last.offset + last.source.length;
}

/** Where a pair begins: with its key, or what belongs to it before that: a question mark, an anchor, a tag. */
export function pairStart(pair: Pair): number {
  const before = pair.srcToken?.start.find(({ type }) => BEFORE_KEY.has(type));
  return before?.offset ?? rangeOf(keyNode(pair))[0];
}

/** Where the dash of an item of a block list stands; `index` may count from the end. */
export function dashOf(text: string, list: YAMLSeq, index: number): number {
  const token = list.srcToken;
  if (token === undefined) {
    // Plain blocks: nothing but spaces and an anchor, which has no dash, between a dash and its item.
    const item = list.items.at(index);
    return isNode(item) ? text.lastIndexOf("-", rangeOf(item)[0] - 1) : rangeOf(list)[0];
  }
  const items = token?.type === "block-seq" ? token.items : [];
  // A comment at the end of a list may stand in an item of its own that has no dash.
  const dashes = items.flatMap(({ start }) => start.filter(({ type }) => type === "seq-item-ind"));
  return dashes.at(index)?.offset ?? rangeOf(list)[0];
}

/** How far the keys of a block map are indented. */
export function indentOf(text: string, map: YAMLMap): number {
  const first = map.items[0];
  if (first === undefined) return 0;
  const start = pairStart(first);
  return start - lineStart(text, start) - (text.startsWith("\ufeff") && start < 2 ? 1 : 0);
}

/** Whether the value is not written at all (`newTag:`). */
export function isAbsent(value: unknown): boolean {
  return isEmptyNode(value) && (!isScalar(value) || (value.source ?? "") === "");
}

const VALUE_PREFIX = new Set(["map-value-ind", "anchor", "tag"]);
/** Tab, line feed, carriage return, space. */
const BLANKS = new Set([0x09, 0x0a, 0x0d, 0x20]);
const BEFORE_KEY = new Set(["explicit-key-ind", "anchor", "tag"]);

function keyNode(pair: Pair): Node {
  if (!isNode(pair.key)) throw new Error("A pair that was read from text has no key");
  return pair.key;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "range" in value;
}
