import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { matchEnd, plainDepth, readInlineValue, skipSpaces } from "./plain-inline.ts";
import {
  isSamePlain,
  plainBare,
  plainList,
  plainMap,
  plainPair,
  plainScalar,
} from "./plain-nodes.ts";
import { isNullWord } from "./scalar-text.ts";
import { lineEnd, nextLine } from "./splices.ts";

/**
 * Reads YAML of the plainest kind, as nearly all kustomization files are written: one document of block maps and lists with plain keys,
 * values on one line (flow collections among them), literal blocks, anchors, aliases, comments. Gives the tree that the whole parser
 * gives, many times faster; without tokens. `null`: the text holds something else, however harmless, and the whole parser has to read it.
 *
 * Every rule here takes less than YAML 1.1 and 1.2 allow, and nothing that they read in two ways.
 *
 * @param known what an earlier text of the file says. An item of its lists that reads the same again is that node, with the place it had
 * there: a file of many entries need not be kept twice. All of the text is read in any case.
 */
export function readPlainBlocks(text: string, known?: YAMLMap | null): YAMLMap | null {
  if (OTHER_CHARACTERS.test(text)) return null;
  const scan: Scan = { text, line: 0, start: 0, stop: 0, column: 0, depth: 0, keys: new Map() };
  settle(scan);
  if (scan.column === 0 && MARKER.test(text.slice(scan.start, scan.stop))) advance(scan);
  if (scan.start === text.length || text.startsWith("- ", scan.start)) return null;
  const root = readMap(scan, scan.column, known ?? undefined);
  return scan.start === text.length ? root : null;
}

/** A line with content, or the end of the text: where the line starts, and its content from `start` to `stop`. */
interface Scan {
  readonly text: string;
  line: number;
  start: number;
  stop: number;
  /** How far the content is indented. */
  column: number;
  depth: number;
  /** Each key once, however often it stands there. */
  readonly keys: Map<string, string>;
}

// No tab, no control character, no line break of YAML 1.1 that is none of YAML 1.2, no byte order mark.
const OTHER_CHARACTERS =
  /[^\n\r\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]|\r(?!\n)/;
const MARKER = /^---(?: +#.*| *)$/;
const KEY = /[A-Za-z_][A-Za-z0-9_./-]{0,127}(?=:(?: |\r?\n|$))/y;
const LITERAL = /\|[-+]? *(?=\r?\n)/y;
// No dash: from behind an anchor the dash of its item is looked for.
const ANCHOR = /&[A-Za-z0-9_]{1,64}(?=[ \r\n])/y;
const OTHER_PROPERTY = /[&!]/;
const REST = / +#[^\r\n]*| */y;

/** Moves to the next line with content, from the line that begins at `scan.line`. */
function settle(scan: Scan): void {
  const { text } = scan;
  let { line } = scan;
  let start = skipSpaces(text, line);
  while (start < text.length && !isContent(text.charCodeAt(start))) {
    line = nextLine(text, start);
    start = skipSpaces(text, line);
  }
  const isOver = start >= text.length;
  scan.line = isOver ? start : line;
  scan.start = start;
  scan.stop = lineEnd(text, start);
  scan.column = isOver ? -1 : start - line;
}

/** No line ending, and no comment. */
function isContent(code: number): boolean {
  return code !== 0x0a && code !== 0x0d && code !== 0x23;
}

function advance(scan: Scan): void {
  scan.line = nextLine(scan.text, scan.stop);
  settle(scan);
}

function readMap(scan: Scan, column: number, known?: YAMLMap): YAMLMap | null {
  const pairs: Pair[] = [];
  const from = scan.start;
  scan.depth += 1;
  if (scan.depth > plainDepth) return null;
  while (scan.column === column) {
    const { start } = scan;
    const colon = matchEnd(KEY, scan.text, start);
    if (colon < 0) break;
    const key = keyAt(scan, start, colon);
    const value = readValue(scan, colon + 1, column, known?.items[pairs.length]?.value);
    if (value === null) return null;
    pairs.push(plainPair(plainBare(key, start, colon), value));
  }
  scan.depth -= 1;
  // Deeper content, or a list in the place of a key, is for the whole parser.
  const isOver = scan.column < column || (scan.column === column && isItem(scan));
  return isOver && pairs.length > 0 ? plainMap(pairs, false, from, scan.line) : null;
}

function keyAt({ text, keys }: Scan, start: number, end: number): string {
  const written = text.slice(start, end);
  const known = keys.get(written);
  if (known === undefined) keys.set(written, written);
  return known ?? written;
}

function readValue(scan: Scan, colonEnd: number, column: number, known?: unknown): Node | null {
  const at = skipSpaces(scan.text, colonEnd);
  if (scan.text.charCodeAt(at) === 0x26) return readAnchored(scan, at, column, readValue);
  if (at < scan.stop && scan.text.charCodeAt(at) !== 0x23) return readInline(scan, at, column);
  advance(scan);
  if (scan.column === column && isItem(scan)) return readList(scan, column, known);
  if (scan.column <= column) return null;
  return isItem(scan) ? readList(scan, scan.column, known) : readMap(scan, scan.column);
}

function readList(scan: Scan, column: number, known?: unknown): YAMLSeq | null {
  const items: Node[] = [];
  const before: readonly unknown[] = isSeq(known) ? known.items : [];
  const from = scan.start;
  scan.depth += 1;
  if (scan.depth > plainDepth) return null;
  while (scan.column === column && isItem(scan)) {
    const at = skipSpaces(scan.text, scan.start + 1);
    const item = readItem(scan, at, column);
    if (item === null) return null;
    const same = before[items.length];
    items.push(isSamePlain(item, same) ? same : item);
  }
  scan.depth -= 1;
  return scan.column <= column ? plainList(items, false, from, scan.line) : null;
}

function readItem(scan: Scan, at: number, column: number): Node | null {
  if (scan.text.charCodeAt(at) === 0x26) return readAnchored(scan, at, column, readInline);
  if (matchEnd(KEY, scan.text, at) < 0) return readInline(scan, at, column);
  scan.column = at - scan.line;
  scan.start = at;
  return readMap(scan, scan.column);
}

function isItem({ text, start }: Scan): boolean {
  return text.charCodeAt(start) === 0x2d && text.charCodeAt(start + 1) === 0x20;
}

/** A value behind its anchor. Where an empty value is to be written over, the whole parser has to say where its anchor stands. */
function readAnchored(
  scan: Scan,
  at: number,
  column: number,
  read: (scan: Scan, at: number, column: number) => Node | null,
): Node | null {
  const end = matchEnd(ANCHOR, scan.text, at);
  const behind = skipSpaces(scan.text, end);
  const isOther = end < 0 || OTHER_PROPERTY.test(scan.text.charAt(behind));
  const node = isOther ? null : read(scan, behind, column);
  if (node === null || isAlias(node) || isEmpty(node)) return null;
  node.anchor = scan.text.slice(at + 1, end);
  return node;
}

function isEmpty(node: Node): boolean {
  if (isScalar(node)) return node.type === "PLAIN" && isNullWord(node.source ?? "");
  return (isMap(node) || isSeq(node)) && node.items.length === 0;
}

/** A value that begins on this line; the lines of its parent begin at `column`. */
function readInline(scan: Scan, at: number, column: number): Node | null {
  if (scan.text.charCodeAt(at) === 0x7c) return readLiteral(scan, at, column);
  const node = readInlineValue(scan.text, at, scan.depth);
  if (node === null || matchEnd(REST, scan.text, node.end) !== scan.stop) return null;
  advance(scan);
  return node;
}

/** A literal block without an indentation indicator: all lines that are indented deeper than those of its parent. */
function readLiteral(scan: Scan, at: number, column: number): Scalar | null {
  const { text } = scan;
  if (matchEnd(LITERAL, text, at) < 0 || !text.endsWith("\n")) return null;
  const lines = literalLines(scan, nextLine(text, at), column);
  if (lines === null) return null;
  const end = scan.line;
  settle(scan);
  return plainScalar(chomped(lines, text.charAt(at + 1)), "", Scalar.BLOCK_LITERAL, at, end);
}

/** The lines from `first` on without their indentation; `scan.line` moves behind them. */
function literalLines(scan: Scan, first: number, column: number): string[] | null {
  const { text } = scan;
  const indent = skipSpaces(text, first) - first;
  // Blanks before the content are ruled by finer rules.
  if (indent <= column || lineEnd(text, first) <= first + indent) return null;
  const lines: string[] = [];
  for (scan.line = first; scan.line < text.length; ) {
    const start = skipSpaces(text, scan.line);
    const end = lineEnd(text, start);
    const width = start - scan.line;
    if (end > start && width <= column) break;
    // So are blanks that stand out of it, and content that is less indented.
    if (end > start ? width < indent : width > indent) return null;
    lines.push(text.slice(Math.min(scan.line + indent, end), end));
    scan.line = nextLine(text, end);
  }
  return lines;
}

function chomped(lines: readonly string[], chomp: string): string {
  const body = `${lines.join("\n")}\n`;
  if (chomp === "+") return body;
  let end = body.length;
  while (body.charCodeAt(end - 1) === 0x0a) end -= 1;
  return chomp === "-" ? body.slice(0, end) : body.slice(0, end + 1);
}
