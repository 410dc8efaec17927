import type { ImageChange } from "../model/change.ts";
import { createBuild, type ImageRule } from "./build-images.ts";
import { type Entry, fieldOf, type Images, versionFields } from "./entries.ts";
import type { NewEntry } from "./fingerprint.ts";
import { type Kustomization, type Objection, rangeOf } from "./kustomization.ts";

/**
 * Refuses a change that other entries of the file undo at build: alone it would set the image, together with them it sets nothing.
 * The most common cause is a later entry that matches the image, too.
 */
export function checkEffect(
  file: Kustomization,
  images: Images,
  changes: readonly ImageChange[],
  added: readonly NewEntry[],
): Objection | null {
  const wanted = new Map(changes.map((change) => [change.entry, change]));
  const before = images.entries.map((entry) => ruleOf(file, entry));
  const after = [
    ...before.map((rule) => changed(rule, wanted.get(rule.name))),
    ...added.map((pairs) => ({ ...NOTHING, ...Object.fromEntries(pairs) })),
  ];
  const old = createBuild(before);
  const young = createBuild(after);
  for (const name of wanted.keys()) {
    const own = (rules: ImageRule[]) => createBuild(rules.filter((rule) => rule.name === name));
    const isMoot = SAMPLES.every((rest) => old(name + rest) === young(name + rest));
    if (!isMoot) continue;
    const [oldAlone, youngAlone] = [own(before), own(after)];
    if (SAMPLES.every((rest) => oldAlone(name + rest) === youngAlone(name + rest))) continue;
    const entry = images.entries.find((one) => one.name === name);
    const line = entry === undefined ? {} : { line: file.lineOf(rangeOf(entry.node)[0]) };
    const message = `The change of ${name} would change nothing: another entry of images sets the same image afterwards. Change or remove that one.`;
    return { reason: "no-effect", message, ...line };
  }
  return null;
}

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
