import { splitReference } from "../model/image.ts";
import type { TektonResultNames } from "./normaliser.ts";

/** A result or parameter of a run: string, array or object. */
export interface NamedValue {
  readonly name: string;
  readonly value?: unknown;
}

/** An image that a run's results name. */
export interface BuiltImage {
  /** Name as written, without tag and digest. */
  readonly name: string;
  readonly tag: string | null;
  readonly digest: string | null;
}

// Tekton Chains type hints: results whose names end so, with the same prefix, belong together.
const HINTS = [
  { url: "IMAGE_URL", digest: "IMAGE_DIGEST" },
  { url: "ARTIFACT_URI", digest: "ARTIFACT_DIGEST" },
];
const TAG_HINT = "IMAGE_TAG";

/** The images that results name: Chains type hints and the configured names. In order of the results. */
export function builtImages(
  results: readonly NamedValue[],
  names: TektonResultNames,
): readonly BuiltImage[] {
  const texts = textsOf(results);
  const tag = first(texts, [...names.tag, TAG_HINT]);
  const found = results.flatMap((result) => imagesOf(result, texts, tag, names));
  return withoutRepeats(found);
}

function imagesOf(
  { name, value }: NamedValue,
  texts: ReadonlyMap<string, string>,
  commonTag: string | null,
  names: TektonResultNames,
): readonly BuiltImage[] {
  if (name === "IMAGES") {
    return listOf(value).flatMap((one) => referenceOf(one, commonTag, null));
  }
  if (name.endsWith("ARTIFACT_OUTPUTS")) return artifactOf(value, commonTag);
  const text = texts.get(name);
  if (text === undefined) return [];
  const hint = HINTS.find(({ url }) => name.endsWith(url));
  if (hint !== undefined) {
    const prefix = name.slice(0, -hint.url.length);
    const tag = texts.get(prefix + TAG_HINT) ?? commonTag;
    return referenceOf(text, tag, texts.get(prefix + hint.digest) ?? null);
  }
  if (!names.image.includes(name)) return [];
  return referenceOf(text, commonTag, first(texts, names.digest));
}

/** The first of `names` that is set among the values, trimmed; `null` without one. */
export function firstValue(values: readonly NamedValue[], names: readonly string[]): string | null {
  return first(textsOf(values), names);
}

// Scripts write results with `echo`: a line end behind the value is common.
function textsOf(values: readonly NamedValue[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const { name, value } of values) {
    if (typeof value === "string" && value.trim() !== "") texts.set(name, value.trim());
  }
  return texts;
}

function first(texts: ReadonlyMap<string, string>, names: readonly string[]): string | null {
  for (const name of names) {
    const text = texts.get(name);
    if (text !== undefined) return text;
  }
  return null;
}

function listOf(value: unknown): readonly string[] {
  const text = Array.isArray(value)
    ? value.filter((one) => typeof one === "string").join("\n")
    : value;
  if (typeof text !== "string") return [];
  return text
    .split(/[,\n]/)
    .map((one) => one.trim())
    .filter((one) => one !== "");
}

function artifactOf(value: unknown, tag: string | null): readonly BuiltImage[] {
  if (typeof value !== "object" || value === null) return [];
  const { uri, digest, isBuildArtifact } = value as Record<string, unknown>;
  if (typeof uri !== "string" || isBuildArtifact === "false") return [];
  return referenceOf(uri.trim(), tag, typeof digest === "string" ? digest.trim() : null);
}

/** Nothing for what is no image, such as the `git+https://…` of a source artifact. */
function referenceOf(text: string, tag: string | null, digest: string | null): BuiltImage[] {
  if (/^[a-z0-9+.-]+:\/\//i.test(text) && !/^(oci|docker|https?):\/\//i.test(text)) return [];
  const bare = text.replace(/^(oci|docker|https?):\/\//i, "");
  const reference = splitReference(bare);
  return [{ name: reference.name, tag: reference.tag ?? tag, digest: reference.digest ?? digest }];
}

/** A pipeline often names one image by several hints: the fullest naming stays. */
function withoutRepeats(images: readonly BuiltImage[]): readonly BuiltImage[] {
  const kept = new Map<string, BuiltImage>();
  for (const image of images) {
    const key = JSON.stringify([image.name, image.tag]);
    const known = kept.get(key);
    kept.set(key, { ...image, digest: known?.digest ?? image.digest });
  }
  const all = [...kept.values()];
  const tagged = new Set(all.filter(({ tag }) => tag !== null).map(({ name }) => name));
  return all.filter(({ name, tag }) => tag !== null || !tagged.has(name));
}
