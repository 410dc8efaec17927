/** A source of numbers that gives the same ones for the same seed: `[0, 1)`. */
export type Random = () => number;

/** mulberry32: small, and good enough to choose by. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function pick<T>(random: Random, from: readonly T[]): T {
  const one = from[Math.floor(random() * from.length)];
  if (one === undefined) throw new Error("nothing to pick from");
  return one;
}

const PIECES = [
  ..."&x |*x|!!str |!|- |: |? |:|\"|'|{|}|[|]|,|#| #|<<: *x|null|~|yes|1.10|%|@|`|\\|>-".split("|"),
  ...["|", "|-\n", "---\n", "...\n", "\n", "\r\n", "\r", "\t", " ", "  ", "\ufeff", "\u2028", "é"],
  ...[
    "images:\n",
    "- name: app\n",
    "  newTag: v1\n",
    "  name: app\n",
    "# c\n",
    "%YAML 1.2\n",
    "[]",
    "{}",
  ],
];

type Mutation = (lines: string[], random: Random, other: readonly string[]) => void;

const mutations: readonly Mutation[] = [
  (lines, random) => void lines.splice(at(lines, random), 1),
  (lines, random) => void lines.splice(at(lines, random), 0, pick(random, lines)),
  (lines, random) => void lines.splice(at(lines, random), 0, "", ""),
  (lines, random, other) => void lines.splice(at(lines, random), 0, pick(random, other)),
  (lines, random, other) => {
    const from = at(other, random);
    lines.splice(at(lines, random), 0, ...other.slice(from, from + 5));
  },
  (lines, random) => change(lines, random, (line) => ` ${line}`),
  (lines, random) => change(lines, random, (line) => `  ${line}`),
  (lines, random) => change(lines, random, (line) => line.replace(/^ {1,2}/, "")),
  (lines, random) => change(lines, random, (line) => `${line} # c`),
  (lines, random) => change(lines, random, (line) => `${line}  `),
  (lines, random) => change(lines, random, (line) => line.replace(/: .*/, ":")),
  (lines, random) => change(lines, random, (line) => `${line}\r`),
  (lines, random) => change(lines, random, (line) => cut(line, random, 1, "")),
  ...[0, 1, 2].map(
    (): Mutation => (lines, random) =>
      change(lines, random, (line) => cut(line, random, 0, pick(random, PIECES))),
  ),
  (lines, random) => change(lines, random, (line) => cut(line, random, 2, pick(random, PIECES))),
];

/** A text with one to four small things changed in it, as people and machines break files. */
export function mutate(random: Random, text: string, other: string): string {
  const lines = text.split("\n");
  for (let left = 1 + Math.floor(random() * 4); left > 0; left--) {
    if (lines.length === 0) lines.push("");
    pick(random, mutations)(lines, random, other.split("\n"));
  }
  return lines.join("\n");
}

function at(lines: readonly string[], random: Random): number {
  return Math.floor(random() * lines.length);
}

function change(lines: string[], random: Random, rewrite: (line: string) => string): void {
  const index = at(lines, random);
  lines[index] = rewrite(lines[index] ?? "");
}

function cut(line: string, random: Random, length: number, put: string): string {
  const from = Math.floor(random() * (line.length + 1));
  return line.slice(0, from) + put + line.slice(from + length);
}
