/**
 * Text from outside (tags, labels, names, paths) on its way into titles, bodies and commit messages. It may mention nobody,
 * close no issue, break no table, inject no HTML, no marker and no trailer.
 */

// C0 and C1 controls, line and paragraph separators, bidirectional controls, zero-width characters, the BOM.
const INVISIBLE = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/gu;

/** One line of visible characters, at most `max` of them. */
export function visible(text: string, max = 200): string {
  const line = text.replace(INVISIBLE, " ").trim();
  const characters = [...line];
  return characters.length <= max ? line : `${characters.slice(0, max - 1).join("")}…`;
}

/** For titles and commit messages, which know no code spans: `@name`, `#1` and URLs link to nothing. */
export function plain(text: string, max = 200): string {
  return visible(text, max).replace(/[@#]|:(?=\/\/)|\bGH-(?=\d)/g, "$&\u2060");
}

/** A Markdown code span that holds the text as it is; `cell` for use inside a table. */
export function code(text: string, max = 200): string {
  const shown = visible(text, max).replaceAll("<!--", "<!\u2060--");
  if (shown === "") return "–";
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = "`".repeat(longest + 1);
  const pad = longest > 0 ? " " : "";
  // GitHub splits table cells before it reads code spans, so a bar is escaped even inside of one.
  return `${fence}${pad}${shown.replaceAll("|", "\\|")}${pad}${fence}`;
}

/** A link, if `url` is an https URL without credentials; else the text alone as code. */
export function link(text: string, url: string): string {
  const safe = safeUrl(url);
  return safe === null ? code(text) : `[${code(text)}](${safe})`;
}

function safeUrl(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== "https:" || url.username !== "" || url.password !== "") return null;
  return url.href
    .replaceAll("(", "%28")
    .replaceAll(")", "%29")
    .replaceAll("|", "%7C")
    .replaceAll("`", "%60");
}

/** A cell of a table with text from outside as it is, not as code: it cannot leave the cell, mention anybody, link, or inject HTML. */
export function cell(text: string, max = 200): string {
  return (
    visible(text, max)
      .replace(/&/g, "&amp;")
      .replace(/</g, "&lt;")
      .replace(/>/g, "&gt;")
      .replace(/[\\`*_{}[\]|~!]/g, "\\$&")
      // GitHub looks for mentions, issues and addresses in what was rendered: a backslash does not keep them apart.
      .replace(/[@#]|:(?=\/\/)|www(?=\.)/gi, "$&\u2060")
  );
}

/** A Markdown table. Cells are taken as they are: escape them first. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
