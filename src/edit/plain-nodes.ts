import type { Alias, Node, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";

// How the yaml package knows its nodes, whichever copy of it made them. Its own constructors define a hidden property on every
// node, which costs more than all the reading. A file of 5 MB makes a million of these: what they hold decides how long the
// collector of garbage works, so that there is no array in them that can be made when somebody asks.
const NODE_TYPE = Symbol.for("yaml.node.type");
const ALIAS = Symbol.for("yaml.alias");
const MAP = Symbol.for("yaml.map");
const PAIR = Symbol.for("yaml.pair");
const SCALAR = Symbol.for("yaml.scalar");
const LIST = Symbol.for("yaml.seq");

/** A node of the plain reader: where it begins and ends, without the array that `range` makes. */
export type Plain<Kind extends Node = Node> = Kind & {
  readonly start: number;
  readonly end: number;
};

abstract class PlainNode {
  abstract readonly [NODE_TYPE]: symbol;
  readonly start: number;
  readonly end: number;
  // Set by the reader on the few that have one.
  declare anchor?: string;

  constructor(start: number, end: number) {
    this.start = start;
    this.end = end;
  }

  get range(): [number, number, number] {
    return [this.start, this.end, this.end];
  }
}

class PlainBare extends PlainNode {
  readonly value: string;

  constructor(value: string, start: number, end: number) {
    super(start, end);
    this.value = value;
  }

  get source(): string {
    return this.value;
  }

  get type(): Scalar.Type {
    return "PLAIN";
  }

  get [NODE_TYPE](): symbol {
    return SCALAR;
  }
}

class PlainScalar extends PlainNode {
  readonly value: string;
  readonly source: string;
  readonly type: Scalar.Type;

  constructor(value: string, source: string, type: Scalar.Type, start: number, end: number) {
    super(start, end);
    this.value = value;
    this.source = source;
    this.type = type;
  }

  get [NODE_TYPE](): symbol {
    return SCALAR;
  }
}

class PlainAlias extends PlainNode {
  readonly source: string;

  constructor(source: string, start: number, end: number) {
    super(start, end);
    this.source = source;
  }

  get [NODE_TYPE](): symbol {
    return ALIAS;
  }
}

class PlainPair {
  readonly key: Node;
  readonly value: Node;

  constructor(key: Node, value: Node) {
    this.key = key;
    this.value = value;
  }

  get [NODE_TYPE](): symbol {
    return PAIR;
  }
}

abstract class PlainCollection<Item> extends PlainNode {
  readonly items: Item[];
  readonly flow: boolean;

  constructor(items: Item[], flow: boolean, start: number, end: number) {
    super(start, end);
    // A list that grew has room to grow further; a copy has none.
    this.items = items.slice();
    this.flow = flow;
  }
}

class PlainMap extends PlainCollection<Pair> {
  get [NODE_TYPE](): symbol {
    return MAP;
  }
}

class PlainList extends PlainCollection<Node> {
  get [NODE_TYPE](): symbol {
    return LIST;
  }
}

/** Whether two nodes of the plain reader say the same in the same manner; not told of anchors and aliases. */
export function isSamePlain(node: unknown, other: unknown): other is Node {
  if (node instanceof PlainPair) return other instanceof PlainPair && isSamePair(node, other);
  if (!(node instanceof PlainNode && other instanceof PlainNode)) return false;
  if (node.anchor !== undefined || other.anchor !== undefined) return false;
  if (node instanceof PlainBare) return other instanceof PlainBare && node.value === other.value;
  if (node instanceof PlainScalar) return other instanceof PlainScalar && isSameText(node, other);
  return node instanceof PlainCollection && isSameCollection(node, other);
}

function isSameCollection(one: PlainCollection<unknown>, other: PlainNode): boolean {
  if (!(other instanceof PlainCollection) || one[NODE_TYPE] !== other[NODE_TYPE]) return false;
  const others: readonly unknown[] = other.items;
  if (one.flow !== other.flow || one.items.length !== others.length) return false;
  return one.items.every((item, index) => isSamePlain(item, others[index]));
}

function isSamePair(pair: PlainPair, other: PlainPair): boolean {
  return isSamePlain(pair.key, other.key) && isSamePlain(pair.value, other.value);
}

function isSameText(one: PlainScalar, other: PlainScalar): boolean {
  return one.value === other.value && one.source === other.source && one.type === other.type;
}

/** A scalar without quotes as the yaml package would give it, without its tokens and methods. */
export function plainBare(value: string, start: number, end: number): Plain<Scalar> {
  return new PlainBare(value, start, end) as unknown as Plain<Scalar>;
}

/** A scalar in quotes, or of a block, likewise. */
export function plainScalar(
  value: string,
  source: string,
  type: Scalar.Type,
  start: number,
  end: number,
): Plain<Scalar> {
  return new PlainScalar(value, source, type, start, end) as unknown as Plain<Scalar>;
}

/** An alias, likewise. `source`: the name of its anchor. */
export function plainAlias(source: string, start: number, end: number): Plain<Alias> {
  return new PlainAlias(source, start, end) as unknown as Plain<Alias>;
}

/** A pair, likewise. */
export function plainPair(key: Node, value: Node): Pair {
  return new PlainPair(key, value) as unknown as Pair;
}

/** A map, likewise. */
export function plainMap(items: Pair[], flow: boolean, start: number, end: number): Plain<YAMLMap> {
  return new PlainMap(items, flow, start, end) as unknown as Plain<YAMLMap>;
}

/** A list, likewise. */
export function plainList(
  items: Node[],
  flow: boolean,
  start: number,
  end: number,
): Plain<YAMLSeq> {
  return new PlainList(items, flow, start, end) as unknown as Plain<YAMLSeq>;
}
