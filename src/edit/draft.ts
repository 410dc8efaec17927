import { type Alias, isAlias, isScalar, type Node, type Pair, visit } from "yaml";
import type { Intent } from "./fingerprint.ts";
import { type Kustomization, rangeOf, stringOf } from "./kustomization.ts";
import { colonEnd, isAbsent, nodeEnd } from "./layout.ts";
import { type ScalarStyle, writeScalar } from "./scalar-text.ts";
import { lineEnd, type Splice } from "./splices.ts";

/** One value that was changed. `line` counts in the text as it was; of what is added: the line it is put behind. */
export type Edit = ImageEdit | RefEdit;

export interface ImageEdit {
  readonly kind: "image";
  readonly line: number;
  /** `name` of the entry. */
  readonly entry: string;
  readonly field: "newName" | "newTag" | "digest";
  /** `null`: it was or is to be absent. */
  readonly from: string | null;
  readonly to: string | null;
}

export interface RefEdit {
  readonly kind: "ref";
  readonly line: number;
  /** The URL as it stood. */
  readonly resource: string;
  readonly field: "ref";
  readonly from: string;
  readonly to: string;
}

/** Changes of one file as they come together: what they mean and how they are written. */
export interface Draft {
  readonly file: Kustomization;
  readonly intent: Intent;
  readonly splices: Splice[];
  readonly edits: Edit[];
  /** Nodes whose text is overwritten or removed although aliases may live on it. */
  readonly overwritten: Node[];
}

/** A draft without changes. */
export function createDraft(file: Kustomization): Draft {
  const intent: Intent = {
    values: new Map(),
    removed: new Set(),
    added: new Map(),
    entries: [],
    list: null,
  };
  return { file, intent, splices: [], edits: [], overwritten: [] };
}

/** Writes another string in place of a scalar or alias, in its quotes; a comment behind it stays. */
export function replaceScalar(draft: Draft, node: Node, value: string): void {
  const { text } = draft.file;
  const start = rangeOf(node)[0];
  const comment = isScalar(node) && isBlockScalar(node) ? headerComment(text, start) : "";
  const written = writeScalar(value, styleOf(node)) + comment;
  draft.splices.push({ start, end: nodeEnd(text, node), text: written });
  draft.overwritten.push(node);
}

/** Writes a string as the value of a pair, whether it has one or not. */
export function writeValue(draft: Draft, pair: Pair, value: string): void {
  const node = pair.value;
  if ((isScalar(node) && !isAbsent(node)) || isAlias(node)) {
    replaceScalar(draft, node, value);
    return;
  }
  const at = colonEnd(pair);
  const place = at ?? rangeOf(pair.key as Node)[1];
  const text = `${at === null ? ": " : " "}${writeScalar(value, "plain")}`;
  draft.splices.push({ start: place, end: place, text });
  if (isScalar(node)) draft.overwritten.push(node);
}

/** How a scalar is quoted; block scalars and aliases count as not quoted. */
export function styleOf(node: unknown): ScalarStyle {
  if (!isScalar(node)) return "plain";
  if (node.type === "QUOTE_SINGLE") return "single";
  return node.type === "QUOTE_DOUBLE" ? "double" : "plain";
}

/**
 * Gives the aliases of overwritten anchors what they stood for: the first that is left takes the old text
 * and, when there are more, the anchor.
 */
export function keepAliases(draft: Draft): void {
  const gone = removedAliases(draft);
  for (const owner of draft.overwritten) {
    const left = (draft.file.aliases.get(owner) ?? []).filter(
      (alias) => !gone.has(alias) && !draft.intent.values.has(alias),
    );
    const [first, ...others] = left;
    if (first === undefined || !isScalar(owner) || owner.anchor === undefined) continue;
    const [start, end] = rangeOf(first);
    const anchor = others.length > 0 ? `&${owner.anchor} ` : "";
    draft.splices.push({ start, end, text: anchor + standingText(draft.file, owner) });
    dropAnchor(draft, owner.anchor, rangeOf(owner)[0]);
  }
}

function removedAliases(draft: Draft): Set<Alias> {
  const gone = new Set<Alias>();
  for (const { value } of draft.intent.removed) if (isAlias(value)) gone.add(value);
  for (const { value } of draft.intent.removed)
    if (value instanceof Object && !isAlias(value))
      visit(value as Node, { Alias: (_, alias) => void gone.add(alias) });
  return gone;
}

function standingText(file: Kustomization, scalar: Node): string {
  const text = file.text.slice(rangeOf(scalar)[0], rangeOf(scalar)[1]);
  const value = stringOf(file, scalar);
  const oneLine = text !== "" && !text.includes("\n");
  if (oneLine) return text;
  return value === null ? "null" : JSON.stringify(value);
}

/** The anchor stands before its node, with space or a tag between; `before` is where the node's text begins. */
function dropAnchor(draft: Draft, anchor: string, before: number): void {
  const { text } = draft.file;
  const start = text.lastIndexOf(`&${anchor}`, before);
  const end = start + anchor.length + 1;
  const space = /^[ \t]*/.exec(text.slice(end, before))?.[0].length ?? 0;
  draft.splices.push({ start, end: end + space, text: "" });
}

function isBlockScalar(node: { type?: unknown }): boolean {
  return node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED";
}

function headerComment(text: string, start: number): string {
  const header = text.slice(start, lineEnd(text, start));
  const at = header.search(/[ \t]#/);
  return at < 0 ? "" : header.slice(header.slice(0, at).trimEnd().length);
}
