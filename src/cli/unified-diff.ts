/** A stretch of lines that differ: where it begins on either side (from 0), and the lines. */
interface Change {
  readonly oldAt: number;
  readonly newAt: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

const CONTEXT = 3;
/** In longer texts, how far ahead equal lines are looked for; beyond it, all the rest counts as changed. */
const REACH = 400;
/** Up to so many pairs of lines are compared one by one. */
const TABLE = 1_000_000;

/** A diff in the format of `diff -u`, with git's path prefixes. Empty when the texts are the same. */
export function unifiedDiff(path: string, before: string, after: string): string {
  if (before === after) return "";
  const old = linesOf(before);
  const young = linesOf(after);
  const name = path.replace(/^\/+/, "");
  const parts = [`--- a/${name}\n+++ b/${name}\n`];
  for (const hunk of hunksOf(changesOf(old, young))) parts.push(hunkText(hunk, old));
  return parts.join("");
}

/** With their line endings, so that a changed ending shows. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function changesOf(old: readonly string[], young: readonly string[]): Change[] {
  const changes: Change[] = [];
  const resume = old.length * young.length <= TABLE ? shortest(old, young) : meetAgain;
  let [oldAt, newAt] = [0, 0];
  while (oldAt < old.length || newAt < young.length) {
    if (oldAt < old.length && old[oldAt] === young[newAt]) {
      oldAt += 1;
      newAt += 1;
      continue;
    }
    const [oldEnd, newEnd] = resume(old, young, oldAt, newAt);
    const removed = old.slice(oldAt, oldEnd);
    changes.push({ oldAt, newAt, removed, added: young.slice(newAt, newEnd) });
    [oldAt, newAt] = [oldEnd, newEnd];
  }
  return changes;
}

type Resume = typeof meetAgain;

/** Of two short texts the shortest diff, by the table of their longest common subsequences. */
function shortest(old: readonly string[], young: readonly string[]): Resume {
  const width = young.length + 1;
  const common = new Uint32Array((old.length + 1) * width);
  const at = (a: number, b: number) => common[a * width + b] ?? 0;
  for (let a = old.length - 1; a >= 0; a--)
    for (let b = young.length - 1; b >= 0; b--)
      common[a * width + b] =
        old[a] === young[b] ? at(a + 1, b + 1) + 1 : Math.max(at(a + 1, b), at(a, b + 1));
  return (_, __, oldAt, newAt) => {
    let [a, b] = [oldAt, newAt];
    while (a < old.length && b < young.length && old[a] !== young[b])
      if (at(a + 1, b) >= at(a, b + 1)) a += 1;
      else b += 1;
    return a < old.length && b < young.length ? [a, b] : [old.length, young.length];
  };
}

/** The nearest pair of places from which two lines run alike. */
function meetAgain(
  old: readonly string[],
  young: readonly string[],
  oldAt: number,
  newAt: number,
): [number, number] {
  const alike = (a: number, b: number) => (old[a] ?? null) === (young[b] ?? null);
  for (let distance = 1; distance <= REACH; distance++)
    for (let ahead = 0; ahead <= distance; ahead++) {
      const [a, b] = [oldAt + distance - ahead, newAt + ahead];
      const isWithin = a <= old.length && b <= young.length;
      if (isWithin && alike(a, b) && alike(a + 1, b + 1)) return [a, b];
    }
  return [old.length, young.length];
}

function hunksOf(changes: readonly Change[]): Change[][] {
  const hunks: Change[][] = [];
  for (const change of changes) {
    const last = hunks.at(-1)?.at(-1);
    const gap = last === undefined ? 0 : change.oldAt - (last.oldAt + last.removed.length);
    if (last === undefined || gap > 2 * CONTEXT) hunks.push([change]);
    else hunks.at(-1)?.push(change);
  }
  return hunks;
}

function hunkText(hunk: readonly Change[], old: readonly string[]): string {
  const [first] = hunk;
  if (first === undefined) return "";
  const lead = Math.min(CONTEXT, first.oldAt);
  const lines: string[] = [];
  let at = first.oldAt - lead;
  for (const { oldAt, removed, added } of hunk) {
    lines.push(
      ...marked(" ", old.slice(at, oldAt)),
      ...marked("-", removed),
      ...marked("+", added),
    );
    at = oldAt + removed.length;
  }
  lines.push(...marked(" ", old.slice(at, at + CONTEXT)));
  const count = (mark: string) => lines.filter((line) => !line.startsWith(mark)).length;
  const span = (start: number, size: number) => `${size === 0 ? start : start + 1},${size}`;
  const from = span(first.oldAt - lead, count("+"));
  const to = span(first.newAt - lead, count("-"));
  return `@@ -${from} +${to} @@\n${lines.join("")}`;
}

function marked(mark: string, lines: readonly string[]): string[] {
  return lines.map((line) =>
    line.endsWith("\n") ? mark + line : `${mark}${line}\n\\ No newline at end of file\n`,
  );
}
