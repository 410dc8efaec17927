import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  type YAMLError,
  type YAMLMap,
} from "yaml";
import type { RefuseReason } from "../model/outcome.ts";
import { readPlainBlocks } from "./plain-blocks.ts";
import { isNullWord, readsAsString } from "./scalar-text.ts";

/** A kustomization file, read but not interpreted: its text, its one document, and what its aliases stand for. */
export interface Kustomization {
  readonly text: string;
  /** `null`: the file holds nothing but comments. */
  readonly root: YAMLMap | null;
  readonly targets: ReadonlyMap<Alias, Node>;
  /** The aliases of each anchored node, in order of the text. */
  readonly aliases: ReadonlyMap<Node, readonly Alias[]>;
  /** Line of an offset; the first is 1. */
  readonly lineOf: (offset: number) => number;
}

/** Why a file or a change of it is refused. */
export interface Objection {
  readonly reason: RefuseReason;
  readonly message: string;
  readonly line?: number;
}

export type Reading =
  | { readonly kind: "read"; readonly file: Kustomization }
  | { readonly kind: "refused"; readonly objection: Objection };

interface Survey {
  readonly targets: Map<Alias, Node>;
  readonly aliases: Map<Node, Alias[]>;
  readonly anchors: Map<string, Node>;
  readonly open: Set<Node>;
  broken: Alias | null;
}

/**
 * Reads a kustomization file of one document. Scalars stay text: which of them are strings is kustomize's question, not the parser's.
 * @param known an earlier text of the file, from which nodes may be taken that say the same: these have their places there.
 */
export function readKustomization(text: string, known?: Kustomization): Reading {
  const root = readPlainBlocks(text, known?.root);
  return root === null ? readAnyYaml(text) : surveyed(text, root, lineIn(text));
}

/** The same by the whole YAML parser, for every text. */
export function readAnyYaml(text: string): Reading {
  const odd = oddCharacter(text);
  if (odd !== null) return odd;
  const lines = new LineCounter();
  const parsed = parse(text, lines);
  if (parsed === null) return refused("file-unparsable", TOO_DEEP, 1);
  const { document, second } = parsed;
  const [error] = document.errors;
  if (error !== undefined) return refused(...describe(error, lines));
  if (second !== null)
    return refused("several-documents", SEVERAL_DOCUMENTS, lines.linePos(second).line);
  if (document.directives?.yaml.explicit === true && document.directives.yaml.version !== "1.1")
    return refused(...YAML_VERSION, lines.linePos(text.indexOf("%YAML")).line);
  const root = document.contents;
  if (root !== null && !isMap(root) && !isEmptyNode(root))
    return refused("file-unparsable", NO_MAP, 1);
  return surveyed(text, isMap(root) ? root : null, (offset) => lines.linePos(offset).line);
}

/** The file with what its aliases stand for. */
function surveyed(text: string, root: YAMLMap | null, lineOf: Kustomization["lineOf"]): Reading {
  const survey: Survey = {
    targets: new Map(),
    aliases: new Map(),
    anchors: new Map(),
    open: new Set(),
    broken: null,
  };
  // Nothing else spells an alias or an anchor.
  if (/[*&]/.test(text)) walk(root, survey);
  const { targets, aliases, broken } = survey;
  if (broken === null) return { kind: "read", file: { text, root, targets, aliases, lineOf } };
  const line = lineOf(rangeOf(broken)[0]);
  const message = `The alias *${broken.source} has no anchor before it. Write its value out.`;
  return refused("file-unparsable", message, line);
}

/** The node, or what it stands for when it is an alias. */
export function resolved(file: Kustomization, node: unknown): Node | null {
  if (isAlias(node)) return file.targets.get(node) ?? null;
  return isMap(node) || isSeq(node) || isScalar(node) ? node : null;
}

/** The value of a scalar that kustomize reads as a string; `null` for everything else. */
export function stringOf(file: Kustomization, node: unknown): string | null {
  const scalar = resolved(file, node);
  if (!isScalar(scalar) || typeof scalar.value !== "string") return null;
  if (scalar.tag !== undefined) return scalar.tag === STRING_TAG ? scalar.value : null;
  return scalar.type !== "PLAIN" || readsAsString(scalar.source ?? "") ? scalar.value : null;
}

/** Whether the node says nothing: absent, empty, or a null word. */
export function isEmptyNode(node: unknown): boolean {
  if (node === null || node === undefined) return true;
  return (
    isScalar(node) &&
    node.type === "PLAIN" &&
    node.tag === undefined &&
    isNullWord(node.source ?? "")
  );
}

/** The pairs of a map by the names kustomize knows them by: its reader does not mind case. */
export function pairsNamed(map: YAMLMap, name: string): Pair[] {
  return map.items.filter((pair) => isNamed(pair, name));
}

/** Whether a pair's key names the field, in letters of any case. */
export function isNamed(pair: Pair, field: string): boolean {
  const key = keyOf(pair);
  if (key.length !== field.length) return false;
  return key === field || key.toLowerCase() === field.toLowerCase();
}

/** The text of a pair's key; empty when it is none. */
export function keyOf(pair: Pair): string {
  return isScalar(pair.key) && typeof pair.key.value === "string" ? pair.key.value : "";
}

/** `[start, end of value, end of what belongs to it]` in the text. */
export function rangeOf(node: Node): readonly [number, number, number] {
  if (node.range === null || node.range === undefined)
    throw new Error("A node that was read from text has no range");
  return node.range;
}

/** Lines are counted when one is first asked for. */
function lineIn(text: string): (offset: number) => number {
  let lines: LineCounter | null = null;
  return (offset) => {
    if (lines === null) {
      lines = new LineCounter();
      lines.addNewLine(0);
      for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1))
        lines.addNewLine(at + 1);
    }
    return lines.linePos(offset).line;
  };
}

const TOO_DEEP = "The file is nested too deeply. Take it apart.";
const SEVERAL_DOCUMENTS =
  "The file holds several YAML documents; kustomize reads only the first. Keep one document.";
const NO_MAP = "The file is not a map of kustomization fields. Write `key: value` lines.";
const YAML_VERSION: [RefuseReason, string] = [
  "file-unparsable",
  "kustomize does not read files with another %YAML directive than 1.1. Remove it.",
];
const STRING_TAG = "tag:yaml.org,2002:str";

/** Line breaks to YAML 1.1, which kustomize reads, but not to YAML 1.2: what follows one could be hidden from one reader. And late byte order marks. */
function oddCharacter(text: string): Reading | null {
  const at = text.search(/\r(?!\n)|[\u0085\u2028\u2029]|(?!^)\ufeff/);
  if (at < 0) return null;
  const line = text.slice(0, at).split("\n").length;
  const message =
    "This line holds a character that YAML readers differ on (a lone CR, U+0085, U+2028, U+2029, or U+FEFF that does not begin the file). Remove it.";
  return refused("file-unparsable", message, line);
}

interface Parsed {
  readonly document: Document.Parsed;
  /** Where a second document begins; `null`: there is none. */
  readonly second: number | null;
}

/** How many collections may stand in one another. */
const DEPTH = 500;

/** The first document, and whether there are more; `null`: there is none, as the text is nested too deeply. */
function parse(text: string, lines: LineCounter): Parsed | null {
  const composer = new Composer({
    keepSourceTokens: true,
    prettyErrors: false,
    schema: "failsafe",
    uniqueKeys: false,
    version: "1.1",
  });
  const tokens = shallowTokens(text, lines);
  if (tokens === null) return null;
  const [document, second] = composer.compose(tokens, true, text.length);
  return document === undefined ? null : { document, second: second?.range[0] ?? null };
}

/**
 * The parser keeps a stack of its own, all that reads its tokens recurses. Stack overflows are no errors to be caught here: V8
 * ends the process when it has to compile a regular expression near the end of the stack.
 */
function shallowTokens(text: string, lines: LineCounter): CST.Token[] | null {
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > DEPTH) return null;
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

function describe(error: YAMLError, lines: LineCounter): [RefuseReason, string, number] {
  const message = `The file is not valid YAML: ${error.message}. Mend this line.`;
  return ["file-unparsable", message, lines.linePos(error.pos[0]).line];
}

function refused(reason: RefuseReason, message: string, line?: number): Reading {
  const objection = line === undefined ? { reason, message } : { reason, message, line };
  return { kind: "refused", objection };
}

function walk(node: unknown, survey: Survey): void {
  if (isAlias(node)) meetAlias(node, survey);
  if (isPair(node)) {
    walk(node.key, survey);
    walk(node.value, survey);
  }
  if (!isMap(node) && !isSeq(node) && !isScalar(node)) return;
  if (node.anchor !== undefined) survey.anchors.set(node.anchor, node);
  if (isScalar(node)) return;
  if (node.anchor !== undefined) survey.open.add(node);
  for (const item of node.items) walk(item, survey);
  if (node.anchor !== undefined) survey.open.delete(node);
}

function meetAlias(alias: Alias, survey: Survey): void {
  const target = survey.anchors.get(alias.source);
  if (target === undefined || survey.open.has(target)) {
    survey.broken ??= alias;
    return;
  }
  survey.targets.set(alias, target);
  const others = survey.aliases.get(target);
  if (others === undefined) survey.aliases.set(target, [alias]);
  else others.push(alias);
}
