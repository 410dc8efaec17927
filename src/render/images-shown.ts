import { isMap, isScalar, isSeq, parseDocument } from "yaml";
import { nestsTooDeep } from "../model/nesting.ts";

/** One object of a build's output. */
export interface BuiltObject {
  readonly text: string;
  /** `Deployment/app`, with the namespace before the name where there is one. */
  readonly name: string;
  /** Every text in it by its place, `spec/containers/0/image`. */
  readonly texts: ReadonlyMap<string, string>;
}

/** An image that a build puts where it put another, or none, before. */
export interface ImageMove {
  readonly object: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** The objects of a build's output, each as text. */
export function objectsIn(output: string): string[] {
  return output.split(/^---\s*$/m).filter((text) => text.trim() !== "");
}

/** Objects that stand on one side only; the rest is the same on both, byte for byte. */
export function changedObjects(
  before: string,
  after: string,
): { readonly before: readonly BuiltObject[]; readonly after: readonly BuiltObject[] } {
  const [old, young] = [objectsIn(before), objectsIn(after)];
  const [inOld, inYoung] = [new Set(old), new Set(young)];
  return {
    before: old.filter((text) => !inYoung.has(text)).map(readObject),
    after: young.filter((text) => !inOld.has(text)).map(readObject),
  };
}

export function readObject(text: string): BuiltObject {
  const texts = new Map<string, string>();
  if (nestsTooDeep(text)) return { text, name: "?/", texts };
  const document = parseDocument(text, { version: "1.1", schema: "failsafe", logLevel: "silent" });
  collect(document.contents, "", texts);
  const name = [texts.get("metadata/namespace"), texts.get("metadata/name")];
  const shown = name.filter((part) => part !== undefined).join("/");
  return { text, name: `${texts.get("kind") ?? "?"}/${shown}`, texts };
}

function collect(node: unknown, place: string, texts: Map<string, string>): void {
  if (isScalar(node) && typeof node.value === "string") texts.set(place, node.value);
  const prefix = place === "" ? "" : `${place}/`;
  if (isSeq(node)) {
    for (const [at, item] of node.items.entries()) collect(item, `${prefix}${at}`, texts);
  }
  if (!isMap(node)) return;
  for (const { key, value } of node.items) {
    collect(value, `${prefix}${isScalar(key) ? String(key.value) : "?"}`, texts);
  }
}

/** What differs in the places that hold images, by object and place. */
export function imageMoves(
  before: readonly BuiltObject[],
  after: readonly BuiltObject[],
): readonly ImageMove[] {
  const old = new Map(before.map((object) => [object.name, object.texts]));
  const moves = after.flatMap(({ name, texts }) => {
    const was = old.get(name);
    return [...texts].flatMap(([place, to]): ImageMove[] => {
      const from = was?.get(place) ?? null;
      return isImagePlace(place) && from !== to ? [{ object: name, from, to }] : [];
    });
  });
  return [...new Map(moves.map((move) => [JSON.stringify(move), move])).values()];
}

// `image`, and `image/reference` of image volumes.
function isImagePlace(place: string): boolean {
  return /(^|\/)image(\/reference)?$/.test(place);
}

/** How often a text stands as a whole value in the objects. */
export function countOf(objects: readonly BuiltObject[], text: string): number {
  let count = 0;
  for (const { texts } of objects) for (const value of texts.values()) if (value === text) count++;
  return count;
}
