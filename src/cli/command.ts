/** What a subcommand runs with: the process, so that tests can be one. */
export interface Terminal {
  readonly variables: Readonly<Record<string, string | undefined>>;
  out(text: string): void;
  err(text: string): void;
}

/** One subcommand of `tagboat`. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** The whole text of `--help`. */
  readonly help: string;
  /** @returns the exit code: 0 done, 1 failed, 2 wrong usage, 78 wrong settings. */
  run(args: readonly string[], terminal: Terminal): Promise<number>;
}

export const EXIT_USAGE = 2;
