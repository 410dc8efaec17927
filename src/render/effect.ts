import { type Entry, readEntries } from "../decide/kustomization.ts";
import type { Change, ImageChange } from "../model/change.ts";
import type { Refusal } from "../model/outcome.ts";
import type { Rendered } from "../model/render.ts";
import { changedObjects, countOf, objectsIn, readObject } from "./images-shown.ts";

/** One changed kustomization file with what it builds to. */
export interface ChangedOverlay {
  readonly file: string;
  readonly textBefore: string;
  readonly textAfter: string;
  readonly before: Rendered;
  readonly after: Rendered;
  /** Changes of this file. */
  readonly changes: readonly Change[];
}

/**
 * The first image change whose declared image does not come out of the build: a patch renamed the image, the entry matches
 * nothing, another transformer has the last word. `null`: all have effect, or the builds do not tell.
 */
export function withoutEffect(overlay: ChangedOverlay): Refusal | null {
  if (overlay.after.kind !== "rendered") return null;
  for (const change of overlay.changes) {
    const refusal = change.kind === "image" ? judge(overlay, change, overlay.after.text) : null;
    if (refusal !== null) return refusal;
  }
  return null;
}

function judge(overlay: ChangedOverlay, change: ImageChange, built: string): Refusal | null {
  const entry = entryNamed(overlay.textAfter, change.entry);
  const was = entryNamed(overlay.textBefore, change.entry);
  if (entry === null || isBare(entry)) return null;
  const at = { file: overlay.file, line: entry.line };
  if (digestDecides(was, entry)) {
    const message = `\`${entry.name}\` keeps its digest, which decides what runs: the new tag ${entry.newTag ?? ""} changes nothing. Let the digest move with it (\`pin: tag+digest\`).`;
    return { reason: "no-effect", message, ...at };
  }
  const declared = declaredImages(entry);
  if (comesOut(overlay, declared, built, isBare(was))) return null;
  const message = `The build of this overlay does not contain ${declared[0] ?? entry.name}: the entry \`${entry.name}\` ${reasonFor(entry, built)}.`;
  return { reason: "no-effect", message, ...at };
}

/** The entry that kustomize applies last: its word stands. */
function entryNamed(text: string, name: string): Entry | null {
  return readEntries(text).entries.findLast((entry) => entry.name === name) ?? null;
}

function digestDecides(was: Entry | null, entry: Entry): boolean {
  return (
    was !== null &&
    entry.digest !== null &&
    entry.digest === was.digest &&
    entry.newTag !== was.newTag
  );
}

function isBare(was: Entry | null): boolean {
  return was === null || (was.newTag === null && was.digest === null);
}

/** What kustomize writes for an entry: with tag and digest both (since 5.0), older ones the digest alone. */
function declaredImages({ name, newName, newTag, digest }: Entry): string[] {
  const image = newName ?? name;
  const tagged = newTag === null ? image : `${image}:${newTag}`;
  if (digest === null) return [tagged];
  return [...new Set([`${tagged}@${digest}`, `${image}@${digest}`])];
}

/**
 * Whether the declared image stands in the build because of this change: more often than before. An entry that named no
 * version before may declare what was there all along.
 */
function comesOut(
  { before }: ChangedOverlay,
  declared: readonly string[],
  built: string,
  mayStandAlready: boolean,
): boolean {
  if (before.kind !== "rendered" || mayStandAlready) {
    const likely = objectsIn(built).filter((text) =>
      declared.some((image) => text.includes(image)),
    );
    const objects = likely.map(readObject);
    return declared.some((image) => countOf(objects, image) > 0);
  }
  const changed = changedObjects(before.text, built);
  return declared.some((image) => countOf(changed.after, image) > countOf(changed.before, image));
}

function reasonFor(entry: Entry, built: string): string {
  const elsewhere = built.includes(entry.newName ?? entry.name);
  return elsewhere
    ? "does not reach the images of that name (they stand in a field that kustomize does not know, or something later in the build has the last word)"
    : "matches no image of its resources (a base or a patch has given it another name: write that one)";
}
