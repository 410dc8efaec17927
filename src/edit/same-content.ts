import { isMap, isScalar, isSeq, type Node, type Pair } from "yaml";
import { type Intent, leaf, type NewEntry } from "./fingerprint.ts";
import { type Kustomization, keyOf, stringOf } from "./kustomization.ts";

/**
 * Whether an edited file says what was intended, by walking both trees side by side. `true` is a proof; `false` says only that
 * they do not run alike, as where aliases stand in: then their fingerprints have to be compared.
 */
export function runsAlike(before: Kustomization, intent: Intent, after: Kustomization): boolean {
  if (before.targets.size > 0 || after.targets.size > 0) return false;
  if (intent.entries.length > 0 && intent.list === null) return false;
  return same(before.root, after.root);

  function same(node: unknown, other: unknown): boolean {
    const value = intent.values.get(node as Node);
    if (value !== undefined) return stringOf(after, other) === value;
    if (intent.entries.length > 0 && node === intent.list) return sameList(node, other);
    if (isMap(node)) return isMap(other) && sameMap(node, other.items);
    if (!isSeq(node)) return sameLeaf(node, other);
    return isSeq(other) && sameItems(node.items, other.items);
  }

  function sameItems(items: readonly unknown[], others: readonly unknown[]): boolean {
    return (
      items.length === others.length && items.every((item, index) => same(item, others[index]))
    );
  }

  function sameList(list: unknown, other: unknown): boolean {
    if (!isSeq(other)) return false;
    const standing = isSeq(list) ? list.items : [];
    const added = other.items.slice(standing.length);
    return (
      sameItems(standing, other.items.slice(0, standing.length)) &&
      added.length === intent.entries.length &&
      intent.entries.every((entry, index) => isEntry(added[index], entry))
    );
  }

  function isEntry(node: unknown, entry: NewEntry): boolean {
    if (!isMap(node) || node.items.length !== entry.length) return false;
    return entry.every((pair, index) => isPair(node.items[index], pair));
  }

  function isPair(pair: Pair | undefined, [key, value]: readonly [string, string]): boolean {
    return pair !== undefined && keyOf(pair) === key && stringOf(after, pair.value) === value;
  }

  /** In order, but for pairs that were added: those may stand between the others. */
  function sameMap(map: Node & { readonly items: Pair[] }, others: readonly Pair[]): boolean {
    const kept =
      intent.removed.size === 0 ? map.items : map.items.filter((pair) => !intent.removed.has(pair));
    const added = [...(intent.added.get(map) ?? [])];
    const rest = added.length === 0 ? others : others.filter((pair) => !takeFrom(added, pair));
    return (
      added.length === 0 &&
      kept.length === rest.length &&
      kept.every((pair, index) => samePair(pair, rest[index]))
    );
  }

  function takeFrom(added: [string, string][], pair: Pair): boolean {
    const found = added.findIndex((one) => isPair(pair, one));
    if (found >= 0) added.splice(found, 1);
    return found >= 0;
  }

  function samePair(pair: Pair, other: Pair | undefined): boolean {
    return other !== undefined && same(pair.key, other.key) && same(pair.value, other.value);
  }

  function sameLeaf(node: unknown, other: unknown): boolean {
    if (isMap(other) || isSeq(other)) return false;
    if (isScalar(node) && isScalar(other) && node.type === other.type && node.tag === other.tag)
      if (node.value === other.value && node.source === other.source) return true;
    return leaf(before, node) === leaf(after, other);
  }
}
