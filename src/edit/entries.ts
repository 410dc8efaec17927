import { isMap, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from "yaml";
import type { Draft } from "./draft.ts";
import {
  isEmptyNode,
  isNamed,
  type Kustomization,
  keyOf,
  type Objection,
  pairsNamed,
  rangeOf,
  resolved,
  stringOf,
} from "./kustomization.ts";
import { pairStart } from "./layout.ts";

/** The fields of an entry that a change may set, in order of writing. */
export const versionFields = ["newName", "newTag", "digest"] as const;
export type VersionField = (typeof versionFields)[number];

/** One entry of `images` that is a map of its own (not an alias). */
export interface Entry {
  readonly node: YAMLMap;
  readonly name: string;
  /** Values that come through a merge key (`<<`), by field in lower case. */
  readonly inherited: ReadonlyMap<string, unknown>;
}

/** `images` of a file: the pair (absent: `null`), its list, and the entries by name. */
export interface Images {
  readonly pair: Pair | null;
  readonly entries: readonly Entry[];
  /** Names that are reachable only through an alias or a merge key. */
  readonly shared: ReadonlySet<string>;
}

const FIELDS = ["name", "newname", "newtag", "digest", "tagsuffix", "<<"];
const NOTHING: ReadonlyMap<string, unknown> = new Map();

/** Finds the entries of `images`. Refuses what kustomize refuses or what could be read in two ways. */
export function readImages(file: Kustomization): FoundImages | RefusedImages {
  const pairs = file.root === null ? [] : pairsNamed(file.root, "images");
  const [pair, second] = pairs;
  if (second !== undefined)
    return refuse(file, second, "file-ambiguous", "The key images stands twice. Keep one.");
  if (pair === undefined || isEmptyNode(pair.value))
    return {
      kind: "found",
      images: { pair: pair ?? null, entries: [], shared: new Set() },
    };
  const list = resolved(file, pair.value);
  if (!isSeq(list))
    return refuse(
      file,
      pair,
      "file-unparsable",
      "images is not a list. Write its entries with dashes.",
    );
  return readItems(file, pair, list);
}

function readItems(file: Kustomization, pair: Pair, list: YAMLSeq): FoundImages | RefusedImages {
  const entries: Entry[] = [];
  const shared = new Set<string>();
  for (const item of list.items) {
    const map = resolved(file, item);
    if (isEmptyNode(map)) continue;
    if (!isMap(map))
      return refuse(
        file,
        pair,
        "file-unparsable",
        "An item of images is not a map. Write it as `name: …`.",
      );
    const objection = checkFields(file, map);
    if (objection !== null) return { kind: "refused", objection };
    const entry = readEntry(file, map);
    const isOwn = map === item && list === pair.value && ownPair(entry, "name") !== undefined;
    if (isOwn) entries.push(entry);
    else shared.add(entry.name);
  }
  return { kind: "found", images: { pair, entries, shared } };
}

/** Refuses when a field of any entry, after the changes, is no string: kustomize would not read the file. What is to be written is one. */
export function checkStrings({ file, intent }: Draft, images: Images): Objection | null {
  for (const { node } of images.entries)
    for (const pair of node.items) {
      const isSettled = intent.removed.has(pair) || intent.values.has(pair.value as Node);
      if (isSettled || keyOf(pair) === "<<" || stringOf(file, pair.value) !== null) continue;
      if (isEmptyNode(resolved(file, pair.value))) continue;
      const message = `${keyOf(pair)} is not a string for kustomize. Put its value in quotes.`;
      return { reason: "file-unparsable", message, line: file.lineOf(pairStart(pair)) };
    }
  return null;
}

/** The pair of an entry's own map that names a field; the case of letters says nothing. */
export function ownPair({ node }: Entry, field: string): Pair | undefined {
  return node.items.find((pair) => isNamed(pair, field));
}

/** What an entry says in a field, inherited or its own; `null`: nothing. */
export function fieldOf(file: Kustomization, entry: Entry, field: string): string | null {
  const own = ownPair(entry, field);
  const value = stringOf(
    file,
    own === undefined ? entry.inherited.get(field.toLowerCase()) : own.value,
  );
  return value === "" ? null : value;
}

interface FoundImages {
  readonly kind: "found";
  readonly images: Images;
}

interface RefusedImages {
  readonly kind: "refused";
  readonly objection: Objection;
}

function readEntry(file: Kustomization, node: YAMLMap): Entry {
  const merged = node.items.find((pair) => keyOf(pair) === "<<");
  const own = node.items.find((pair) => isNamed(pair, "name"));
  if (merged === undefined)
    return { node, name: stringOf(file, own?.value) ?? "", inherited: NOTHING };
  const inherited = new Map<string, unknown>();
  inherit(file, merged.value, inherited);
  const name = stringOf(file, own?.value ?? inherited.get("name"));
  return { node, name: name ?? "", inherited };
}

function inherit(file: Kustomization, source: unknown, into: Map<string, unknown>): void {
  const node = resolved(file, source);
  // Of several merged maps the earlier wins (YAML 1.1 merge type).
  if (isSeq(node)) for (const item of node.items) inherit(file, item, into);
  if (!isMap(node)) return;
  const nested = node.items.filter((pair) => keyOf(pair) === "<<");
  for (const pair of node.items) {
    const key = keyOf(pair).toLowerCase();
    if (key !== "<<" && !into.has(key)) into.set(key, pair.value);
  }
  for (const pair of nested) inherit(file, pair.value, into);
}

function checkFields(file: Kustomization, map: YAMLMap): Objection | null {
  let seen = 0;
  for (const pair of map.items) {
    const field = FIELDS.findIndex((name) => isNamed(pair, name));
    const bit = 1 << field;
    if (field >= 0 && (seen & bit) === 0) {
      seen |= bit;
      continue;
    }
    const line = file.lineOf(rangeOf(pair.key as Node)[0]);
    if (field >= 0) {
      const message = `${keyOf(pair)} stands twice in one entry. Keep one.`;
      return { reason: "file-ambiguous", message, line };
    }
    const message = `An entry of images has no field ${JSON.stringify(keyOf(pair))}; kustomize refuses the file. Remove it.`;
    return { reason: "unsupported-field", message, line };
  }
  return null;
}

function refuse(
  file: Kustomization,
  pair: Pair,
  reason: Objection["reason"],
  message: string,
): RefusedImages {
  return {
    kind: "refused",
    objection: { reason, message, line: file.lineOf(pairStart(pair)) },
  };
}
