import { createHmac, timingSafeEqual } from "node:crypto";
import * as z from "zod";
import type { Comment } from "../model/pulls.ts";
import type { Word } from "./words.ts";

/**
 * Words as a comment of ours carries them: signed for the repo and the pull request, so that neither an edit by somebody with
 * write nor a copy elsewhere counts. Written and read by this file alone.
 */

const MARKER = /<!-- tagboat:words v1\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43}) -->/;

/** Where a marker stands. */
export interface MarkerPlace {
  readonly repoId: number;
  readonly pull: number;
}

const said = z.object({
  environment: z.string(),
  by: z.object({ id: z.number(), login: z.string() }),
  at: z.string(),
  reason: z.string(),
  comment: z.number().exactOptional(),
});
const ofPlace = said.extend({ component: z.string().nullable() });
const version = z.object({
  image: z.string(),
  tag: z.string().nullable(),
  digest: z.string().nullable(),
});
const word = z.discriminatedUnion("kind", [
  ofPlace.extend({
    kind: z.literal("hold"),
    until: z.string().nullable(),
    because: z.enum(["person", "rollback"]),
  }),
  ofPlace.extend({
    kind: z.literal("unhold"),
    because: z.literal("rollback").exactOptional(),
  }),
  ofPlace.extend(version.shape).extend({ kind: z.literal("ban") }),
  ofPlace.extend({
    kind: z.literal("unban"),
    image: z.string().exactOptional(),
    tag: z.string().nullable().exactOptional(),
    digest: z.string().nullable().exactOptional(),
  }),
  said.extend({ kind: z.literal("override"), headOid: z.string() }),
]);
const wordList = z.array(word);

/** The marker of a comment. @param keys `keys[0]` signs. */
export function renderWords(
  words: readonly Word[],
  place: MarkerPlace,
  keys: readonly Buffer[],
): string {
  const [key] = keys;
  if (key === undefined) throw new Error("no signing key");
  const packed = Buffer.from(JSON.stringify(words)).toString("base64url");
  return `<!-- tagboat:words v1.${packed}.${signatureOf(packed, place, key)} -->`;
}

/** The words of a text if they were signed for this place; none otherwise. */
export function parseWords(
  body: string,
  place: MarkerPlace,
  keys: readonly Buffer[],
): readonly Word[] {
  const [, packed, signature] = MARKER.exec(body) ?? [];
  if (packed === undefined || signature === undefined) return [];
  if (!keys.some((key) => equal(signatureOf(packed, place, key), signature))) return [];
  try {
    const read = wordList.safeParse(JSON.parse(Buffer.from(packed, "base64url").toString("utf8")));
    return read.success ? read.data : [];
  } catch {
    return [];
  }
}

/** The marker as it stands in a text, believed or not; `null`: there is none. */
export function markerIn(body: string): string | null {
  return MARKER.exec(body)?.[0] ?? null;
}

/** The words of comments of ours on one pull request. */
export function wordsIn(
  comments: readonly Pick<Comment, "body" | "byOurApp">[],
  place: MarkerPlace,
  keys: readonly Buffer[],
): readonly Word[] {
  return comments
    .filter(({ byOurApp }) => byOurApp)
    .flatMap(({ body }) => parseWords(body, place, keys));
}

function signatureOf(packed: string, { repoId, pull }: MarkerPlace, key: Buffer): string {
  const bound = JSON.stringify(["words v1", repoId, pull, packed]);
  return createHmac("sha256", key).update(bound).digest("base64url");
}

function equal(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
