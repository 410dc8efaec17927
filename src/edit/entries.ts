import { isMap, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from "yaml";
import {
  isEmptyNode,
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
  /** Pairs by the name of their field in lower case. */
  readonly pairs: ReadonlyMap<string, Pair>;
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

const FIELDS = new Set(["name", "newname", "newtag", "digest", "tagsuffix"]);

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
    const isOwn = map === item && list === pair.value && entry.pairs.has("name");
    if (isOwn) entries.push(entry);
    else shared.add(entry.name);
  }
  return { kind: "found", images: { pair, entries, shared } };
}

/** Refuses when a field of any entry is no string: kustomize would not read the file. */
export function checkStrings(file: Kustomization): Objection | null {
  const found = readImages(file);
  if (found.kind === "refused") return found.objection;
  for (const { pairs } of found.images.entries)
    for (const pair of pairs.values()) {
      if (isEmptyNode(resolved(file, pair.value)) || stringOf(file, pair.value) !== null) continue;
      const message = `${keyOf(pair)} is not a string for kustomize. Put its value in quotes.`;
      return {
        reason: "file-unparsable",
        message,
        line: file.lineOf(pairStart(pair)),
      };
    }
  return null;
}

/** What an entry says in a field, inherited or its own; `null`: nothing. */
export function fieldOf(file: Kustomization, entry: Entry, field: string): string | null {
  const key = field.toLowerCase();
  const own = entry.pairs.get(key);
  const value = stringOf(file, own === undefined ? entry.inherited.get(key) : own.value);
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
  const pairs = new Map<string, Pair>();
  const inherited = new Map<string, unknown>();
  for (const pair of node.items)
    if (keyOf(pair) === "<<") inherit(file, pair.value, inherited);
    else pairs.set(keyOf(pair).toLowerCase(), pair);
  const name = stringOf(file, pairs.get("name")?.value ?? inherited.get("name"));
  return { node, name: name ?? "", pairs, inherited };
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
  const seen = new Set<string>();
  for (const pair of map.items) {
    const key = keyOf(pair).toLowerCase();
    const line = file.lineOf(rangeOf(pair.key as Node)[0]);
    if (key !== "<<" && !FIELDS.has(key)) {
      const message = `An entry of images has no field ${JSON.stringify(keyOf(pair))}; kustomize refuses the file. Remove it.`;
      return { reason: "unsupported-field", message, line };
    }
    if (seen.has(key)) {
      const message = `${keyOf(pair)} stands twice in one entry. Keep one.`;
      return { reason: "file-ambiguous", message, line };
    }
    seen.add(key);
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
