import { isMap, isSeq } from "yaml";
import type { Change, ImageChange } from "../model/change.ts";
import type { Refusal } from "../model/outcome.ts";
import { addEntries } from "./add-entries.ts";
import { isNamePattern } from "./build-images.ts";
import { createDraft, type Draft, type Edit, keepAliases } from "./draft.ts";
import {
  checkStrings,
  type Entry,
  fieldOf,
  type Images,
  readImages,
  versionFields,
} from "./entries.ts";
import { createFingerprints, type NewEntry } from "./fingerprint.ts";
import {
  type Kustomization,
  type Objection,
  pairsNamed,
  rangeOf,
  readKustomization,
  resolved,
  stringOf,
} from "./kustomization.ts";
import { pairStart } from "./layout.ts";
import { moveRefs } from "./move-refs.ts";
import { checkEffect } from "./no-effect.ts";
import { runsAlike } from "./same-content.ts";
import { isWritable } from "./scalar-text.ts";
import { setEntry } from "./set-entry.ts";
import { applySplices } from "./splices.ts";

export type { Edit, ImageEdit, RefEdit } from "./draft.ts";

export type EditResult =
  | {
      readonly kind: "edited";
      /** The whole new text; the old one when everything was so already. */
      readonly text: string;
      readonly edits: readonly Edit[];
    }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/**
 * Carries out changes of one kustomization file. Only what a change names is written anew; every other byte stays.
 * All changes or none. The result was read back and says what was meant, by kustomize's reading of YAML 1.1; otherwise it is refused.
 */
export function editKustomization(text: string, changes: readonly Change[]): EditResult {
  const [first] = changes;
  if (first === undefined) return { kind: "edited", text, edits: [] };
  const result = edit(text, changes);
  if (!("reason" in result)) return result;
  return { kind: "refused", refusal: { ...result, file: first.file } };
}

function edit(text: string, changes: readonly Change[]): EditResult | Objection {
  const invalid = changes.map(checkValues).find((objection) => objection !== null);
  if (invalid !== undefined) return invalid;
  const reading = readKustomization(text);
  if (reading.kind === "refused") return reading.objection;
  const draft = createDraft(reading.file);
  const objection = editImages(draft, changes) ?? editRefs(draft, changes);
  if (objection !== null) return objection;
  if (draft.edits.length === 0 && draft.intent.entries.length === 0)
    return { kind: "edited", text, edits: [] };
  keepAliases(draft);
  const edited = applySplices(text, draft.splices);
  return checkResult(draft, edited) ?? { kind: "edited", text: edited, edits: draft.edits };
}

function checkValues(change: Change): Objection | null {
  const values =
    change.kind === "ref"
      ? [change.ref, change.repo]
      : [change.entry, change.newName, change.newTag, change.digest];
  const bad = values.find((value) => typeof value === "string" && !isWritable(value));
  if (bad === undefined) return null;
  const message = `The value ${JSON.stringify(bad)} is empty or holds characters that cannot be seen. Name another.`;
  return { reason: "value-invalid", message };
}

function editRefs(draft: Draft, changes: readonly Change[]): Objection | null {
  for (const change of changes) {
    const objection = change.kind === "ref" ? moveRefs(draft, change) : null;
    if (objection !== null) return objection;
  }
  return null;
}

function editImages(draft: Draft, changes: readonly Change[]): Objection | null {
  const wanted = mergeChanges(changes);
  if (wanted.length === 0) return null;
  const found = readImages(draft.file);
  if (found.kind === "refused") return found.objection;
  const entries = entriesOf(found.images, wanted);
  const added: NewEntry[] = [];
  for (const change of wanted) {
    const matching = entries.get(change.entry) ?? [];
    const objection =
      checkName(draft.file, change, matching) ??
      checkImageTags(draft.file, change) ??
      checkShared(draft.file, found.images, change, matching) ??
      (matching.length > 0
        ? setAll(draft, matching, change)
        : addOne(draft.file, found.images, change, added));
    if (objection !== null) return objection;
  }
  if (draft.edits.length === 0 && added.length === 0) return null;
  addEntries(draft, found.images, added);
  return checkEffect(draft.file, found.images, wanted, added) ?? checkStrings(draft, found.images);
}

/** kustomize takes names for regular expressions: such an entry sets images that nobody named in the change. */
function checkName(
  file: Kustomization,
  change: ImageChange,
  matching: readonly Entry[],
): Objection | null {
  if (!isNamePattern(change.entry)) return null;
  const message = `The name ${change.entry} is a regular expression for kustomize that does not match this image alone. Write an entry with the image's own name.`;
  const [entry] = matching;
  const line = entry === undefined ? {} : { line: file.lineOf(rangeOf(entry.node)[0]) };
  return { reason: "name-pattern", message, ...line };
}

function mergeChanges(changes: readonly Change[]): ImageChange[] {
  const wanted = new Map<string, ImageChange>();
  for (const change of changes)
    if (change.kind === "image") wanted.set(change.entry, merge(wanted.get(change.entry), change));
  return [...wanted.values()];
}

/** The entries that changes name, by their name. */
function entriesOf(images: Images, wanted: readonly ImageChange[]): Map<string, Entry[]> {
  const entries = new Map(wanted.map(({ entry }): [string, Entry[]] => [entry, []]));
  for (const entry of images.entries) entries.get(entry.name)?.push(entry);
  return entries;
}

/** Several changes of one entry in one call: the later word holds, field by field. */
function merge(earlier: ImageChange | undefined, later: ImageChange): ImageChange {
  if (earlier === undefined) return later;
  return { ...earlier, ...later, add: earlier.add === true || later.add === true };
}

function checkShared(
  file: Kustomization,
  images: Images,
  change: ImageChange,
  matching: readonly Entry[],
): Objection | null {
  const list = images.pair?.value;
  const holders = [file.root, list, ...matching.map(({ node }) => node)];
  const isShared = holders.some((node) => file.aliases.has(node as Entry["node"]));
  if (!isShared && !images.shared.has(change.entry)) return null;
  const message = `The entry ${change.entry} is shared through an alias or a merge key. Write it out.`;
  const place = matching[0]?.node ?? images.pair?.key ?? file.root;
  const line = file.lineOf(rangeOf(place as Entry["node"])[0]);
  return { reason: "entry-alias", message, line };
}

/** The old field `imageTags` runs after `images` at build: what it says of the same image would win. */
function checkImageTags(file: Kustomization, change: ImageChange): Objection | null {
  for (const pair of file.root === null ? [] : pairsNamed(file.root, "imageTags")) {
    const list = resolved(file, pair.value);
    const items = isSeq(list) ? list.items.map((item) => resolved(file, item)) : [];
    const names = items.flatMap((item) => (isMap(item) ? pairsNamed(item, "name") : []));
    const isSame = names.some(({ value }) => {
      const name = stringOf(file, value);
      return name === change.entry || name === change.newName;
    });
    if (!isSame) continue;
    const message = `The old field imageTags names ${change.entry} too. Move it to images (kustomize edit fix).`;
    return { reason: "unsupported-field", message, line: file.lineOf(pairStart(pair)) };
  }
  return null;
}

/** Entries of one name run one after the other at build: they may be edited only if they come out alike. */
function setAll(draft: Draft, entries: readonly Entry[], change: ImageChange): Objection | null {
  for (const entry of entries) {
    const line = draft.file.lineOf(rangeOf(entry.node)[0]);
    if (fieldOf(draft.file, entry, "tagSuffix") !== null) {
      const message = `The entry ${entry.name} has a tagSuffix, which a new tag or digest would switch off. Remove it first.`;
      return { reason: "tag-suffix", message, line };
    }
    const [first] = entries;
    if (first !== undefined && !comeOutAlike(draft.file, first, entry, change)) {
      const message = `The image ${entry.name} has several entries that differ; the last one wins. Keep one.`;
      return { reason: "duplicate-entry", message, line };
    }
  }
  for (const entry of entries) {
    const objection = setEntry(draft, entry, change);
    if (objection !== null) return objection;
  }
  return null;
}

function comeOutAlike(file: Kustomization, one: Entry, other: Entry, change: ImageChange): boolean {
  return versionFields.every(
    (field) =>
      change[field] !== undefined || fieldOf(file, one, field) === fieldOf(file, other, field),
  );
}

function addOne(
  file: Kustomization,
  images: Images,
  change: ImageChange,
  added: NewEntry[],
): Objection | null {
  if (change.add !== true) {
    const message = `images has no entry named ${change.entry}. Add it, or allow it to be added.`;
    const line = images.pair === null ? 1 : file.lineOf(pairStart(images.pair));
    return { reason: "entry-missing", message, line };
  }
  const name: [string, string][] = [["name", change.entry]];
  const fields = versionFields.flatMap((field): [string, string][] => {
    const value = change[field];
    return typeof value === "string" ? [[field, value]] : [];
  });
  added.push([...name, ...fields]);
  return null;
}

function saysWhatWasMeant({ file, intent }: Draft, result: Kustomization): boolean {
  if (runsAlike(file, intent, result)) return true;
  const fingerprints = createFingerprints();
  return fingerprints.of(result) === fingerprints.of(file, intent);
}

/** Reads the result back: it must say what was meant and nothing else, in words kustomize takes for the same. */
function checkResult(draft: Draft, text: string): Objection | null {
  const reading = readKustomization(text, draft.file);
  if (reading.kind === "read" && saysWhatWasMeant(draft, reading.file)) return null;
  const message =
    "This file is written in a way that cannot be edited safely. Edit it by hand or simplify it.";
  const line = draft.edits[0]?.line;
  return { reason: "value-invalid", message, ...(line === undefined ? {} : { line }) };
}
