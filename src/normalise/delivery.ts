import type { Normalised } from "../model/event.ts";
import { type Headers, type HookSource, type NormaliseOptions, unreadable } from "./normaliser.ts";
import { sourceTable } from "./sources.ts";

/** What a delivery is read from: the parts of a stored one, or of one that just arrived. */
export interface RawDelivery {
  readonly source: HookSource;
  readonly headers: Headers;
  /** The body as received. */
  readonly body: string;
}

/** The meaning of a delivery with the sender's id of it. */
export interface ReadDelivery {
  readonly meaning: Normalised;
  readonly senderId: string | null;
}

// No sender nests anywhere near this deep; readers behind this one may recurse.
const MAX_DEPTH = 100;

/** Reads a delivery of any source of the table: content type, JSON, the source's rules. Never throws. */
export function readDelivery(delivery: RawDelivery, options: NormaliseOptions): ReadDelivery {
  const rules = sourceTable[delivery.source];
  const { headers } = delivery;
  const [mediaType = ""] = (headers["content-type"] ?? "").split(";");
  const type = mediaType.trim().toLowerCase();
  if (type !== "" && !rules.contentTypes.includes(type)) {
    return unread(`content type is none of ${rules.contentTypes.join(", ")}`);
  }
  const text =
    type === "application/x-www-form-urlencoded" ? formPayload(delivery.body) : delivery.body;
  if (text === null) return unread("the form has no field `payload`");
  if (depthOf(text) > MAX_DEPTH) return unread(`JSON nested deeper than ${MAX_DEPTH} levels`);
  const json = parseJson(text);
  if (json === null) return unread("the body is no JSON");
  const id = rules.senderId(headers, json.value);
  return {
    meaning: rules.normalise({ headers, body: json.value, options }),
    // It becomes a key in the store: plain characters only.
    senderId: id !== null && /^[\x20-\x7e]{1,512}$/.test(id) ? id : null,
  };
}

function unread(detail: string): ReadDelivery {
  return { meaning: unreadable(detail), senderId: null };
}

// A GitHub webhook whose content type was left at the form: the JSON is in one field.
function formPayload(body: string): string | null {
  return new URLSearchParams(body).get("payload");
}

function parseJson(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

/** Deepest nesting of brackets outside of strings. One pass, no recursion: the text is not trusted yet. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') at = stringEnd(text, at);
    else if (character === "[" || character === "{") depth += 1;
    else if (character === "]" || character === "}") depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** Where the string that opens at `start` closes; the text's end where it does not. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}
