import type { ImageEvent, Normalised } from "../../src/model/event.ts";
import { type RawDelivery, readDelivery } from "../../src/normalise/delivery.ts";
import type { HookSource, NormaliseOptions } from "../../src/normalise/normaliser.ts";
import { defaultOptions } from "../../src/normalise/sources.ts";

export const DIGEST = `sha256:${"ab".repeat(32)}`;

/** Reads `body` as it would arrive from `source`. */
export function read(
  source: HookSource,
  body: unknown,
  headers: RawDelivery["headers"] = {},
  options: NormaliseOptions = defaultOptions,
): Normalised {
  return readDelivery({ source, headers, body: textOf(body) }, options).meaning;
}

export function senderIdOf(
  source: HookSource,
  body: unknown,
  headers: RawDelivery["headers"] = {},
): string | null {
  return readDelivery({ source, headers, body: textOf(body) }, defaultOptions).senderId;
}

function textOf(body: unknown): string {
  return typeof body === "string" ? body : JSON.stringify(body);
}

/** `image:tag@digest` of each event, for short expectations. */
export function refs(meaning: Normalised): readonly string[] {
  if (meaning.kind === "unreadable") return [`unreadable: ${meaning.detail}`];
  return meaning.events.map(refOf);
}

function refOf({ image, tag, digest }: ImageEvent): string {
  return `${image}${tag === null ? "" : `:${tag}`}${digest === null ? "" : `@${digest}`}`;
}

export function reasons(meaning: Normalised): readonly string[] {
  return meaning.kind === "read" ? meaning.dropped.map(({ reason }) => reason) : ["unreadable"];
}
