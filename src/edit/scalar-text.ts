/** How a scalar is written. `plain` is a wish: what is not safe without quotes gets double quotes. */
export type ScalarStyle = "plain" | "single" | "double";

const NULL_WORDS = new Set(["", "~", "null", "Null", "NULL"]);
const BOOL_WORD = /^(y|n|yes|no|on|off|true|false)$/i;
const INTEGER = /^[-+]?(0b[01]+|0o[0-7]+|0x[0-9a-f]+|\d+)$/i;
const FLOAT = /^[-+]?(\.\d+|\d+(\.\d*)?)(e[-+]?\d+)?$/i;
const SPECIAL_FLOAT = /^([-+]?\.inf|\.nan)$/i;
// Control, format (bidirectional marks) and lone surrogate characters: none belongs in an image's version, and some change what a reviewer sees.
const UNWRITABLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\ufffe\uffff]/u;
// A colon may stand inside, never at the end; `#` never, so that no comment can begin.
const BARE_SHAPE = /^[A-Za-z0-9]([A-Za-z0-9._/:@?&=%+~-]*[A-Za-z0-9._/@=%+~-])?$/;
const BASE_60_OR_DATE = /^\d+:\d|^\d{4}-\d{1,2}-\d{1,2}/;
// Wider than the rules, for readers that know more kinds of numbers (`0x1p-2`, and `e5` without any digit before it).
const ODD_NUMBER = /^(0([bo][\d_]*|x[\da-f_.p+-]*)|e[-+]?\d+)$/i;

/** Whether YAML 1.1, as kustomize reads it, takes the unquoted text for null. */
export function isNullWord(plain: string): boolean {
  return NULL_WORDS.has(plain);
}

/**
 * Whether YAML 1.1, as kustomize reads it, takes the unquoted text for a string.
 * Dates and base-60 numbers are strings there; `1_000`, `08` and `1e5` are numbers.
 */
export function readsAsString(plain: string): boolean {
  if (isNullWord(plain) || BOOL_WORD.test(plain)) return false;
  if (!/^[-+.\d]/.test(plain)) return true;
  const digits = plain.replaceAll("_", "");
  return !INTEGER.test(digits) && !FLOAT.test(digits) && !SPECIAL_FLOAT.test(digits);
}

/** Whether the text may be a value of `images` at all: not empty, one line, nothing invisible. */
export function isWritable(value: string): boolean {
  return value !== "" && !UNWRITABLE.test(value);
}

/** Writes a value that {@link isWritable} in the wished style, so that it is read as a string by every YAML version. */
export function writeScalar(value: string, style: ScalarStyle): string {
  if (style === "single") return `'${value.replaceAll("'", "''")}'`;
  if (style === "plain" && isSafeBare(value)) return value;
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

function isSafeBare(value: string): boolean {
  return (
    BARE_SHAPE.test(value) &&
    readsAsString(value) &&
    !BASE_60_OR_DATE.test(value) &&
    !ODD_NUMBER.test(value)
  );
}
