import { isAlias, isMap, isScalar, isSeq, type Node, type Pair } from "yaml";
import { isEmptyNode, type Kustomization, stringOf } from "./kustomization.ts";

/** An entry of `images` that is to be added: its fields in order of writing. */
export type NewEntry = readonly (readonly [key: string, value: string])[];

/** What a run of changes means for the content, apart from how it is written. */
export interface Intent {
  /** Scalars and aliases that are to be these strings. */
  readonly values: Map<Node, string>;
  readonly removed: Set<Pair>;
  /** Pairs that maps are to have in addition. */
  readonly added: Map<Node, [key: string, value: string][]>;
  /** New entries, and the node that is `images` now: a list, an empty value, or `null` when the key is absent. */
  readonly entries: NewEntry[];
  list: Node | null;
}

/** Gives equal content equal numbers, so that whole trees are compared by one number and aliases cost nothing. */
export interface Fingerprints {
  /** Number of the whole content, as it stands or as it is intended. */
  of(file: Kustomization, intent?: Intent): number;
}

/** One set of numbers: compare only numbers of the same set. Linear in the number of nodes. */
export function createFingerprints(): Fingerprints {
  const numbers = new Map<string, number>();
  function numberOf(content: string): number {
    const known = numbers.get(content);
    if (known !== undefined) return known;
    numbers.set(content, numbers.size);
    return numbers.size - 1;
  }
  return {
    of(file, intent) {
      const plain = createMeasure(file, numberOf);
      const root = intent === undefined ? plain(file.root) : aim(file, intent, numberOf, plain);
      return root;
    },
  };
}

type Measure = (node: unknown) => number;
type NumberOf = (content: string) => number;

/** Numbers of nodes as they stand. Anchored nodes are measured once. */
function createMeasure(file: Kustomization, numberOf: NumberOf): Measure {
  const known = new Map<Node, number>();
  function measure(node: unknown): number {
    if (isAlias(node)) return measure(file.targets.get(node));
    if (isScalar(node) || !(isMap(node) || isSeq(node))) return numberOf(leaf(file, node));
    const before = known.get(node);
    if (before !== undefined) return before;
    const result = isMap(node)
      ? numberOf(mapText(node.items.map((pair) => [measure(pair.key), measure(pair.value)])))
      : numberOf(`[${node.items.map(measure).join()}`);
    if (node.anchor !== undefined) known.set(node, result);
    return result;
  }
  return measure;
}

/** Number of the content with the intent carried out. Aliases keep what their anchors say now. */
function aim(file: Kustomization, intent: Intent, numberOf: NumberOf, standing: Measure): number {
  const text = (value: string) => numberOf(`s${value}`);
  const pairsOf = (pairs: NewEntry) => pairs.map(([key, value]) => [text(key), text(value)]);
  const newEntries = () => intent.entries.map((entry) => numberOf(mapText(pairsOf(entry))));
  function measure(node: unknown): number {
    const value = intent.values.get(node as Node);
    if (value !== undefined) return text(value);
    if (intent.entries.length > 0 && node !== null && node === intent.list) return list(node);
    if (isMap(node)) {
      const kept = node.items.filter((pair) => !intent.removed.has(pair));
      const pairs = kept.map((pair) => [measure(pair.key), measure(pair.value)]);
      return numberOf(mapText([...pairs, ...pairsOf(intent.added.get(node) ?? [])]));
    }
    return isSeq(node) ? numberOf(`[${node.items.map(measure).join()}`) : standing(node);
  }
  function list(node: unknown): number {
    const items = isSeq(node) ? node.items.map(measure) : [];
    return numberOf(`[${[...items, ...newEntries()].join()}`);
  }
  if (intent.entries.length === 0 || intent.list !== null) return measure(file.root);
  const fields = file.root?.items.map((pair) => [measure(pair.key), measure(pair.value)]) ?? [];
  return numberOf(mapText([...fields, [text("images"), list(null)]]));
}

/** The order of pairs says nothing in a map. */
function mapText(pairs: readonly (readonly number[])[]): string {
  return `{${pairs
    .map((pair) => pair.join(":"))
    .sort()
    .join()}`;
}

/** What a node without children says. */
export function leaf(file: Kustomization, node: unknown): string {
  if (isEmptyNode(node)) return "n";
  const text = stringOf(file, node);
  if (text !== null) return `s${text}`;
  return isScalar(node) ? `p${node.tag ?? ""} ${String(node.source ?? node.value)}` : "?";
}
