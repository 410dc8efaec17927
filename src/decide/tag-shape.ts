/** Words that name a place in history which moves on, in any registry: never deployed. */
const MOVING_WORDS = new Set(
  "latest main master trunk develop development dev devel stable edge nightly next canary head snapshot rolling current testing unstable".split(
    " ",
  ),
);

/** Whether a tag is one of the words that are re-pointed by custom (`latest`, `main`, `nightly`, `latest-alpine`). */
export function isMovingWord(tag: string): boolean {
  const words = tag.toLowerCase().split(/[-._]/);
  if (words.length === 1) return MOVING_WORDS.has(words[0] ?? "");
  return words.includes("latest") && !/\d/.test(tag);
}

/** Whether a tag without any digit looks like the name of a branch or variant rather than of one build. */
export function isBranchLike(tag: string): boolean {
  return !/\d/.test(tag) && !/^[0-9a-f]{7,64}$/.test(tag);
}

/** How many numbers a bare version has: 1 for `v1`, 2 for `1.2`, 3 for `1.2.3`; 0 when it is none. */
export function versionDepth(tag: string): number {
  const found = /^v?\d+(\.\d+)*/.exec(tag);
  return found === null ? 0 : found[0].split(".").length;
}

/** Whether a tag is a bare major or minor version (`v1`, `v1.2`, `1.2`), that registries re-point at each release. */
export function isBareVersion(tag: string): boolean {
  return /^(v\d+(\.\d+)?|\d{1,3}\.\d{1,3})$/.test(tag);
}

/** Pre-release words of the usual makers: one may follow the other. */
const PRERELEASE = /^(v?)\d+\.\d+\.\d+-(alpha|beta|rc|pre|preview|m)[.-]?\d*$/i;
// Kubernetes makes random suffixes of names from these letters only, five at a time (apimachinery, util/rand).
const RANDOM_FIVE = /^(?!\d+$)[bcdfghjklmnpqrstvwxz2456789]{5}$/;
const RANDOM_SOURCE = "[a-z0-9]{5}";

/**
 * The shape of a tag as a regular expression that fits the tag itself and others made the same way:
 * hex ids keep their length, numbers may grow, dates keep their digits, words stay as they are.
 */
export function shapeOf(tag: string): RegExp {
  return new RegExp(`^${sourceOfShape(tag)}$`);
}

/** Whether a shape fits one text only: that of a tag made of words. */
export function isLiteralShape(shape: RegExp): boolean {
  return !/\\d|\[/.test(shape.source);
}

function sourceOfShape(tag: string): string {
  const pipeline = /^([0-9a-f]{4,12})-([a-z0-9]{5})$/.exec(tag);
  if (pipeline?.[1] && RANDOM_FIVE.test(pipeline[2] ?? "")) {
    return `[0-9a-f]{${pipeline[1].length}}-${RANDOM_SOURCE}`;
  }
  const prerelease = PRERELEASE.exec(tag);
  if (prerelease) {
    return `${prerelease[1]}\\d+\\.\\d+\\.\\d+(?:-(?:alpha|beta|rc|pre|preview|m|Alpha|Beta|RC|M)[.-]?\\d*)?`;
  }
  return tag
    .split(/([-._])/)
    .map((piece, index) => (index % 2 === 1 ? literal(piece) : pieceShape(piece, index > 0)))
    .join("");
}

function pieceShape(piece: string, behind: boolean): string {
  if (/^\d+$/.test(piece)) return numberShape(piece);
  if (/^[0-9a-f]{7,64}$/.test(piece)) return `[0-9a-f]{${piece.length}}`;
  // git describe writes `g` before the abbreviated commit.
  if (/^g[0-9a-f]{7,40}$/.test(piece)) return `g[0-9a-f]{${piece.length - 1}}`;
  if (behind && RANDOM_FIVE.test(piece)) return RANDOM_SOURCE;
  if (/^(?=.*\d)(?=.*[a-f])[0-9a-f]{4,6}$/.test(piece)) return `[0-9a-f]{${piece.length}}`;
  const runs = piece.match(/\d+|\D+/g) ?? [];
  if (runs.length > 4) return `[A-Za-z0-9]{${piece.length}}`;
  return runs.map((run) => (/^\d/.test(run) ? numberShape(run) : literal(run))).join("");
}

function numberShape(digits: string): string {
  // An abbreviated commit may happen to have digits only.
  if (digits.length === 7) return "(?:[0-9a-f]{7}|\\d+)";
  if (digits.length === 40 || digits.length === 64) return `[0-9a-f]{${digits.length}}`;
  if (isTime(digits)) return `\\d{${digits.length}}`;
  return "\\d+";
}

/** A date, date and time, or seconds or milliseconds since 1970: it never changes its length. */
function isTime(digits: string): boolean {
  if (/^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(\d{4}|\d{6})?$/.test(digits)) return true;
  return /^1\d{9}$/.test(digits) || /^1\d{12}$/.test(digits);
}

function literal(text: string): string {
  return text.replace(/[^A-Za-z0-9_]/g, "\\$&");
}
