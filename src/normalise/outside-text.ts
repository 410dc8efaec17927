const LOG_LENGTH = 120;
const PROVENANCE_LENGTH = 256;

/** Text from outside made fit for a log line: no control or formatting characters (line ends, right-to-left marks), shortened. */
export function short(text: string): string {
  const plain = text.slice(0, LOG_LENGTH * 2).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "?");
  const characters = [...plain];
  return characters.length <= LOG_LENGTH ? plain : `${characters.slice(0, LOG_LENGTH).join("")}…`;
}

/**
 * `text` trimmed, or `null` where it is no text, empty, or no name, commit or URL: too long, of several
 * lines, or with characters that PostgreSQL cannot store (NUL, half a surrogate pair).
 */
export function word(text: unknown): string | null {
  if (typeof text !== "string") return null;
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.length > PROVENANCE_LENGTH) return null;
  return /[\p{Cc}\p{Cs}]/u.test(trimmed) ? null : trimmed;
}

/** `text` if it is an RFC 3339 instant after 2000 (zero times of Go and Java lie before), else `null`. */
export function instant(text: unknown): string | null {
  if (typeof text !== "string") return null;
  if (!/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/.test(text))
    return null;
  const time = Date.parse(text);
  return Number.isNaN(time) || time < Date.UTC(2000, 0) ? null : text;
}

/** A git commit as senders write it: 7 to 64 hex digits, in lower case; else `null` (a branch name is no commit). */
export function commit(text: unknown): string | null {
  const name = word(text);
  return name !== null && /^[0-9a-f]{7,64}$/i.test(name) ? name.toLowerCase() : null;
}

/** An absolute http(s) URL without credentials, or `null`: it may become a link. */
export function webAddress(text: unknown): string | null {
  const address = word(text);
  if (address === null || !/^https?:\/\/[^\s@<>"'`]+$/i.test(address)) return null;
  return URL.canParse(address) ? address : null;
}

/** Seconds since 1970 as an RFC 3339 instant, under the same rule; `null` for what is no number. */
export function instantOfSeconds(seconds: unknown): string | null {
  if (typeof seconds !== "number" || !(Math.abs(seconds) < 1e11)) return null;
  return instant(new Date(Math.trunc(seconds * 1000)).toISOString());
}
