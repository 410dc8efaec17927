import type { Config } from "../model/config.ts";
import type { Provenance } from "../model/event.ts";
import type { ImageName, ImageVersion } from "../model/image.ts";
import type { SourceSpan } from "../model/source.ts";
import { sourceOf, trackedImage } from "./image-pattern.ts";
import { parseRepoName } from "./remote-ref.ts";

/** Where a version came from, as far as it is known. */
export type OriginOf = (image: ImageName, version: ImageVersion) => Provenance | null;

/** Whose config it is, and where its host shows repos: `https://github.com`. */
export interface SpanScope {
  readonly config: Config;
  /** GitHub owner of the CD repo, lower case. */
  readonly owner: string;
  readonly web: string;
}

interface Step {
  readonly image: ImageName;
  readonly from: ImageVersion | null;
  readonly to: ImageVersion;
}

const MOST_SPANS = 5;
const REVISION = /^[0-9a-f]{7,40}$/;

/** The steps of a proposal as spans of their source repos, each once; at most five. Steps of which one end is unknown have none. */
export function sourceSpans(
  scope: SpanScope,
  steps: readonly Step[],
  originOf: OriginOf,
): readonly SourceSpan[] {
  const spans = new Map<string, SourceSpan>();
  for (const step of steps) {
    const span = spanOf(scope, step, originOf);
    if (span !== null) spans.set(JSON.stringify([span.url, span.from, span.to]), span);
  }
  return [...spans.values()].slice(0, MOST_SPANS);
}

function spanOf(scope: SpanScope, step: Step, originOf: OriginOf): SourceSpan | null {
  const { from, image, to } = step;
  if (from === null) return null;
  const after = originOf(image, to);
  const before = originOf(image, from);
  const ends = [before?.revision ?? "", after?.revision ?? ""].map((text) => text.toLowerCase());
  const [first = "", last = ""] = ends;
  if (!REVISION.test(first) || !REVISION.test(last) || first === last) return null;
  const url = sourceUrlOf(scope, image, after?.sourceRepo ?? null);
  if (url === null) return null;
  return { image, url, from: first, to: last, repo: readableRepo(scope, image) };
}

/** Address of the repo that an image is built from: as the config says, else as its label or sender does. `null`: unknown. */
export function sourceUrlOf(
  { config, web }: Pick<SpanScope, "config" | "web">,
  image: ImageName,
  said: string | null,
): string | null {
  const tracked = trackedImage(config, image);
  const source = (tracked === null ? null : sourceOf(tracked)) ?? said;
  return source === null ? null : repoUrl(source, web);
}

/** `owner/name` is a repo of the host that the App works on; URLs and git's short form stand for themselves. */
function repoUrl(source: string, web: string): string | null {
  const bare = source
    .trim()
    .replace(/\/+$/, "")
    .replace(/\.git$/, "");
  if (/^[\w.-]+\/[\w.-]+$/.test(bare)) return `${web}/${bare}`;
  const [, host, path] = /^(?:ssh:\/\/)?git@([\w.-]+)[:/]([\w.-]+(?:\/[\w.-]+)+)$/.exec(bare) ?? [];
  if (host !== undefined) return `https://${host}/${path}`;
  return /^https:\/\/[\w.-]+(:\d+)?(\/[\w.-]+)+$/.test(bare) ? bare : null;
}

function readableRepo({ config, owner, web }: SpanScope, image: ImageName): SourceSpan["repo"] {
  const tracked = trackedImage(config, image);
  const source = tracked === null ? null : sourceOf(tracked);
  const named = source === null ? null : parseRepoName(source);
  if (named === null) return null;
  const [repoOwner = "", name = ""] = named.repo.split("/");
  const isHere = named.host === null || `https://${named.host}` === web;
  return isHere && repoOwner === owner ? { owner: repoOwner, name } : null;
}
