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
    const code = text.charCodeAt(at);
    brackets = Math.max(0, brackets + (steps.get(code) ?? 0));
    if (listMarks.has(code)) marks += 1;
    else if (!blanks.has(code)) marks = 0;
    if (brackets > MOST_LEVELS || marks > MOST_LEVELS) return true;
  }
  return false;
}

const codeOf = (character: string): number => character.charCodeAt(0);
const steps: ReadonlyMap<number, number> = new Map([
  [codeOf("["), 1],
  [codeOf("{"), 1],
  [codeOf("]"), -1],
  [codeOf("}"), -1],
]);
const listMarks = new Set([..."-?:"].map(codeOf));
const blanks = new Set([..." \t"].map(codeOf));
