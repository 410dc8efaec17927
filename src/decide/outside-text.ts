/**
 * Text from outside as a cell of a Markdown table: it cannot leave the cell, mention anybody, link, or inject HTML.
 * Shortened to `most` characters.
 */
export function cell(text: string, most = 200): string {
  const shown = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  return (
    shown
      .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
      .replace(/&/g, "&amp;")
      .replace(/</g, "&lt;")
      .replace(/>/g, "&gt;")
      .replace(/[\\`*_{}[\]|~!]/g, "\\$&")
      // GitHub looks for mentions, issues and addresses in what was rendered: a backslash does not keep them apart.
      .replace(/[@#]|:(?=\/\/)|www(?=\.)/gi, "$&\u2060")
  );
}

/** Text from outside as code in a cell of a table. Without backticks, so that it cannot end the code; pipes end cells even in code. */
export function code(text: string, most = 200): string {
  const shown = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  const safe = shown
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/`/g, "'")
    .replace(/\|/g, "\\|");
  return `\`${safe.trim() === "" ? "?" : safe}\``;
}

/** A Markdown table. Cells are taken as they are: escape them first. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
