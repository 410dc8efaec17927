import { isScalar, type Node, type Pair } from "yaml";
import { type Draft, replaceScalar, styleOf, writeValue } from "./draft.ts";
import { type Entry, fieldOf, ownPair, type VersionField, versionFields } from "./entries.ts";
import {
  isEmptyNode,
  type Kustomization,
  type Objection,
  rangeOf,
  resolved,
  stringOf,
} from "./kustomization.ts";
import { indentOf, pairEnd, pairStart } from "./layout.ts";
import { writeScalar } from "./scalar-text.ts";
import { eolAt, lineEnd, lineStart, nextLine } from "./splices.ts";

/** What the fields of an entry are to be. Absent: keep. `null`: remove. */
export type WantedFields = { readonly [field in VersionField]?: string | null | undefined };

interface Plan {
  readonly replaced: [VersionField, Pair, string][];
  readonly removed: [VersionField, Pair][];
  readonly added: [VersionField, string][];
}

/** Drafts the fields of one entry. Refuses what only an edit elsewhere could do. */
export function setEntry(draft: Draft, entry: Entry, wanted: WantedFields): Objection | null {
  const plan: Plan = { replaced: [], removed: [], added: [] };
  for (const field of versionFields) {
    const value = wanted[field];
    if (value === undefined) continue;
    const objection = planField(draft, entry, field, value, plan);
    if (objection !== null) return objection;
  }
  swapVersion(draft, entry, plan);
  for (const [field, pair, value] of plan.replaced) replaceField(draft, entry, field, pair, value);
  for (const [field, pair] of plan.removed) {
    record(draft, entry, field, null, pairStart(pair));
    forget(draft, pair);
  }
  if (entry.node.flow === true) removeFromFlow(draft, entry, plan.removed);
  else removeLines(draft, entry, plan.removed);
  for (const [field, value] of plan.added) addField(draft, entry, field, value);
  return null;
}

function replaceField(
  draft: Draft,
  entry: Entry,
  field: VersionField,
  pair: Pair,
  value: string,
): void {
  record(draft, entry, field, value, pairStart(pair));
  if (pair.value === null) {
    forget(draft, pair);
    intend(draft, entry, field, value);
  } else draft.intent.values.set(pair.value as Node, value);
  writeValue(draft, pair, value);
}

function planField(
  draft: Draft,
  entry: Entry,
  field: VersionField,
  value: string | null,
  plan: Plan,
): Objection | null {
  const key = field.toLowerCase();
  const pair = ownPair(entry, field);
  if (value === null) return planRemoval(draft, entry, field, plan);
  if (pair === undefined) {
    if (stringOf(draft.file, entry.inherited.get(key)) !== value) plan.added.push([field, value]);
    return null;
  }
  const node = resolved(draft.file, pair.value);
  if (node !== null && !isScalar(node)) {
    const line = draft.file.lineOf(pairStart(pair));
    return {
      reason: "file-unparsable",
      message: `${field} is not a string. Write one value.`,
      line,
    };
  }
  if (stringOf(draft.file, node) !== value) plan.replaced.push([field, pair, value]);
  return null;
}

function planRemoval(
  draft: Draft,
  entry: Entry,
  field: VersionField,
  plan: Plan,
): Objection | null {
  const pair = ownPair(entry, field);
  if (pair !== undefined) {
    const node = resolved(draft.file, pair.value);
    const isSet = !isEmptyNode(node) && stringOf(draft.file, node) !== "";
    if (isSet) plan.removed.push([field, pair]);
    return null;
  }
  const inherited = resolved(draft.file, entry.inherited.get(field.toLowerCase()));
  if (isEmptyNode(inherited) || stringOf(draft.file, inherited) === "") return null;
  const message = `${field} of ${entry.name} comes through a merge key. Write the entry out.`;
  const line = draft.file.lineOf(rangeOf(entry.node)[0]);
  return { reason: "entry-alias", message, line };
}

/** A digest that gives way to a tag, or a tag to a digest, is one changed line: the key is renamed where it stands. */
function swapVersion(draft: Draft, entry: Entry, plan: Plan): void {
  const from = plan.removed.findIndex(([field]) => field !== "newName");
  const to = plan.added.findIndex(([field]) => field !== "newName");
  const [leaving] = plan.removed.slice(from, from + 1);
  const [coming] = plan.added.slice(to, to + 1);
  if (from < 0 || to < 0 || leaving === undefined || coming === undefined) return;
  const [oldField, pair] = leaving;
  const [newField, value] = coming;
  const key = pair.key as Node;
  plan.removed.splice(from, 1);
  plan.added.splice(to, 1);
  record(draft, entry, oldField, null, pairStart(pair));
  record(draft, entry, newField, value, pairStart(pair));
  forget(draft, pair);
  intend(draft, entry, newField, value);
  replaceScalar(draft, key, newField);
  writeValue(draft, pair, value);
}

function removeLines(draft: Draft, entry: Entry, removed: Plan["removed"]): void {
  const { text } = draft.file;
  const going = new Set(removed.map(([, pair]) => pair));
  for (const pair of going) {
    const start = pairStart(pair);
    const end = nextLine(text, pairEnd(text, pair));
    const line = lineStart(text, start);
    if (text.slice(line, start).trim() === "") {
      draft.splices.push({ start: line, end, text: "" });
      continue;
    }
    const next = entry.node.items.find((other) => pairStart(other) > start && !going.has(other));
    if (next === undefined) continue;
    const between = text.slice(end, lineStart(text, pairStart(next)));
    draft.splices.push(
      between.includes("#")
        ? { start: trimBack(text, start), end: lineEnd(text, pairEnd(text, pair)), text: "" }
        : { start, end: pairStart(next), text: "" },
    );
  }
}

function trimBack(text: string, at: number): number {
  return text.slice(0, at).trimEnd().length;
}

function removeFromFlow(draft: Draft, entry: Entry, removed: Plan["removed"]): void {
  const { text } = draft.file;
  const { items } = entry.node;
  for (const [, pair] of removed) {
    const start = pairStart(pair);
    const end = pairEnd(text, pair);
    const before = items[items.indexOf(pair) - 1];
    const comma = /^[ \t]*,[ \t]*/.exec(text.slice(end))?.[0];
    const back = before === undefined ? start : pairEnd(text, before);
    if (comma !== undefined) draft.splices.push({ start, end: end + comma.length, text: "" });
    else if (text.slice(back, start).includes("#")) draft.splices.push({ start, end, text: "" });
    else draft.splices.push({ start: back, end, text: "" });
  }
}

/** Puts a new field behind those it follows in {@link versionFields}, and behind the name in any case. */
function addField(draft: Draft, entry: Entry, field: VersionField, value: string): void {
  const { text } = draft.file;
  const earlier = ["name", ...versionFields.slice(0, versionFields.indexOf(field))];
  const present = earlier
    .flatMap((name) => ownPair(entry, name) ?? [])
    .filter((pair) => !draft.intent.removed.has(pair));
  const ends = present.map((pair) => pairEnd(text, pair));
  const end = Math.max(...ends);
  record(draft, entry, field, value, end);
  intend(draft, entry, field, value);
  const { key, written } = writePair(entry, field, value);
  if (entry.node.flow === true) {
    const gap = text.slice(...flowSpan(entry)).includes(",") && isTight(text, entry) ? "," : ", ";
    draft.splices.push({ start: end, end, text: `${gap}${key}: ${written}` });
    return;
  }
  const at = lineEnd(text, end);
  const indent = " ".repeat(indentOf(text, entry.node));
  draft.splices.push({
    start: at,
    end: at,
    text: `${eolAt(text, at)}${indent}${key}: ${written}`,
  });
}

/** In a map that is written like JSON the new field is, too. */
function writePair(entry: Entry, field: string, value: string): { key: string; written: string } {
  const name = ownPair(entry, "name");
  const quoted = styleOf(name?.key) === "double";
  const style = quoted && styleOf(name?.value) === "double" ? "double" : "plain";
  return { key: quoted ? `"${field}"` : field, written: writeScalar(value, style) };
}

function flowSpan(entry: Entry): [number, number] {
  const [start, end] = rangeOf(entry.node);
  return [start, end];
}

function isTight(text: string, entry: Entry): boolean {
  return /,\S/.test(text.slice(...flowSpan(entry)));
}

function intend(draft: Draft, entry: Entry, field: VersionField, value: string): void {
  const known = draft.intent.added.get(entry.node);
  if (known === undefined) draft.intent.added.set(entry.node, [[field, value]]);
  else known.push([field, value]);
}

function forget(draft: Draft, pair: Pair): void {
  draft.intent.removed.add(pair);
  if (isScalar(pair.value)) draft.overwritten.push(pair.value);
}

function record(
  draft: Draft,
  entry: Entry,
  field: VersionField,
  to: string | null,
  at: number,
): void {
  const from = fieldOf(draft.file, entry, field) ?? numberAsWritten(draft.file, entry, field);
  const line = draft.file.lineOf(at);
  draft.edits.push({ kind: "image", line, entry: entry.name, field, from, to });
}

/** What stands there although kustomize would not take it for a string: `1.10`. */
function numberAsWritten(file: Kustomization, entry: Entry, field: VersionField): string | null {
  const node = resolved(file, ownPair(entry, field)?.value);
  return isScalar(node) && !isEmptyNode(node) && node.source !== "" ? (node.source ?? null) : null;
}
