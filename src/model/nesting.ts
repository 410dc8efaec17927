/** Deeper than any file that people write; far from where a parser's recursion ends the process instead of throwing. */
const MOST_LEVELS = 500;

/**
 * Whether a YAML text may nest deeper than 500 levels. To be asked before a parser sees text from outside: one that recurses
 * can run out of stack where V8 cannot throw. Counts brackets, in strings and comments too, and the marks of lists and complex
 * keys in a row; levels that cost a line each cannot be many.
 */
export function nestsTooDeep(text: string): boolean {
  let brackets = 0;
  let marks = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === "[" || character === "{") brackets += 1;
    else if ((character === "]" || character === "}") && brackets > 0) brackets -= 1;
    if (character === "-" || character === "?" || character === ":") marks += 1;
    else if (character !== " " && character !== "\t") marks = 0;
    if (brackets > MOST_LEVELS || marks > MOST_LEVELS) return true;
  }
  return false;
}
