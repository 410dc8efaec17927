import { isDeepStrictEqual } from "node:util";
import { isAlias, isMap, isScalar, isSeq, type Node, parseDocument, visit } from "yaml";
import { type EditResult, editKustomization } from "../src/edit/edit-kustomization.ts";
import {
  type Kustomization,
  keyOf,
  readAnyYaml,
  readKustomization,
} from "../src/edit/kustomization.ts";
import { colonEnd, dashOf, indentOf, nodeEnd, pairEnd } from "../src/edit/layout.ts";
import type { Change, ImageChange } from "../src/model/change.ts";

type Plain = string | null | readonly Plain[] | { readonly [key: string]: Plain };
type Fields = Record<string, Plain>;

/** What is wrong with an edit, seen without the editor's own eyes; `null`: nothing. */
export function wrongWith(
  text: string,
  changes: readonly Change[],
  result: EditResult,
): string | null {
  const unlike = readersDiffer(text);
  if (unlike !== null) return unlike;
  if (result.kind === "refused") return result.refusal.message === "" ? "no message" : null;
  const before = contentOf(text);
  const after = contentOf(result.text);
  // Without an oracle's opinion, as on a map for a key, there is none of the result either.
  if (before === undefined) return readersDiffer(result.text);
  if (after === undefined) return "edited, but not to be read";
  const wanted = changes.reduce(naively, normal(before));
  if (!isDeepStrictEqual(normal(after), wanted)) return "another value changed";
  return readersDiffer(result.text) ?? notIdempotent(result.text, changes);
}

function notIdempotent(text: string, changes: readonly Change[]): string | null {
  const again = editKustomization(
    text,
    changes.filter(({ kind }) => kind === "image"),
  );
  return again.kind === "edited" && again.text === text ? null : "done again it changes something";
}

/** The plain reader and the whole parser must see the same tree at the same places. */
export function readersDiffer(text: string): string | null {
  const quick = readKustomization(text);
  const whole = readAnyYaml(text);
  if (quick.kind === "refused") return null;
  if (whole.kind === "refused") return `read plainly what is no YAML: ${whole.objection.message}`;
  const [one, other] = [treeOf(quick.file, quick.file.root), treeOf(whole.file, whole.file.root)];
  return isDeepStrictEqual(one, other) ? null : "read plainly as something else";
}

function treeOf(file: Kustomization, node: unknown): unknown {
  const { text } = file;
  if (isAlias(node)) return ["alias", node.source, node.range?.[0], nodeEnd(text, node)];
  if (isScalar(node)) {
    const plain = node.type === "PLAIN" ? node.source : "";
    const { anchor, range, tag, type, value } = node;
    return [value, type, tag, anchor, plain, range?.[0], nodeEnd(text, node)];
  }
  if (isMap(node)) {
    const indent = node.flow === true ? -1 : indentOf(text, node);
    const pairs = node.items.map((pair) => [
      keyOf(pair),
      treeOf(file, pair.key),
      treeOf(file, pair.value),
      node.flow === true ? 0 : [isAnchored(pair.value) ? 0 : colonEnd(pair), pairEnd(text, pair)],
    ]);
    return [
      "map",
      node.anchor,
      node.flow === true,
      indent,
      node.range?.[0],
      ends(text, node),
      pairs,
    ];
  }
  if (!isSeq(node)) return null;
  const dashes = node.flow === true ? [] : node.items.map((_, index) => dashOf(text, node, index));
  const items = node.items.map((item) => treeOf(file, item));
  return [
    "list",
    node.anchor,
    node.flow === true,
    node.range?.[0],
    ends(text, node),
    dashes,
    items,
  ];
}

/** There the plain reader knows only that the value is not empty. */
function isAnchored(node: unknown): boolean {
  return (isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined;
}

function ends(text: string, node: Node): number {
  return nodeEnd(text, node);
}

/** The content by the yaml package alone: all scalars as text, aliases and merge keys resolved. */
function contentOf(text: string): Plain | undefined {
  const document = parseDocument(text, {
    schema: "failsafe",
    version: "1.1",
    merge: true,
    uniqueKeys: false,
    logLevel: "silent",
  });
  if (document.errors.length > 0) return undefined;
  visit(document, {
    Scalar: (_, node) => {
      if (node.type === "PLAIN" && /^(~|null|Null|NULL)?$/.test(node.source ?? ""))
        node.value = null;
    },
  });
  try {
    const content: unknown = document.toJS({ maxAliasCount: -1 });
    return JSON.parse(JSON.stringify(content ?? null)) as Plain;
  } catch {
    return undefined;
  }
}

/** Keys of the fields that matter in lower case; entries of images without fields that say nothing. */
function normal(content: Plain): Plain {
  if (!isFields(content)) return null;
  return Object.fromEntries(
    Object.entries(content).map(([key, value]) => {
      const name = key.toLowerCase();
      return name === "images"
        ? [name, Array.isArray(value) ? value.map(entryOf) : []]
        : [key, value];
    }),
  );
}

function entryOf(entry: Plain): Plain {
  if (!isFields(entry)) return null;
  const pairs = Object.entries(entry).filter(([, value]) => !isNothing(value));
  return Object.fromEntries(pairs.map(([key, value]) => [key.toLowerCase(), value]));
}

function isNothing(value: Plain): boolean {
  return value === null || value === "";
}

function isFields(value: Plain): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function naively(content: Plain, change: Change): Plain {
  const fields = isFields(content) ? content : {};
  if (change.kind === "image") return { ...fields, images: withEntry(fields.images, change) };
  const moved = ["resources", "components", "bases", "crds"].flatMap((field): [string, Plain][] => {
    const list = fields[field];
    return Array.isArray(list) ? [[field, list.map((url) => movedRef(url, change))]] : [];
  });
  return { ...fields, ...Object.fromEntries(moved) };
}

function movedRef(url: Plain, { repo, ref }: { repo: string; ref: string }): Plain {
  return url === repo ? repo.replace(/([?&]ref=)[^&#]*/, `$1${ref}`) : url;
}

function withEntry(images: Plain | undefined, change: ImageChange): Plain {
  const list: readonly Plain[] = Array.isArray(images) ? images : [];
  const isThere = list.some((entry) => isFields(entry) && entry.name === change.entry);
  const entries = isThere ? list : [...list, { name: change.entry }];
  return entries.map((entry) => {
    if (!isFields(entry) || entry.name !== change.entry) return entry;
    const set: Fields = { ...entry };
    for (const field of ["newName", "newTag", "digest"] as const) {
      const value = change[field];
      if (value === null) delete set[field.toLowerCase()];
      else if (value !== undefined) set[field.toLowerCase()] = value;
    }
    return set;
  });
}
