/** A person's regular expression, or why it is not taken. */
export type PatternReading =
  | { readonly kind: "pattern"; readonly regexp: RegExp }
  | { readonly kind: "invalid"; readonly message: string };

const LONGEST = 200;
// A tag has at most 128 characters: three ambiguous repeats cost at most some 10^5 steps, five would cost 10^8.
const MOST_AMBIGUOUS = 3;
const MANY = 32;

interface Group {
  repeats: boolean;
  alternatives: boolean;
}

/**
 * Compiles a regular expression from the config, and refuses those that can take very long on a short text:
 * repeats inside repeats (`(a+)+`), repeated alternatives (`(a|b)*`), back references, many repeats that overlap.
 */
export function compilePattern(source: string): PatternReading {
  if (source.length > LONGEST) {
    return invalid(`is longer than ${LONGEST} characters: write a shorter one`);
  }
  let regexp: RegExp;
  try {
    regexp = new RegExp(source, "u");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/^.*\/u?: /, "") : "";
    return invalid(`is not a regular expression (${why})`);
  }
  const danger = dangerOf(source);
  return danger === null ? { kind: "pattern", regexp } : invalid(danger);
}

function invalid(message: string): PatternReading {
  return { kind: "invalid", message };
}

const ATOM =
  /\[(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|\(\?<?[=!:]|\(\?<\w+>|[\s\S]/y;
const REPEAT = /(?:[*+?]|\{\d+(?:,\d*)?\})\??/y;

function dangerOf(source: string): string | null {
  const scan: Scan = { groups: [newGroup()], ambiguous: 0 };
  let at = 0;
  while (at < source.length) {
    const atom = takeAt(ATOM, source, at);
    const repeat = atom.startsWith("(") ? "" : takeAt(REPEAT, source, at + atom.length);
    at += atom.length + repeat.length;
    const danger = step(scan, atom, repeat, () => overlaps(atom, source, at));
    if (danger !== null) return danger;
  }
  if (scan.ambiguous > MOST_AMBIGUOUS) {
    return `has more than ${MOST_AMBIGUOUS} repeats that can share the same characters: make them more exact`;
  }
  return null;
}

interface Scan {
  /** The open groups, outermost first. */
  readonly groups: Group[];
  ambiguous: number;
}

function newGroup(): Group {
  return { repeats: false, alternatives: false };
}

function step(scan: Scan, atom: string, repeat: string, shares: () => boolean): string | null {
  if (/^\\(?:[1-9]|k<)/.test(atom)) return "refers back to a group: write the text out";
  if (atom.startsWith("(")) {
    scan.groups.push(newGroup());
    return null;
  }
  const closed = atom === ")" ? scan.groups.pop() : undefined;
  const group = scan.groups.at(-1) ?? newGroup();
  if (atom === "|") group.alternatives = true;
  // What a group holds its parent holds too: `((a|b))*`.
  if (closed) absorb(group, closed);
  if (!isLong(repeat)) return null;
  group.repeats = true;
  if (closed?.repeats) return "has a repeat inside a repeat: write it flat";
  if (closed?.alternatives) return "repeats alternatives: write it flat";
  if (closed || shares()) scan.ambiguous++;
  return null;
}

function absorb(group: Group, closed: Group): void {
  group.repeats ||= closed.repeats;
  group.alternatives ||= closed.alternatives;
}

function takeAt(pattern: RegExp, source: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0] ?? "";
}

function isLong(repeat: string): boolean {
  if (repeat === "" || repeat.startsWith("?")) return false;
  const bounds = /^\{(\d+)(,?)(\d*)\}/.exec(repeat);
  if (bounds === null) return true;
  const [, least, comma, most] = bounds;
  if (comma === "") return Number(least) > MANY;
  return most === "" || Number(most) > MANY;
}

/** Whether what follows the repeat may begin with a character that the repeated atom takes as well. */
function overlaps(atom: string, source: string, next: number): boolean {
  const following = takeAt(ATOM, source, next);
  const literal = /^\\([^\w])$/.exec(following)?.[1] ?? following;
  if (literal.length !== 1 || (literal === following && /[.*+?()[\]{}|^$\\]/.test(literal))) {
    return true;
  }
  if (takeAt(REPEAT, source, next + following.length) !== "") return true;
  return new RegExp(`^(?:${atom})$`, "u").test(literal);
}
