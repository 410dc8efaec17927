import { createHash } from "node:crypto";
import { ApiError } from "./api-error.ts";

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

interface Page<Item> {
  readonly shown: readonly Item[];
  readonly link: string | null;
}

/**
 * One page of a list, newest first, that is walked by cursor: the cursor names the item that the page starts with, so that
 * what is added meanwhile shifts nothing.
 */
export function cursorPageOf<Item extends { readonly id: number }>(
  url: URL,
  items: readonly Item[],
): Page<Item> {
  const cursor = url.searchParams.get("cursor") ?? `v1_${Number.MAX_SAFE_INTEGER}`;
  const start = Number(/^v1_(\d+)$/.exec(cursor)?.[1] ?? Number.NaN);
  if (Number.isNaN(start)) throw new ApiError(400, "Invalid cursor");
  const left = items.filter(({ id }) => id <= start);
  const size = sizeOf(url);
  const next = left[size];
  if (next === undefined) return { shown: left, link: null };
  const target = new URL(url);
  target.searchParams.set("cursor", `v1_${next.id}`);
  return { shown: left.slice(0, size), link: `<${target}>; rel="next"` };
}

/** GitHub gives 30 a page, at most 100. */
function sizeOf(url: URL): number {
  const asked = Number(url.searchParams.get("per_page") ?? 30);
  return Math.min(100, Math.max(1, Number.isInteger(asked) ? asked : 30));
}

/** One page of `items` and the header that leads to the others. */
export function pageOf<Item>(url: URL, items: readonly Item[]): Page<Item> {
  const size = sizeOf(url);
  const page = Math.max(1, Number(url.searchParams.get("page") ?? 1));
  const shown = items.slice((page - 1) * size, page * size);
  return { shown, link: linkHeader(url, page, size, items.length) };
}

export function etagOf(text: string): string {
  return `W/"${createHash("sha256").update(text).digest("hex")}"`;
}
