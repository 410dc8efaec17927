import { visible } from "../model/outside-text.ts";

/** Characters in a line. */
export const WIDTH = 100;

/** `2026-11-22 15:00:03`, UTC. `at`: RFC 3339. */
export function when(at: string): string {
  const time = new Date(at);
  return Number.isNaN(time.getTime())
    ? visible(at, 19)
    : time.toISOString().slice(0, 19).replace("T", " ");
}

/** Cells of equal width within a column; the last one is as wide as it is. Lines end at the terminal's width. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [at, cell] of row.entries())
      widths[at] = Math.max(widths[at] ?? 0, [...cell].length);
  return rows.map((row) =>
    cut(
      row
        .map((cell, at) => (at === row.length - 1 ? cell : pad(cell, widths[at] ?? 0)))
        .join("  ")
        .trimEnd(),
      WIDTH,
    ),
  );
}

function pad(cell: string, width: number): string {
  return cell + " ".repeat(Math.max(0, width - [...cell].length));
}

/** At most `width` characters; what is left out shows as `…`. */
export function cut(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join("")}…`;
}

/** Lines of at most the terminal's width, broken between words, each after `indent`. */
export function wrap(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && indent.length + [...longer].length > WIDTH) {
      lines.push(indent + line);
      line = word;
    } else line = longer;
  }
  return [...lines, indent + line];
}
