import type { ImageChange } from "../model/change.ts";
import { type Build, buildBy, createBuild, type ImageRule, indexNames } from "./build-images.ts";
import { type Entry, fieldOf, type Images, versionFields } from "./entries.ts";
import type { NewEntry } from "./fingerprint.ts";
import { type Kustomization, type Objection, rangeOf } from "./kustomization.ts";

/**
 * Refuses a change that other entries of the file undo at build: alone it would set the image, together with them it sets nothing.
 * The most common cause is a later entry that matches the image, too. Not told of files with thousands of patterns for names: there
 * the render decides.
 */
export function checkEffect(
  file: Kustomization,
  images: Images,
  changes: readonly ImageChange[],
  added: readonly NewEntry[],
): Objection | null {
  const wanted = new Map(changes.map((change) => [change.entry, change]));
  const { entries } = images;
  const names = [...entries.map(({ name }) => name), ...added.map(([name]) => name?.[1] ?? "")];
  const before = (at: number) => ruleOf(file, entries[at] as Entry);
  const after = (at: number) =>
    at < entries.length
      ? changed(before(at), wanted.get(names[at] ?? ""))
      : { ...NOTHING, ...Object.fromEntries(added[at - entries.length] ?? []) };
  const index = indexNames(names);
  if (index.patterns * names.length > MOST_TRIES) return null;
  const old = buildBy(index, entries.length, before);
  const young = buildBy(index, names.length, after);
  for (const name of wanted.keys()) {
    if (buildsApart(name, old, young)) continue;
    const own = [...names.keys()].filter((at) => names[at] === name);
    const ownBefore = own.filter((at) => at < entries.length);
    if (!buildsApart(name, createBuild(ownBefore.map(before)), createBuild(own.map(after))))
      continue;
    const [first] = ownBefore;
    const node = first === undefined ? undefined : entries[first]?.node;
    const line = node === undefined ? {} : { line: file.lineOf(rangeOf(node)[0]) };
    const message = `The change of ${name} would change nothing: another entry of images sets the same image afterwards. Change or remove that one.`;
    return { reason: "no-effect", message, ...line };
  }
  return null;
}

/** Whether two builds make different images of some container with this image. */
function buildsApart(name: string, one: Build, other: Build): boolean {
  return SAMPLES.some((rest) => one(name + rest) !== other(name + rest));
}

/** Each entry that applies may have every pattern tried again. A file of 1,000 patterns among 1,000 entries is within. */
const MOST_TRIES = 1_000_000;
const NOTHING: ImageRule = { name: "", newName: null, newTag: null, digest: null };
/** How containers may name an image: what an entry does to one of these it does to all of its kind. */
const SAMPLES = ["", ":tagboat", `@sha256:${"0".repeat(64)}`];

function ruleOf(file: Kustomization, entry: Entry): ImageRule {
  const [newName, newTag, digest] = versionFields.map((field) => fieldOf(file, entry, field));
  return {
    name: entry.name,
    newName: newName ?? null,
    newTag: newTag ?? null,
    digest: digest ?? null,
  };
}

function changed(rule: ImageRule, change: ImageChange | undefined): ImageRule {
  if (change === undefined) return rule;
  return {
    name: rule.name,
    newName: change.newName === undefined ? rule.newName : change.newName,
    newTag: change.newTag === undefined ? rule.newTag : change.newTag,
    digest: change.digest === undefined ? rule.digest : change.digest,
  };
}
