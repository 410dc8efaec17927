import { z } from "zod";
import { isTag } from "../model/image.ts";
import type { TagsAnswer } from "../model/registry.ts";
import { type Failure, failureOf } from "./failure.ts";
import type { Reader } from "./image-content.ts";
import type { Visit } from "./visit.ts";

const MOST_TAGS = 10_000;
/** Asked for at once; a registry may give fewer, or all of them. */
const PAGE = 1000;
const PAGE_CAP = 8 * 1024 * 1024;

// distribution writes `null` for an image whose last tag was deleted.
const pageSchema = z.object({ tags: z.array(z.string()).nullable() });

/**
 * Lists the tags of an image by pages (OCI distribution specification 1.1, "Listing Tags"), at most 10,000. A page that fails
 * fails the whole.
 */
export async function readTags(reader: Reader, visit: Visit, image: string): Promise<TagsAnswer> {
  const what = `list of tags of ${image}`;
  const tags = new Set<string>();
  let query: string | null = `n=${PAGE}`;
  while (query !== null) {
    const page = await readPage(reader, visit, query, what);
    if (page.kind !== "page") return page;
    const before = tags.size;
    for (const tag of page.tags) if (isTag(tag)) tags.add(tag);
    query = page.next;
    // Enough, or a registry that sends us round in circles.
    if (tags.size >= MOST_TAGS || tags.size === before) break;
  }
  const whole = query === null && tags.size <= MOST_TAGS;
  return { kind: "listed", tags: [...tags].slice(0, MOST_TAGS), whole };
}

interface Page {
  readonly kind: "page";
  readonly tags: readonly string[];
  readonly next: string | null;
}

async function readPage(
  reader: Reader,
  visit: Visit,
  query: string,
  what: string,
): Promise<Page | Failure> {
  const answer = await reader.http.get(visit, {
    path: `/v2/${visit.name}/tags/list?${query}`,
    accept: "application/json",
    cap: PAGE_CAP,
    redirects: false,
  });
  if (answer.kind === "failed" || answer.status !== 200)
    return failureOf(answer, what, reader.clock.now());
  const tags = parsePage(answer.body);
  if (tags === null) return { kind: "unreadable", detail: `The ${what} is not readable.` };
  return { kind: "page", tags, next: nextQuery(answer.headers.link) };
}

function parsePage(body: Buffer): readonly string[] | null {
  try {
    const read = pageSchema.safeParse(JSON.parse(body.toString("utf8")));
    return read.success ? (read.data.tags ?? []) : null;
  } catch {
    return null;
  }
}

/** RFC 8288. Of the next page's URL only the query is taken: host and path are ours to know. */
function nextQuery(header: string | string[] | undefined): string | null {
  const text = Array.isArray(header) ? header.join(", ") : (header ?? "");
  const [, target] = /<([^<>]*)>\s*;[^<]*\brel="?next\b/i.exec(text) ?? [];
  if (target === undefined) return null;
  const at = target.indexOf("?");
  const query = at < 0 ? "" : target.slice(at + 1).replace(/#.*$/, "");
  return query === "" ? null : query;
}
