/**
 * Display data that a proposal's body carries for its next version. It decides nothing but what the body is to say: anyone
 * with write may edit it.
 */
export interface Marker {
  /** Versions that this proposal carried, oldest first, as shown. */
  readonly history: readonly { readonly version: string; readonly at: string }[];
  /** Versions that wait because this one is approved. */
  readonly waiting: readonly string[];
}

const NONE: Marker = { history: [], waiting: [] };
const MARKER = /<!-- tagboat:v1 ([A-Za-z0-9_-]+) -->/;
const HISTORY_SHOWN = 20;

export function renderMarker(marker: Marker): string {
  const kept: Marker = { history: marker.history.slice(-HISTORY_SHOWN), waiting: marker.waiting };
  return `<!-- tagboat:v1 ${Buffer.from(JSON.stringify(kept)).toString("base64url")} -->`;
}

/** The marker of a body; an empty one where there is none or it cannot be read. */
export function parseMarker(body: string): Marker {
  const packed = MARKER.exec(body)?.[1];
  if (packed === undefined) return NONE;
  try {
    return readMarker(JSON.parse(Buffer.from(packed, "base64url").toString("utf8")));
  } catch {
    return NONE;
  }
}

function readMarker(value: unknown): Marker {
  if (typeof value !== "object" || value === null) return NONE;
  const { history, waiting } = value as { history?: unknown; waiting?: unknown };
  return {
    history: Array.isArray(history) ? history.filter(isVersion).slice(-HISTORY_SHOWN) : [],
    waiting: Array.isArray(waiting) ? waiting.filter((w) => typeof w === "string") : [],
  };
}

function isVersion(value: unknown): value is { version: string; at: string } {
  if (typeof value !== "object" || value === null) return false;
  const { version, at } = value as { version?: unknown; at?: unknown };
  return typeof version === "string" && typeof at === "string";
}
