/** One replacement in a text: `[start, end)` becomes `text`. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Carries out the splices on the text they were measured on. Insertions at one place keep their order; overlapping deletions are united.
 * A text without a final line ending keeps none.
 */
export function applySplices(text: string, splices: readonly Splice[]): string {
  const ordered = [...splices].sort((a, b) => a.start - b.start || a.end - b.end);
  const parts: string[] = [];
  let at = 0;
  let gone: Splice | null = null;
  for (const splice of ordered) {
    if (splice.start > at) parts.push(text.slice(at, splice.start));
    parts.push(gone === null ? splice.text : behindGone(text, gone, splice));
    at = Math.max(at, splice.end);
    if (splice.end > splice.start) gone = splice.text === "" ? splice : null;
  }
  parts.push(text.slice(at));
  const result = parts.join("");
  return text.endsWith("\n") || text === "" ? result : result.replace(/\r?\n$/, "");
}

/** A new line that was to follow a line that goes away takes its place: the ending comes behind it, not before. */
function behindGone(text: string, gone: Splice, { start, end, text: added }: Splice): string {
  const isWholeLine = lineStart(text, gone.start) === gone.start;
  const isInside = start === end && start > gone.start && start <= lineEnd(text, gone.end - 1);
  const eol = /^\r?\n/.exec(added)?.[0];
  if (!isWholeLine || !isInside || eol === undefined) return added;
  return added.slice(eol.length) + eol;
}

/** Where the line of `at` begins. */
export function lineStart(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1;
}

/** Where the line of `at` ends, before its line ending. */
export function lineEnd(text: string, at: number): number {
  const feed = text.indexOf("\n", at);
  if (feed < 0) return text.length;
  return feed > at && text[feed - 1] === "\r" ? feed - 1 : feed;
}

/** Where the line after that of `at` begins, or the text ends. */
export function nextLine(text: string, at: number): number {
  const feed = text.indexOf("\n", at);
  return feed < 0 ? text.length : feed + 1;
}

/** The line ending in use at `at`: of its line, else of the line before, else `\n`. */
export function eolAt(text: string, at: number): string {
  const here = text.indexOf("\n", at);
  const feed = here >= 0 ? here : text.lastIndexOf("\n");
  return feed > 0 && text[feed - 1] === "\r" ? "\r\n" : "\n";
}
