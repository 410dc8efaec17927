/** How the story reaches a person's terminal. */
export interface Teller {
  /** The story's name. */
  title(text: string): void;
  /** Something happened; `ms`: how long it took. */
  step(text: string, ms?: number): void;
  /** More about the last step. */
  fact(name: string, value: string): void;
  /** A unified diff, without git's own header lines. */
  diff(text: string): void;
  /** A paragraph for the reader. */
  say(text: string): void;
  failure(text: string): void;
}

const NAME_WIDTH = 14;

/** Tells in lines of text; `colour`: with a terminal's colours. */
export function createTeller(write: (text: string) => void, colour: boolean): Teller {
  const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const [bold, dim, red, green, cyan] = [1, 2, 31, 32, 36].map(
    (code) => (text: string) => paint(code, text),
  ) as [Paint, Paint, Paint, Paint, Paint];
  return {
    title: (text) => write(`\n${bold(text)}\n\n`),
    step: (text, ms) =>
      write(`${green("✓")} ${text}${ms === undefined ? "" : dim(`  ${spoken(ms)}`)}\n`),
    fact: (name, value) => write(`  ${dim(name.padEnd(NAME_WIDTH))} ${link(value, cyan)}\n`),
    diff: (text) => {
      const lines = text.trimEnd().split("\n");
      const painted = lines.map((line) => {
        if (line.startsWith("+")) return green(line);
        return line.startsWith("-") ? red(line) : dim(line);
      });
      write(`\n${painted.map((line) => `      ${line}\n`).join("")}\n`);
    },
    say: (text) => write(`${text}\n`),
    failure: (text) => write(`${red("✗")} ${text}\n`),
  };
}

type Paint = (text: string) => string;

function link(value: string, paint: Paint): string {
  return /^https?:\/\//.test(value) ? paint(value) : value;
}

/** `430 ms`, `1.2 s`. */
export function spoken(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Whether colours are wanted: on a terminal, unless NO_COLOR is set (to anything, https://no-color.org). */
export function wantsColour(
  stream: { readonly isTTY?: boolean },
  variables: Readonly<Record<string, string | undefined>>,
): boolean {
  return stream.isTTY === true && !variables.NO_COLOR && variables.TERM !== "dumb";
}
