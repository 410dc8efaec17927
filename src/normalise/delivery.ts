import type { Normalised } from "../model/event.ts";
import { parseShallow } from "./json-text.ts";
import {
  type Headers,
  type HookSource,
  type NormaliseOptions,
  optionsOf,
  unreadable,
} from "./normaliser.ts";
import { sourceTable } from "./sources.ts";

/** What a delivery is read from: the parts of a stored one, or of one that just arrived. */
export interface RawDelivery {
  readonly source: HookSource;
  /** Whose hook it came by; absent: settings for one owner alone do not apply. */
  readonly owner?: string;
  readonly headers: Headers;
  /** The body as received. */
  readonly body: string;
}

/** The meaning of a delivery with the sender's id of it. */
export interface ReadDelivery {
  readonly meaning: Normalised;
  readonly senderId: string | null;
}

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
  const json = parseShallow(text);
  if (json.kind === "refused") return unread(json.why);
  const id = rules.senderId(headers, json.value);
  const own = optionsOf(options, delivery.source, delivery.owner ?? null);
  return {
    meaning: rules.normalise({ headers, body: json.value, options, own }),
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
