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

/**
 * A build by kustomize 5, as far as `images` is concerned: every entry in the order of the file, each on what the one before left.
 * Names are regular expressions there. Of these only `.*` is followed here: an entry with other operators counts as not
 * matching, and a dot as itself.
 */
export function createBuild(rules: readonly ImageRule[]): Build {
  const literal = new Map<string, number[]>();
  const patterns: [index: number, parts: readonly string[]][] = [];
  for (const [index, { name }] of rules.entries()) {
    const parts = OPERATORS.test(name) ? partsOf(name) : [name];
    const [spelt = "", ...more] = parts;
    if (name === "" || parts.length === 0) continue;
    const known = literal.get(spelt);
    if (more.length > 0) patterns.push([index, parts]);
    else if (known === undefined) literal.set(spelt, [index]);
    else known.push(index);
  }
  function nextOf(image: string, after: number): number {
    const names = namesWithin(image);
    const exact = names.map((name) => literal.get(name)?.find((index) => index > after));
    const found = patterns.find(
      ([index, parts]) => index > after && names.some((name) => fits(name, parts)),
    );
    return Math.min(...exact.map((index) => index ?? rules.length), found?.[0] ?? rules.length);
  }
  return (image) => {
    let built = image;
    for (let at = nextOf(built, -1); at < rules.length; at = nextOf(built, at))
      built = applyRule(built, rules[at] as ImageRule);
    return built;
  };
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
