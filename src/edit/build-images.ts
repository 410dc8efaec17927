/** One entry of `images`, as far as a build applies it. */
export interface ImageRule {
  readonly name: string;
  readonly newName: string | null;
  readonly newTag: string | null;
  readonly digest: string | null;
}

/** What a build makes of a container's image. */
export type Build = (image: string) => string;

// kustomize's api/internal/image: behind the name a tag and a sha256 digest, of these characters.
const TAG = /:[a-zA-Z0-9_.{}-]*$/;
const DIGEST = /@sha256:[a-zA-Z0-9_.{}-]*$/;
const ESCAPED = /\\([^A-Za-z0-9\s])/g;
// Braces are operators for Go's RE2 only around numbers: `\${IMAGE}` spells `${IMAGE}`.
const OPERATORS = /[*+?()[|^$\\]|\{\d+(,\d*)?\}/;

/** Which entries match an image, found by their names. */
export interface NameIndex {
  /** How many names have to be tried one by one. */
  readonly patterns: number;
  /** Index of the first entry behind `after` that matches the image; `Infinity`: none does. */
  next(image: string, after: number): number;
}

/**
 * A build by kustomize 5, as far as `images` is concerned: every entry in the order of the file, each on what the one before left.
 * Names are regular expressions there. Of these only `.*` is followed here: an entry with other operators counts as not
 * matching, and a dot as itself.
 */
export function createBuild(rules: readonly ImageRule[]): Build {
  const index = indexNames(rules.map(({ name }) => name));
  return buildBy(index, rules.length, (at) => rules[at] as ImageRule);
}

/** The same by the first `count` names of an index; rules are asked for when they apply. */
export function buildBy(
  index: NameIndex,
  count: number,
  ruleAt: (index: number) => ImageRule,
): Build {
  return (image) => {
    let built = image;
    for (let at = index.next(built, -1); at < count; at = index.next(built, at))
      built = applyRule(built, ruleAt(at));
    return built;
  };
}

/** Names in the order of the file. */
export function indexNames(names: readonly string[]): NameIndex {
  // Nearly every name stands once: a list for each would be most of the work in large files.
  const literal = new Map<string, number | number[]>();
  const patterns: [index: number, parts: readonly string[]][] = [];
  for (const [index, name] of names.entries()) {
    const parts = OPERATORS.test(name) ? partsOf(name) : [name];
    const [spelt] = parts;
    if (name === "" || spelt === undefined) continue;
    if (parts.length > 1) patterns.push([index, parts]);
    else addPlace(literal, spelt, index);
  }
  return {
    patterns: patterns.length,
    next(image, after) {
      const spelt = namesWithin(image);
      const exact = spelt.map((name) => firstBehind(literal.get(name), after));
      const found = patterns.find(
        ([index, parts]) => index > after && spelt.some((name) => fits(name, parts)),
      );
      return Math.min(...exact, found?.[0] ?? Number.POSITIVE_INFINITY);
    },
  };
}

function addPlace(literal: Map<string, number | number[]>, name: string, index: number): void {
  const known = literal.get(name);
  if (known === undefined) literal.set(name, index);
  else if (typeof known === "number") literal.set(name, [known, index]);
  else known.push(index);
}

/** The first of ascending numbers that is greater. */
function firstBehind(numbers: number | readonly number[] | undefined, after: number): number {
  const all = typeof numbers === "number" ? [numbers] : (numbers ?? []);
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((all[middle] ?? 0) > after) high = middle;
    else low = middle + 1;
  }
  return all[low] ?? Number.POSITIVE_INFINITY;
}

/**
 * Whether kustomize, which takes a name for a regular expression, would let it match other images than the one it spells.
 * A dot is let pass: nearly every host has one, and `\.` spells it exactly.
 */
export function isNamePattern(name: string): boolean {
  return OPERATORS.test(name.replace(ESCAPED, ""));
}

/** The literal parts of a name between its `.*`; none when it holds other operators. */
function partsOf(name: string): string[] {
  const parts = name.split(".*");
  return parts.some(isNamePattern) ? [] : parts.map((part) => part.replace(ESCAPED, "$1"));
}

/** The texts that a whole name may match: the image, without its digest, without its tag. */
function namesWithin(image: string): string[] {
  const tagged = image.replace(DIGEST, "");
  return [...new Set([image, tagged, tagged.replace(TAG, ""), image.replace(TAG, "")])];
}

function fits(name: string, parts: readonly string[]): boolean {
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at + last.length <= name.length;
}

function applyRule(image: string, { newName, newTag, digest }: ImageRule): string {
  const at = image.indexOf("@");
  const bare = at < 0 ? image : image.slice(0, at);
  const colon = bare.indexOf(":", bare.lastIndexOf("/") + 1);
  const name = colon < 0 ? bare : bare.slice(0, colon);
  if (newTag === null && digest === null) return (newName ?? name) + image.slice(name.length);
  const tag = newTag === null ? "" : `:${newTag}`;
  return (newName ?? name) + tag + (digest === null ? "" : `@${digest}`);
}
