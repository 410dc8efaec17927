import { createHash } from "node:crypto";

/** The `Link` header of one page of a list, or null when there is only this page. */
export function linkHeader(url: URL, page: number, perPage: number, total: number): string | null {
  const last = Math.max(1, Math.ceil(total / perPage));
  const links: string[] = [];
  const add = (rel: string, to: number) => {
    const target = new URL(url);
    target.searchParams.set("page", String(to));
    links.push(`<${target}>; rel="${rel}"`);
  };
  if (page > 1) {
    add("prev", Math.min(page - 1, last));
    add("first", 1);
  }
  if (page < last) {
    add("next", page + 1);
    add("last", last);
  }
  return links.length === 0 ? null : links.join(", ");
}

/** The `Link` header of a list that is paged by cursor: the cursor is the place of the next item. */
export function cursorHeader(url: URL, next: number, total: number): string | null {
  if (next >= total) return null;
  const target = new URL(url);
  target.searchParams.set("cursor", `v1_${next}`);
  return `<${target}>; rel="next"`;
}

/** One page of `items` and the header that leads to the others. GitHub gives 30 a page, at most 100. */
export function pageOf<Item>(
  url: URL,
  items: readonly Item[],
): { readonly shown: readonly Item[]; readonly link: string | null } {
  const asked = Number(url.searchParams.get("per_page") ?? 30);
  const size = Math.min(100, Math.max(1, Number.isInteger(asked) ? asked : 30));
  if (url.pathname.endsWith("/app/hook/deliveries")) {
    const from = Number(url.searchParams.get("cursor")?.replace(/^v1_/, "") ?? 0);
    const shown = items.slice(from, from + size);
    return { shown, link: cursorHeader(url, from + size, items.length) };
  }
  const page = Math.max(1, Number(url.searchParams.get("page") ?? 1));
  const shown = items.slice((page - 1) * size, page * size);
  return { shown, link: linkHeader(url, page, size, items.length) };
}

export function etagOf(text: string): string {
  return `W/"${createHash("sha256").update(text).digest("hex")}"`;
}
