import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
} from "yaml";
import { type Intent, leaf, type NewEntry } from "./fingerprint.ts";
import { type Kustomization, keyOf, stringOf } from "./kustomization.ts";

/**
 * Whether an edited file says what was intended, by walking both trees side by side. `true` is a proof; `false` says only that
 * they do not run alike, as where an alias stands for what was changed: then their fingerprints have to be compared.
 */
export function runsAlike(before: Kustomization, intent: Intent, after: Kustomization): boolean {
  if (intent.entries.length > 0 && intent.list === null) return false;
  return same({ before, intent, after, standing: new Map(), intended: 0 }, before.root, after.root);
}

interface Walk {
  readonly before: Kustomization;
  readonly intent: Intent;
  readonly after: Kustomization;
  /** Anchored nodes that nothing was intended for, and what stands in their place. */
  readonly standing: Map<unknown, unknown>;
  /** How many intentions were met so far. */
  intended: number;
}

function same(walk: Walk, node: unknown, other: unknown): boolean {
  const value = walk.intent.values.get(node as Node);
  if (value !== undefined) {
    walk.intended += 1;
    return stringOf(walk.after, other) === value;
  }
  if (isAlias(node)) return isAlias(other) && stands(walk, node, other);
  const until = walk.intended;
  const isSame = sameContent(walk, node, other);
  if (isSame && walk.intended === until && isAnchored(node)) walk.standing.set(node, other);
  return isSame;
}

/** Both aliases mean what was found to be the same before. */
function stands({ before, after, standing }: Walk, alias: Alias, other: Alias): boolean {
  const target = before.targets.get(alias);
  return standing.has(target) && standing.get(target) === after.targets.get(other);
}

function sameContent(walk: Walk, node: unknown, other: unknown): boolean {
  const { intent } = walk;
  if (intent.entries.length > 0 && node === intent.list) return sameList(walk, node, other);
  if (isMap(node)) return isMap(other) && sameMap(walk, node, other.items);
  if (!isSeq(node)) return sameLeaf(walk, node, other);
  return isSeq(other) && sameItems(walk, node.items, other.items);
}

function sameItems(walk: Walk, items: readonly unknown[], others: readonly unknown[]): boolean {
  return (
    items.length === others.length && items.every((item, index) => same(walk, item, others[index]))
  );
}

function sameList(walk: Walk, list: unknown, other: unknown): boolean {
  if (!isSeq(other)) return false;
  walk.intended += 1;
  const { entries } = walk.intent;
  const items = isSeq(list) ? list.items : [];
  const added = other.items.slice(items.length);
  return (
    sameItems(walk, items, other.items.slice(0, items.length)) &&
    added.length === entries.length &&
    entries.every((entry, index) => isEntry(walk, added[index], entry))
  );
}

function isEntry({ after }: Walk, node: unknown, entry: NewEntry): boolean {
  if (!isMap(node) || node.items.length !== entry.length) return false;
  return entry.every((pair, index) => isPair(after, node.items[index], pair));
}

function isPair(
  after: Kustomization,
  pair: Pair | undefined,
  [key, value]: readonly [string, string],
): boolean {
  return pair !== undefined && keyOf(pair) === key && stringOf(after, pair.value) === value;
}

/** In order, but for pairs that were added: those may stand between the others. */
function sameMap(walk: Walk, map: YAMLMap, others: readonly Pair[]): boolean {
  const { removed } = walk.intent;
  const kept = removed.size === 0 ? map.items : map.items.filter((pair) => !removed.has(pair));
  const added = [...(walk.intent.added.get(map) ?? [])];
  if (kept.length < map.items.length || added.length > 0) walk.intended += 1;
  const rest =
    added.length === 0 ? others : others.filter((pair) => !takeFrom(added, walk.after, pair));
  return (
    added.length === 0 &&
    kept.length === rest.length &&
    kept.every((pair, index) => samePair(walk, pair, rest[index]))
  );
}

function takeFrom(added: [string, string][], after: Kustomization, pair: Pair): boolean {
  const found = added.findIndex((one) => isPair(after, pair, one));
  if (found >= 0) added.splice(found, 1);
  return found >= 0;
}

function samePair(walk: Walk, pair: Pair, other: Pair | undefined): boolean {
  return (
    other !== undefined && same(walk, pair.key, other.key) && same(walk, pair.value, other.value)
  );
}

function sameLeaf({ before, after }: Walk, node: unknown, other: unknown): boolean {
  if (isMap(other) || isSeq(other)) return false;
  if (isScalar(node) && isScalar(other) && node.type === other.type && node.tag === other.tag)
    if (node.value === other.value && node.source === other.source) return true;
  return leaf(before, node) === leaf(after, other);
}

function isAnchored(node: unknown): boolean {
  return (isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined;
}
