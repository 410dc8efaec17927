/** JSON read, or why it is not. */
export type ShallowJson =
  | { readonly kind: "read"; readonly value: unknown }
  | { readonly kind: "refused"; readonly why: string };

// No sender nests anywhere near this deep; readers behind this one may recurse.
const MAX_DEPTH = 100;

/** Parses JSON that nobody has looked at yet, unless it is nested too deep to be walked. */
export function parseShallow(text: string): ShallowJson {
  if (depthOf(text) > MAX_DEPTH)
    return { kind: "refused", why: `JSON nested deeper than ${MAX_DEPTH} levels` };
  try {
    return { kind: "read", value: JSON.parse(text) as unknown };
  } catch {
    return { kind: "refused", why: "the body is no JSON" };
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
