import { isMap, isSeq, type Node, type YAMLMap, type YAMLSeq } from "yaml";
import { type Draft, styleOf } from "./draft.ts";
import type { Images } from "./entries.ts";
import type { NewEntry } from "./fingerprint.ts";
import { rangeOf } from "./kustomization.ts";
import { colonEnd, dashOf, indentOf, isAbsent, nodeEnd, pairEnd, pairStart } from "./layout.ts";
import { writeScalar } from "./scalar-text.ts";
import { eolAt, lineEnd, lineStart, nextLine, type Splice } from "./splices.ts";

/** Drafts new entries at the end of `images`, in the manner of what stands there; without the key, a new block at the end. */
export function addEntries(draft: Draft, images: Images, entries: readonly NewEntry[]): void {
  if (entries.length === 0) return;
  const { text, root } = draft.file;
  const place = placeOf(draft, images);
  draft.intent.entries.push(...entries);
  draft.intent.list = (images.pair?.value as Node | null | undefined) ?? null;
  draft.splices.push(...place.splices(entries));
  for (const entry of entries) {
    const name = entry[0]?.[1] ?? "";
    const line = draft.file.lineOf(Math.min(place.at, Math.max(0, text.length - 1)));
    for (const [field, to] of entry.slice(1))
      draft.edits.push({
        kind: "image",
        line: root === null ? 1 : line,
        entry: name,
        field: field as "newName" | "newTag" | "digest",
        from: null,
        to,
      });
  }
}

interface Place {
  readonly at: number;
  readonly splices: (entries: readonly NewEntry[]) => readonly Splice[];
}

function placeOf(draft: Draft, images: Images): Place {
  const { text, root } = draft.file;
  const value = images.pair?.value;
  if (images.pair === null)
    return root?.flow === true ? newFlowKey(text, root) : newBlock(draft, root);
  if (isSeq(value) && value.items.length > 0)
    return value.flow === true ? inFlowList(text, value) : inBlockList(text, value);
  return isSeq(value) && !isPlainEmpty(text, value)
    ? insideBrackets(value, isJson(root))
    : emptyValue(draft, images.pair, root);
}

/** `images: []`, `images: ~` or nothing: a block list comes below, a comment on the line stays. */
function emptyValue(draft: Draft, pair: NonNullable<Images["pair"]>, root: YAMLMap | null): Place {
  const { text } = draft.file;
  const value = pair.value as Node;
  const end = isAbsent(value) ? pairEnd(text, pair) : nodeEnd(text, value);
  const start = isAbsent(value) ? end : rangeOf(value)[0];
  const colon = colonEnd(pair) ?? start;
  if (root?.flow === true)
    return {
      at: end,
      splices: (entries) => [
        { start: colon, end, text: ` [${flowEntries(entries, isJson(root))}]` },
      ],
    };
  const at = lineEnd(text, end);
  const indent = " ".repeat(root === null ? 0 : indentOf(text, root)) + listIndent(text, root);
  return {
    at: end,
    splices: (entries) => [
      { start: colon, end, text: "" },
      { start: at, end: at, text: blockEntries(entries, indent, " ", eolAt(text, at)) },
    ],
  };
}

function newBlock(draft: Draft, root: YAMLMap | null): Place {
  const { text } = draft.file;
  const at = contentEnd(text, root);
  const indent = " ".repeat(root === null ? 0 : indentOf(text, root));
  const eol = eolAt(text, at);
  const needsBreak = text.slice(lineStart(text, at), at).replace("\ufeff", "") !== "";
  return {
    at,
    splices: (entries) => {
      const items = blockEntries(entries, indent + listIndent(text, root), " ", eol);
      const end = at === text.length || !needsBreak ? eol : "";
      return [
        {
          start: at,
          end: at,
          text: `${needsBreak ? eol : ""}${indent}images:${items}${end}`,
        },
      ];
    },
  };
}

/** The end of the last line that is not blank, before a document end marker. */
function contentEnd(text: string, root: YAMLMap | null): number {
  const last = root?.items.at(-1);
  const from = last === undefined ? 0 : pairEnd(text, last);
  const marker = /^\.\.\.(?=\s|$)/m.exec(text.slice(from));
  const until = marker === null ? text.length : from + marker.index;
  // Blank lines are part of a block scalar that keeps them (`|+`).
  const keepsBlanks = /[|>]\d?\+/.test(text.slice(last === undefined ? 0 : pairStart(last), from));
  if (keepsBlanks) return until;
  const trimmed = text.slice(0, until).trimEnd().length;
  const end = Math.max(trimmed, from);
  return Math.min(until, lineEnd(text, end));
}

function newFlowKey(text: string, root: YAMLMap): Place {
  const last = root.items.at(-1);
  const at = last === undefined ? rangeOf(root)[0] + 1 : pairEnd(text, last);
  const asJson = isJson(root);
  const key = asJson ? '"images"' : "images";
  return {
    at,
    splices: (entries) => [
      {
        start: at,
        end: at,
        text: `${last === undefined ? "" : ", "}${key}: [${flowEntries(entries, asJson)}]`,
      },
    ],
  };
}

function inBlockList(text: string, list: YAMLSeq): Place {
  const last = list.items.at(-1) as Node;
  const dash = dashOf(text, list, -1);
  const column = dash - lineStart(text, dash);
  const at = endWithComments(text, lineEnd(text, nodeEnd(text, list)), column);
  const eol = eolAt(text, at);
  const indent = " ".repeat(column);
  const flow = isMap(last) && last.flow === true;
  const gap = flow || !isMap(last) ? " " : gapBehindDash(text, dash, last, eol);
  return {
    at,
    splices: (entries) => {
      const written = flow
        ? entries.map((entry) => `${eol}${indent}- ${flowEntry(entry, isJson(last))}`).join("")
        : blockEntries(entries, indent, gap, eol);
      return [{ start: at, end: at, text: written }];
    },
  };
}

/** Comment lines right below an entry that are indented as its keys are belong to it. */
function endWithComments(text: string, from: number, dashColumn: number): number {
  let end = from;
  for (;;) {
    const start = nextLine(text, end);
    const line = text.slice(start, lineEnd(text, start));
    const isInside = /^ *#/.test(line) && line.indexOf("#") > dashColumn;
    if (start === end || !isInside) return end;
    end = start + line.length;
  }
}

/** What stands between a dash and the first key: spaces, or a new line and its indent. */
function gapBehindDash(text: string, dash: number, item: YAMLMap, eol: string): string {
  const keys = indentOf(text, item);
  const column = dash - lineStart(text, dash);
  const [first] = item.items;
  const sameLine =
    first !== undefined && lineStart(text, pairStart(first)) === lineStart(text, dash);
  return sameLine ? " ".repeat(Math.max(1, keys - column - 1)) : `${eol}${" ".repeat(keys)}`;
}

function inFlowList(text: string, list: YAMLSeq): Place {
  const last = list.items.at(-1) as Node;
  const end = nodeEnd(text, last);
  const [start] = rangeOf(last);
  const line = lineStart(text, start);
  const indent = text.slice(line, start);
  const comma = /^\s*,/.exec(text.slice(end, rangeOf(list)[1]))?.[0].length ?? 0;
  const at = lineEnd(text, end + comma);
  const ownLine = indent.trim() === "" && at < rangeOf(list)[1];
  if (!ownLine)
    return {
      at: end,
      splices: (entries) => [{ start: end, end, text: `, ${flowEntries(entries, isJson(list))}` }],
    };
  const glue = `${eolAt(text, at)}${indent}`;
  return {
    at,
    splices: (entries) => {
      const items = entries.map((entry) => glue + flowEntry(entry, isJson(list))).join(",");
      const added = { start: at, end: at, text: comma > 0 ? `${items},` : items };
      return comma > 0 ? [added] : [{ start: end, end, text: "," }, added];
    },
  };
}

function insideBrackets(list: YAMLSeq, asJson: boolean): Place {
  const at = rangeOf(list)[0] + 1;
  return {
    at,
    splices: (entries) => [{ start: at, end: at, text: flowEntries(entries, asJson) }],
  };
}

function isPlainEmpty(text: string, list: YAMLSeq): boolean {
  return /^\[[ \t]*\]$/.test(text.slice(rangeOf(list)[0], rangeOf(list)[1]));
}

/** Lists of this file are indented as its first block list is. */
function listIndent(text: string, root: YAMLMap | null): string {
  for (const { value } of root?.items ?? []) {
    if (!isSeq(value) || value.flow === true || value.items.length === 0) continue;
    const dash = dashOf(text, value, 0);
    const more = dash - lineStart(text, dash) - (root === null ? 0 : indentOf(text, root));
    // Less where a list begins in the line of its key: the result is read back in any case.
    return " ".repeat(Math.max(0, more));
  }
  return "";
}

function blockEntries(
  entries: readonly NewEntry[],
  indent: string,
  gap: string,
  eol: string,
): string {
  const keys = gap.includes("\n") ? gap.slice(eol.length) : `${indent} ${gap}`;
  return entries
    .map((entry) => {
      const lines = entry.map(([key, value]) => `${key}: ${writeScalar(value, "plain")}`);
      return `${eol}${indent}-${gap}${lines.join(eol + keys)}`;
    })
    .join("");
}

/** `{name: a, newTag: v1}`, or in a file that is written like JSON, `{"name": "a", "newTag": "v1"}`. */
function flowEntry(entry: NewEntry, asJson: boolean): string {
  const style = asJson ? "double" : "plain";
  const pairs = entry.map(
    ([key, value]) => `${asJson ? `"${key}"` : key}: ${writeScalar(value, style)}`,
  );
  return `{${pairs.join(", ")}}`;
}

function flowEntries(entries: readonly NewEntry[], asJson: boolean): string {
  return entries.map((entry) => flowEntry(entry, asJson)).join(", ");
}

/** Whether a flow map, or the first map of a flow list, has a key in double quotes. */
function isJson(node: Node | null): boolean {
  const map = isSeq(node) ? node.items.find((item) => isMap(item)) : node;
  return isMap(map) && map.flow === true && styleOf(map.items[0]?.key) === "double";
}
