import type { Config, ImageRule } from "../model/config.ts";
import { type ImageName, parseImageName } from "../model/image.ts";

const ONE = "0one0star0";
const MANY = "0many0star0";
// Stars may share out the same text in many ways; a host and three parts of a path are enough.
const MOST_STARS = 4;

/**
 * The normal form of an image or of a pattern of images: `*` stands for any text without `/`, `**` for any text.
 * `null` when it cannot name an image.
 */
export function parseImagePattern(text: string): string | null {
  const trimmed = text.trim();
  if (/^\*+$/.test(trimmed)) return "**";
  if (!trimmed.includes("*")) return parseImageName(trimmed);
  if ((trimmed.match(/\*+/g) ?? []).length > MOST_STARS) return null;
  const name = parseImageName(trimmed.replaceAll("**", MANY).replaceAll("*", ONE));
  return name === null ? null : name.replaceAll(MANY, "**").replaceAll(ONE, "*");
}

/** What each `*` of the pattern stands for in `image`; `null` when the pattern does not fit. */
function captures(pattern: string, image: ImageName): readonly string[] | null {
  if (!pattern.includes("*")) return pattern === image ? [] : null;
  return regexpOf(pattern).exec(image)?.slice(1) ?? null;
}

const compiled = new Map<string, RegExp>();

function regexpOf(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known) return known;
  const source = pattern
    .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
    .replace(/\*\*|\*/g, (star) => (star === "**" ? "(.*)" : "([^/]*)"));
  const regexp = new RegExp(`^${source}$`);
  // Patterns come from people's files: the memory that remembers them is bounded.
  if (compiled.size > 1000) compiled.clear();
  compiled.set(pattern, regexp);
  return regexp;
}

/** An image with the rule that tracks it, and the one name under which all its aliases are the same image. */
export interface TrackedImage {
  readonly rule: ImageRule;
  readonly image: ImageName;
}

/**
 * The first rule of the config that fits an image by name or alias. The name that comes back is the rule's own:
 * what the stars of an alias stand for is put in place of the stars of the name. `null`: not tracked.
 */
export function trackedImage(config: Config, image: ImageName): TrackedImage | null {
  for (const rule of config.images) {
    if (captures(rule.name, image) !== null) return { rule, image };
    for (const alias of rule.aliases) {
      const parts = captures(alias, image);
      if (parts !== null) return { rule, image: withStars(rule.name, parts) ?? image };
    }
  }
  return null;
}

function withStars(name: string, parts: readonly string[]): ImageName | null {
  const stars = name.match(/\*\*|\*/g)?.length ?? 0;
  if (stars === 0) return name;
  if (stars > parts.length) return null;
  // An alias may have more stars, for the part of its host that differs: the last ones stand for the image.
  let next = parts.length - stars;
  return name.replace(/\*\*|\*/g, () => parts[next++] ?? "");
}

/**
 * What an environment calls a tracked image: the target of its `image:` mapping, or `null` when it has none.
 * @param image the name that {@link trackedImage} gave.
 */
export function mappedImage(
  config: Config,
  mapping: Readonly<Record<ImageName, ImageName>>,
  image: ImageName,
): ImageName | null {
  for (const [source, target] of Object.entries(mapping)) {
    if (source === image || trackedImage(config, source)?.image === image) return target;
  }
  return null;
}

/** The source repo of an image by its rule, `{image}` filled in with the last part of the image's path; `null` when the rule names none. */
export function sourceOf(tracked: TrackedImage): string | null {
  const last = tracked.image.slice(tracked.image.lastIndexOf("/") + 1);
  return tracked.rule.source?.replaceAll("{image}", last) ?? null;
}
