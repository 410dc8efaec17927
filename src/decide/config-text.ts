import {
  type Document,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
} from "yaml";

import { nestsTooDeep } from "../model/nesting.ts";

/** Path of a value in the config: keys and indexes. */
export type ValuePath = readonly PropertyKey[];

/** Something found at a value of the config. */
export interface Finding {
  readonly severity: "error" | "warning" | "waiting";
  readonly message: string;
  readonly path: ValuePath;
  /** A key of the map at `path` that it is about. */
  readonly key?: string;
}

/** A config text as YAML, with the way back from a value to its place in the text. */
export interface ConfigText {
  readonly faults: readonly { message: string; line: number; column: number }[];
  /** The plain value; `undefined` when there are faults. */
  readonly value: unknown;
  /** First line and column are 1. A value that is absent is placed at what it is absent from. */
  placeOf(path: ValuePath, key?: string): { line: number; column: number };
}

/** Reads the text as one YAML 1.2 document. Never throws. */
export function readConfigText(text: string): ConfigText {
  if (nestsTooDeep(text)) return tooDeep();
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // At "silent" the parser would pass over a second document without a word.
    logLevel: "error",
  });
  const faults = document.errors.map((error) => ({
    message: faultMessage(error.code, error.message),
    ...lineAt(lines, error.pos[0]),
  }));
  const value = faults.length > 0 ? undefined : plainValue(document, faults);
  return {
    faults,
    value,
    placeOf: (path, key) => lineAt(lines, offsetOf(document, path, key)),
  };
}

function tooDeep(): ConfigText {
  const start = { line: 1, column: 1 };
  const message = "This is nested too deeply to be a config.";
  return { faults: [{ message, ...start }], value: undefined, placeOf: () => start };
}

function plainValue(
  document: Document,
  faults: { message: string; line: number; column: number }[],
) {
  try {
    return document.toJS({ maxAliasCount: 50 }) as unknown;
  } catch {
    const message = "Too many aliases, or one without an anchor: write the values out.";
    faults.push({ message, line: 1, column: 1 });
    return undefined;
  }
}

function faultMessage(code: string, message: string): string {
  if (code === "DUPLICATE_KEY") return "This key stands twice in the same place: keep one of them.";
  if (code === "MULTIPLE_DOCS")
    return "Only one YAML document is read: remove the `---` between them.";
  if (code === "TAB_AS_INDENT") return "Indent with spaces: YAML does not allow tabs.";
  return `Not valid YAML: ${message}.`.replace(/\.\.$/, ".");
}

function lineAt(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function offsetOf(document: Document, path: ValuePath, key: string | undefined): number {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = nodeAt(document, path.slice(0, length));
    if (!isNode(node) || !node.range) continue;
    return length === path.length ? keyOffset(node, key) : node.range[0];
  }
  return 0;
}

function nodeAt(document: Document, path: ValuePath): unknown {
  return path.length === 0 ? document.contents : document.getIn(path, true);
}

function keyOffset(node: Node, key: string | undefined): number {
  const own = node.range?.[0] ?? 0;
  if (key === undefined || !isMap(node)) return own;
  const pair = node.items.find(({ key: name }) => isScalar(name) && String(name.value) === key);
  return isScalar(pair?.key) ? (pair.key.range?.[0] ?? own) : own;
}
