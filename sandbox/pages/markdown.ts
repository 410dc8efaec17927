import { marked } from "marked";
import sanitizeHtml from "sanitize-html";

// What GitHub lets through, without pictures: they would be fetched from other hosts.
const ALLOWED: sanitizeHtml.IOptions = {
  allowedTags: [
    ...sanitizeHtml.defaults.allowedTags.filter((tag) => tag !== "main"),
    "del",
    "details",
    "summary",
    "input",
  ],
  allowedAttributes: {
    a: ["href", "title"],
    code: ["class"],
    input: ["type", "checked", "disabled"],
    ol: ["start"],
    th: ["align"],
    td: ["align"],
  },
  allowedSchemes: ["http", "https", "mailto"],
  transformTags: {
    // A body must not hold a form of its own: only the boxes of task lists remain.
    input: (_, { checked }) => ({
      tagName: "input",
      attribs: { type: "checkbox", disabled: "", ...(checked === undefined ? {} : { checked }) },
    }),
  },
};

/** GitHub-flavoured Markdown as safe HTML. Comments are not shown, as on github.com; line ends are kept as there. */
export function renderMarkdown(text: string): string {
  const html = marked.parse(text, { async: false, gfm: true, breaks: true });
  return sanitizeHtml(html, ALLOWED);
}
