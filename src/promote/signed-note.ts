import { createHmac, timingSafeEqual } from "node:crypto";

/** What a note's signature binds: a copy of it in another pull request proves nothing. */
export interface NoteContext {
  readonly repoId: number;
  readonly pull: number;
}

const NOTE = /<!-- tagboat-note:([a-z]+) ([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+) -->/g;

/**
 * Something that Tagboat has to find again on GitHub, as a comment of HTML for the body of one of its comments. Whoever may write
 * to the repo can edit that, hence the signature. `keys[0]` signs.
 * @param kind lower-case letters.
 * @param value anything that JSON holds.
 */
export function renderNote(
  kind: string,
  value: unknown,
  context: NoteContext,
  keys: readonly Buffer[],
): string {
  const [key] = keys;
  if (key === undefined) throw new Error("no signing key");
  const packed = Buffer.from(JSON.stringify(value)).toString("base64url");
  return `<!-- tagboat-note:${kind} ${packed}.${signatureOf(kind, packed, context, key)} -->`;
}

/** The values of the notes of a kind in a body whose signature holds in this context, in order. Never throws. */
export function readNotes(
  kind: string,
  body: string,
  context: NoteContext,
  keys: readonly Buffer[],
): readonly unknown[] {
  return [...body.matchAll(NOTE)].flatMap(([, found = "", packed = "", signature = ""]) => {
    const signed = keys.some((key) => equal(signatureOf(kind, packed, context, key), signature));
    return found === kind && signed ? [unpacked(packed)] : [];
  });
}

function unpacked(packed: string): unknown {
  return JSON.parse(Buffer.from(packed, "base64url").toString("utf8"));
}

function signatureOf(kind: string, packed: string, context: NoteContext, key: Buffer): string {
  const bound = JSON.stringify(["note-v1", kind, context.repoId, context.pull, packed]);
  return createHmac("sha256", key).update(bound).digest("base64url");
}

function equal(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
