import { type Alias, type Node, type Pair, Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import {
  type Plain,
  plainAlias,
  plainBare,
  plainList,
  plainMap,
  plainPair,
  plainScalar,
} from "./plain-nodes.ts";

/** How deep collections may stand in one another for the plain reader. */
export const plainDepth = 100;

/**
 * Reads a value that begins and ends on one line: a scalar, an alias, a flow map or list. What follows it is the caller's question.
 * `null`: something else, which the whole parser has to read.
 */
export function readInlineValue(text: string, at: number, depth: number): Plain | null {
  const code = text.charCodeAt(at);
  if (code === 0x22 || code === 0x27) return readQuoted(text, at);
  if (code === 0x2a) return readAlias(text, at);
  if (code === 0x5b) return readFlowList(text, at, depth + 1);
  if (code === 0x7b) return readFlowMap(text, at, depth + 1);
  return readBare(text, at);
}

/** Where the match of a sticky pattern at `at` ends; -1: there is none. */
export function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

/** Where the spaces that begin at `from` end. */
export function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 0x20) at += 1;
  return at;
}

const PLAIN = /(?:[A-Za-z0-9_./~$+(^\\;<=]|-(?=[^ \r\n]))[^\r\n]*/y;
const SINGLE = /'(?:[^'\r\n]|'')*'/y;
const DOUBLE = /"(?:[^"\\\r\n]|\\["\\])*"/y;
const ALIAS = /\*[A-Za-z0-9_]{1,64}(?=[ \r\n,\]}]|$)/y;
const FLOW_KEY = /[A-Za-z_][A-Za-z0-9_./-]{0,127}(?=: )/y;
// A question mark, and a colon before other characters than these, end a value in flow collections of YAML 1.1.
const FLOW_PLAIN =
  /[A-Za-z0-9_./~$](?:[A-Za-z0-9_./~$@+=^()<>;-]|:(?=[A-Za-z0-9/_])| +(?=[A-Za-z0-9_]))*/y;
const KEY_LENGTH = 128;

function readQuoted(text: string, at: number): Plain<Scalar> | null {
  const isDouble = text.charCodeAt(at) === 0x22;
  const end = matchEnd(isDouble ? DOUBLE : SINGLE, text, at);
  if (end < 0) return null;
  const inner = text.slice(at + 1, end - 1);
  return isDouble
    ? plainScalar(inner.replaceAll(/\\(.)/g, "$1"), inner, Scalar.QUOTE_DOUBLE, at, end)
    : plainScalar(inner.replaceAll("''", "'"), inner, Scalar.QUOTE_SINGLE, at, end);
}

function readAlias(text: string, at: number): Plain<Alias> | null {
  const end = matchEnd(ALIAS, text, at);
  return end < 0 ? null : plainAlias(text.slice(at + 1, end), at, end);
}

function readBare(text: string, at: number): Plain<Scalar> | null {
  const stop = matchEnd(PLAIN, text, at);
  if (stop < 0) return null;
  const line = text.slice(at, stop);
  const comment = line.indexOf(" #");
  let end = comment < 0 ? stop : at + comment;
  while (text.charCodeAt(end - 1) === 0x20) end -= 1;
  const source = end === stop ? line : text.slice(at, end);
  // A colon there would make it a map, or be an error.
  if (source.endsWith(":") || source.includes(": ")) return null;
  return plainBare(source, at, end);
}

function readFlowList(text: string, at: number, depth: number): Plain<YAMLSeq> | null {
  const items: Node[] = [];
  const end = readBetween(text, at, 0x5d, depth, (from) => {
    const item = readFlowValue(text, from, depth);
    if (item !== null) items.push(item);
    return item;
  });
  return end < 0 ? null : plainList(items, true, at, end);
}

function readFlowMap(text: string, at: number, depth: number): Plain<YAMLMap> | null {
  const pairs: Pair[] = [];
  const end = readBetween(text, at, 0x7d, depth, (from) => {
    const key = readFlowKey(text, from);
    const value = key === null ? null : readFlowValue(text, skipSpaces(text, key.end + 1), depth);
    if (key !== null && value !== null) pairs.push(plainPair(key, value));
    return value;
  });
  return end < 0 ? null : plainMap(pairs, true, at, end);
}

/** Reads what stands between brackets and commas; gives where it ends, -1 when it is not of the plain kind. */
function readBetween(
  text: string,
  at: number,
  closing: number,
  depth: number,
  readOne: (from: number) => Plain | null,
): number {
  if (depth > plainDepth) return -1;
  let next = skipSpaces(text, at + 1);
  if (text.charCodeAt(next) === closing) return next + 1;
  for (;;) {
    const last = readOne(next);
    if (last === null) return -1;
    next = skipSpaces(text, last.end);
    const code = text.charCodeAt(next);
    if (code === closing) return next + 1;
    if (code !== 0x2c) return -1;
    next = skipSpaces(text, next + 1);
  }
}

/** A key, with a colon and a space behind it. */
function readFlowKey(text: string, at: number): Plain<Scalar> | null {
  const code = text.charCodeAt(at);
  if (code === 0x22 || code === 0x27) {
    const key = readQuoted(text, at);
    const isKey = key !== null && key.end - at < KEY_LENGTH && text.startsWith(": ", key.end);
    return isKey ? key : null;
  }
  const end = matchEnd(FLOW_KEY, text, at);
  if (end < 0) return null;
  const source = text.slice(at, end);
  return plainBare(source, at, end);
}

function readFlowValue(text: string, at: number, depth: number): Plain | null {
  if (!/[A-Za-z0-9_./~$]/.test(text.charAt(at))) return readInlineMarked(text, at, depth);
  const end = matchEnd(FLOW_PLAIN, text, at);
  const source = text.slice(at, end);
  return plainBare(source, at, end);
}

/** A value that its first character tells: never one without quotes, whose end is another outside of brackets. */
function readInlineMarked(text: string, at: number, depth: number): Plain | null {
  return `"'*[{`.includes(text.charAt(at)) && at < text.length
    ? readInlineValue(text, at, depth)
    : null;
}
