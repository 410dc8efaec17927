import { visible } from "../model/outside-text.ts";

/**
 * Text from outside for chats that read Slack's mrkdwn or Markdown: as code, in which neither formats, mentions or links
 * anything. Slack reads `<…>` even there, so that is escaped as its manual asks ("Formatting text for app surfaces").
 */
export function codeSpan(text: string, max = 200): string {
  const shown = visible(text, max).replaceAll("`", "'");
  return shown === "" ? "–" : `\`${escaped(shown)}\``;
}

/** A link, if `url` is an http(s) URL without credentials; else the words alone. `words` are our own. */
export function linkTo(words: string, url: string | null): string {
  if (url === null || !URL.canParse(url)) return words;
  const { href, protocol, username, password } = new URL(url);
  const isPlain = /^https?:$/.test(protocol) && username === "" && password === "";
  return isPlain ? `<${escaped(href.replaceAll("|", "%7C"))}|${words}>` : words;
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
