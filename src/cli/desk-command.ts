import { type ParseArgsConfig, parseArgs } from "node:util";
import type { DeskPorts } from "../desk/desk-call.ts";
import { type Command, EXIT_USAGE, type Terminal } from "./command.ts";
import type { DeskOpener } from "./open-desk.ts";

/** What the operator's commands stand on. */
export interface DeskParts {
  readonly openDesk: DeskOpener;
  now(): Date;
}

/** What one of them is with the desk open. */
export interface Session extends DeskPorts {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly now: Date;
}

/** A command that asks the desk: its arguments are read before anything is opened. */
export interface DeskCommand<T> {
  readonly name: string;
  readonly summary: string;
  readonly help: string;
  /** What the arguments ask for, or what is wrong with them. */
  read(args: readonly string[]): T | string;
  /** @returns the exit code. */
  run(wanted: T, session: Session): Promise<number>;
}

/** Reads, opens, runs, closes. */
export function deskCommand<T extends object>(
  { name, summary, help, read, run }: DeskCommand<T>,
  parts: DeskParts,
): Command {
  return {
    summary,
    help,
    async run(args, terminal) {
      const wanted = read(args);
      if (typeof wanted === "string") return wrongUsage(name, wanted, help, terminal);
      const answer = await parts.openDesk(terminal.variables);
      if (answer.kind === "problem") {
        terminal.err(`${answer.message}\n`);
        return answer.code;
      }
      const { desk, switches } = answer;
      const { out, err } = terminal;
      try {
        return await run(wanted, { desk, switches, out, err, now: parts.now() });
      } finally {
        await answer.close();
      }
    },
  };
}

function wrongUsage(name: string, problem: string, help: string, terminal: Terminal): number {
  terminal.err(`tagboat ${name}: ${problem}\n\n${help}`);
  return EXIT_USAGE;
}

type Options = NonNullable<ParseArgsConfig["options"]>;
type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; allowPositionals: true; options: O }>
>;

/** Flags and words of a command line, at most `most` words; or what is wrong with it. */
export function parseWords<O extends Options>(
  args: readonly string[],
  options: O,
  most: number,
): { readonly values: Parsed<O>["values"]; readonly words: readonly string[] } | string {
  try {
    const parsed = parseArgs({ args: [...args], allowPositionals: true, options });
    const [tooMuch] = parsed.positionals.slice(most);
    if (tooMuch !== undefined) return `too many arguments: ${JSON.stringify(tooMuch)}`;
    return { values: parsed.values, words: parsed.positionals };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** `--limit`: a number from 1 to 1000; `null`: it is none. */
export function readLimit(text: string): number | null {
  return /^[1-9]\d{0,3}$/.test(text) && Number(text) <= 1000 ? Number(text) : null;
}
