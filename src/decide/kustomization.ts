import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type YAMLMap,
} from "yaml";
import { type ImageName, isTag, parseImageName } from "../model/image.ts";
import { nestsTooDeep } from "../model/nesting.ts";
import type { Refusal } from "../model/outcome.ts";
import { parseRemoteRef, type RemoteRef } from "./remote-ref.ts";

/** The names that kustomize looks for, in its order (kustomize, `konfig.RecognizedKustomizationFileNames`). */
export const KUSTOMIZATION_NAMES = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** Whether a path is that of a kustomization file. */
export function isKustomizationPath(path: string): boolean {
  return KUSTOMIZATION_NAMES.includes(path.slice(path.lastIndexOf("/") + 1));
}

/** The folder of a path; `""` for the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** One item of `images:` as it stands in the file; values as they are written, not as YAML understands them. */
export interface Entry {
  readonly name: string;
  readonly newName: string | null;
  readonly newTag: string | null;
  readonly digest: string | null;
  readonly tagSuffix: boolean;
  /** What the entry deploys, `newName ?? name`; `null` when that names no image. */
  readonly image: ImageName | null;
  /** First line is 1. */
  readonly line: number;
}

/** What Tagboat wants to know of a kustomization file. */
export interface KustomizationFacts {
  readonly entries: readonly Entry[];
  readonly refs: readonly RemoteRef[];
  /** Why the file is not edited. Entries that could be made out are there nevertheless. */
  readonly trouble: Refusal | null;
}

/** Reads a kustomization text. Never throws: what cannot be read is `trouble`. */
export function readEntries(text: string): KustomizationFacts {
  if (nestsTooDeep(text)) return unparsable(text, "nested too deeply", 1);
  try {
    return readDocument(text);
  } catch {
    // Nested deeper than the parser's stack.
    return unparsable(text, "nested too deeply", 1);
  }
}

function readDocument(text: string): KustomizationFacts {
  const lines = new LineCounter();
  // kustomize reads YAML 1.1; at "silent" a second document would go unnoticed.
  const document = parseDocument(text, {
    version: "1.1",
    lineCounter: lines,
    prettyErrors: false,
    logLevel: "error",
  });
  const [fault] = document.errors;
  if (fault && fault.code !== "MULTIPLE_DOCS") {
    return unparsable(text, fault.message, lines.linePos(fault.pos[0]).line);
  }
  const root = document.contents;
  if (root !== null && !isMap(root) && !(isScalar(root) && root.value === null)) {
    return unparsable(text, "not a map of fields", 1);
  }
  const facts = isMap(root) ? readRoot(document, root, lines) : NO_FACTS;
  if (!fault) return facts;
  const message =
    "The file holds several YAML documents; kustomize reads the first alone. Keep one.";
  return { ...facts, trouble: { reason: "several-documents", message } };
}

const NO_FACTS: KustomizationFacts = { entries: [], refs: [], trouble: null };

function unparsable(text: string, why: string, line: number): KustomizationFacts {
  const message = `The file cannot be read as YAML (${why}): mend it, or leave its folder out of the config.`;
  return {
    entries: guessedEntries(text),
    refs: [],
    trouble: { reason: "file-unparsable", message, line: Math.max(1, line) },
  };
}

/** Images that the lines of an unreadable file (a template, say) seem to name: enough to tell whom it concerns. */
function guessedEntries(text: string): Entry[] {
  const entries: Entry[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const found = /^\s*(?:-\s+)?(?:name|newName):\s*["']?([^\s"'#]+)["']?\s*(?:#.*)?$/.exec(line);
    const image = found?.[1]?.includes("/") ? parseImageName(found[1]) : null;
    if (image === null || found?.[1] === undefined) continue;
    const nothing = { newName: null, newTag: null, digest: null, tagSuffix: false };
    entries.push({ name: found[1], ...nothing, image, line: index + 1 });
  }
  return entries;
}

function readRoot(document: Document, root: YAMLMap, lines: LineCounter): KustomizationFacts {
  const refs = ["resources", "components", "bases", "crds"].flatMap((key) =>
    scalarsOf(document, resolved(document, root.get(key, true))).flatMap((url) => {
      const ref = parseRemoteRef(url);
      return ref === null ? [] : [ref];
    }),
  );
  const images = resolved(document, root.get("images", true));
  if (images === undefined || images === null || (isScalar(images) && images.value === null)) {
    return { entries: [], refs, trouble: null };
  }
  if (!isSeq(images)) {
    const message = "`images` is not a list: kustomize cannot read it.";
    return { entries: [], refs, trouble: { reason: "file-unparsable", message } };
  }
  const entries = images.items.flatMap((item) => {
    const entry = readEntry(document, resolved(document, item), lines);
    return entry === null ? [] : [entry];
  });
  return { entries, refs, trouble: null };
}

function readEntry(document: Document, item: unknown, lines: LineCounter): Entry | null {
  if (!isMap(item)) return null;
  const value = (key: string) => textOf(resolved(document, item.get(key, true)));
  const name = value("name");
  if (name === null) return null;
  const newName = value("newName");
  return {
    name,
    newName,
    newTag: value("newTag"),
    digest: value("digest"),
    tagSuffix: value("tagSuffix") !== null,
    image: parseImageName(newName ?? name),
    line: lines.linePos(item.range?.[0] ?? 0).line,
  };
}

function scalarsOf(document: Document, node: unknown): string[] {
  if (!isSeq(node)) return [];
  return node.items.flatMap((item) => textOf(resolved(document, item)) ?? []);
}

function resolved(document: Document, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

/** The text of a scalar as it is written (`1.20`, not the number 1.2); `null` when it is empty or none. */
function textOf(node: unknown): string | null {
  if (!isScalar(node) || node.value === null || node.value === "") return null;
  if (typeof node.value === "string") return node.value;
  return node.source ?? String(node.value);
}

/** The tag of an entry where it is one; an entry may hold any text. */
export function presentTag(entry: Entry): string | null {
  return entry.newTag !== null && isTag(entry.newTag) ? entry.newTag : null;
}
