import type { Node, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";

// How the yaml package knows its nodes, whichever copy of it made them. Its own constructors define a hidden property on every
// node, which costs more than all the reading.
const NODE_TYPE = Symbol.for("yaml.node.type");
const MAP = Symbol.for("yaml.map");
const PAIR = Symbol.for("yaml.pair");
const SCALAR = Symbol.for("yaml.scalar");
const LIST = Symbol.for("yaml.seq");

type Range = [number, number, number];

class PlainScalar {
  readonly [NODE_TYPE] = SCALAR;
  readonly value: string;
  readonly source: string;
  readonly type: Scalar.Type;
  readonly range: Range;

  constructor(value: string, source: string, type: Scalar.Type, start: number, end: number) {
    this.value = value;
    this.source = source;
    this.type = type;
    this.range = [start, end, end];
  }
}

class PlainPair {
  readonly [NODE_TYPE] = PAIR;
  readonly key: Node;
  readonly value: Node;

  constructor(key: Node, value: Node) {
    this.key = key;
    this.value = value;
  }
}

class PlainCollection<Item> {
  readonly [NODE_TYPE]: symbol;
  readonly items: Item[];
  readonly flow: boolean;
  readonly range: Range;

  constructor(type: symbol, items: Item[], flow: boolean, start: number, end: number) {
    this[NODE_TYPE] = type;
    this.items = items;
    this.flow = flow;
    this.range = [start, end, end];
  }
}

/** A scalar as the yaml package would give it, without its tokens and methods. */
export function plainScalar(
  value: string,
  source: string,
  type: Scalar.Type,
  start: number,
  end: number,
): Scalar {
  return new PlainScalar(value, source, type, start, end) as unknown as Scalar;
}

/** A pair, likewise. */
export function plainPair(key: Node, value: Node): Pair {
  return new PlainPair(key, value) as unknown as Pair;
}

/** A map, likewise. */
export function plainMap(items: Pair[], flow: boolean, start: number, end: number): YAMLMap {
  return new PlainCollection(MAP, items, flow, start, end) as unknown as YAMLMap;
}

/** A list, likewise. */
export function plainList(items: Node[], flow: boolean, start: number, end: number): YAMLSeq {
  return new PlainCollection(LIST, items, flow, start, end) as unknown as YAMLSeq;
}
