import { type Node, type Pair, Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import { plainList, plainMap, plainPair, plainScalar } from "./plain-nodes.ts";
import { lineEnd, nextLine } from "./splices.ts";

/**
 * Reads YAML of the plainest kind, as nearly all kustomization files are written: one document of block maps and lists with plain keys,
 * values on one line, literal blocks, comments. Gives the tree that the whole parser gives, many times faster; without tokens.
 * `null`: the text holds something else, however harmless, and the whole parser has to read it.
 *
 * Every rule here takes less than YAML 1.1 and 1.2 allow, and nothing that they read in two ways.
 */
export function readPlainBlocks(text: string): YAMLMap | null {
  if (OTHER_CHARACTERS.test(text)) return null;
  const scan: Scan = { text, line: 0, start: 0, stop: 0, column: 0, depth: 0 };
  settle(scan);
  if (scan.column === 0 && MARKER.test(text.slice(scan.start, scan.stop))) advance(scan);
  if (scan.start === text.length || text.startsWith("- ", scan.start)) return null;
  const root = readMap(scan, scan.column);
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
}

const DEPTH = 100;
// No tab, no control character, no line break of YAML 1.1 that is none of YAML 1.2, no byte order mark.
const OTHER_CHARACTERS =
  /[^\n\r\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]|\r(?!\n)/;
const MARKER = /^---(?: +#.*| *)$/;
const KEY = /[A-Za-z_][A-Za-z0-9_./-]{0,127}(?=:(?: |\r?\n|$))/y;
const PLAIN = /(?:[A-Za-z0-9_./~$+(^\\;<=]|-(?=[^ \r\n]))[^\r\n]*/y;
const SINGLE = /'((?:[^'\r\n]|'')*)'/y;
const DOUBLE = /"((?:[^"\\\r\n]|\\["\\])*)"/y;
const LITERAL = /\|([-+]?) *(?=\r?\n)/y;
const EMPTY_FLOW = /\[\]|\{\}/y;
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

function readMap(scan: Scan, column: number): YAMLMap | null {
  const pairs: Pair[] = [];
  const from = scan.start;
  scan.depth += 1;
  if (scan.depth > DEPTH) return null;
  while (scan.column === column) {
    const key = match(KEY, scan.text, scan.start)?.[0];
    if (key === undefined) break;
    const { start } = scan;
    const colon = start + key.length;
    const value = readValue(scan, colon + 1, column);
    if (value === null) return null;
    pairs.push(plainPair(plainScalar(key, key, Scalar.PLAIN, start, colon), value));
  }
  scan.depth -= 1;
  // Deeper content, or a list in the place of a key, is for the whole parser.
  const isOver = scan.column < column || (scan.column === column && isItem(scan));
  return isOver && pairs.length > 0 ? plainMap(pairs, false, from, scan.line) : null;
}

function readValue(scan: Scan, colonEnd: number, column: number): Node | null {
  const at = skipSpaces(scan.text, colonEnd);
  if (at < scan.stop && scan.text.charCodeAt(at) !== 0x23) return readInline(scan, at, column);
  advance(scan);
  if (scan.column === column && isItem(scan)) return readList(scan, column);
  if (scan.column <= column) return null;
  return isItem(scan) ? readList(scan, scan.column) : readMap(scan, scan.column);
}

function readList(scan: Scan, column: number): YAMLSeq | null {
  const items: Node[] = [];
  const from = scan.start;
  scan.depth += 1;
  if (scan.depth > DEPTH) return null;
  while (scan.column === column && isItem(scan)) {
    const at = skipSpaces(scan.text, scan.start + 1);
    const item = readItem(scan, at, column);
    if (item === null) return null;
    items.push(item);
  }
  scan.depth -= 1;
  return scan.column <= column ? plainList(items, false, from, scan.line) : null;
}

function readItem(scan: Scan, at: number, column: number): Node | null {
  if (match(KEY, scan.text, at) === null) return readInline(scan, at, column);
  scan.column = at - scan.line;
  scan.start = at;
  return readMap(scan, scan.column);
}

function isItem({ text, start }: Scan): boolean {
  return text.charCodeAt(start) === 0x2d && text.charCodeAt(start + 1) === 0x20;
}

/** A value that begins on this line; the lines of its parent begin at `column`. */
function readInline(scan: Scan, at: number, column: number): Node | null {
  const code = scan.text.charCodeAt(at);
  if (code === 0x7c) return readLiteral(scan, at, column);
  const node =
    code === 0x22 || code === 0x27 ? readQuoted(scan.text, at, code) : readBare(scan, at);
  if (node === null) return null;
  const end = node.range?.[1] ?? at;
  if (end + (match(REST, scan.text, end)?.[0].length ?? 0) !== scan.stop) return null;
  advance(scan);
  return node;
}

function readQuoted(text: string, at: number, code: number): Scalar | null {
  const found = match(code === 0x22 ? DOUBLE : SINGLE, text, at);
  if (found === null) return null;
  const [source, inner = ""] = found;
  const end = at + source.length;
  return code === 0x22
    ? plainScalar(inner.replaceAll(/\\(.)/g, "$1"), inner, Scalar.QUOTE_DOUBLE, at, end)
    : plainScalar(inner.replaceAll("''", "'"), inner, Scalar.QUOTE_SINGLE, at, end);
}

function readBare({ text }: Scan, at: number): Node | null {
  const line = match(PLAIN, text, at)?.[0];
  if (line === undefined) return readEmptyFlow(text, at);
  const comment = line.indexOf(" #");
  const source = (comment < 0 ? line : line.slice(0, comment)).replace(/ +$/, "");
  // A colon there would make it a map, or be an error.
  if (source.endsWith(":") || source.includes(": ")) return null;
  return plainScalar(source, source, Scalar.PLAIN, at, at + source.length);
}

function readEmptyFlow(text: string, at: number): Node | null {
  const found = match(EMPTY_FLOW, text, at);
  if (found === null) return null;
  return found[0] === "[]" ? plainList([], true, at, at + 2) : plainMap([], true, at, at + 2);
}

/** A literal block without an indentation indicator: all lines that are indented deeper than those of its parent. */
function readLiteral(scan: Scan, at: number, column: number): Scalar | null {
  const { text } = scan;
  const chomp = match(LITERAL, text, at)?.[1];
  const lines = chomp === undefined ? null : literalLines(scan, nextLine(text, at), column);
  if (chomp === undefined || lines === null || !text.endsWith("\n")) return null;
  const end = scan.line;
  settle(scan);
  return plainScalar(chomped(lines, chomp), "", Scalar.BLOCK_LITERAL, at, end);
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
  return body.replace(/\n+$/, chomp === "-" ? "" : "\n");
}

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 0x20) at += 1;
  return at;
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
