import { readFileSync } from "node:fs";
import { parseConfig } from "../decide/config.ts";
import { readExtends } from "../decide/config-extends.ts";
import { CONFIG_PATH } from "../model/config.ts";
import { type Command, EXIT_USAGE, type Terminal } from "./command.ts";

const HELP = `Usage: tagboat check-config [FILE]

Reads a config (default: ${CONFIG_PATH}) and prints what is wrong with it, or worth knowing, by line.
Exit codes: 0 it can be used, 1 it cannot, 2 wrong usage or no such file.
`;

/** `tagboat check-config`: the config's problems, as the check on a pull request would tell them. */
export const checkConfig: Command = {
  summary: "tell what is wrong with a .github/tagboat.yml",
  help: HELP,
  run: async (args, terminal) => run(args, terminal),
};

function run(args: readonly string[], terminal: Terminal): number {
  const [file = CONFIG_PATH, ...rest] = args;
  if (rest.length > 0 || file.startsWith("-")) {
    terminal.err(HELP);
    return EXIT_USAGE;
  }
  const text = readText(file);
  if (text === null) {
    terminal.err(`tagboat check-config: ${file} cannot be read\n`);
    return EXIT_USAGE;
  }
  const extending = readExtends(text).kind === "repo";
  if (extending) {
    terminal.out(
      `${file}: note: \`_extends\` is not followed here; keys that its config gives are told as missing\n`,
    );
  }
  const { config, problems } = parseConfig(text);
  for (const { severity, message, line, column } of problems) {
    terminal.out(`${file}:${line}:${column}: ${severity}: ${message}\n`);
  }
  if (config === null) return 1;
  const { environments, images } = config;
  terminal.out(`${file}: ${images.length} image rules, ${environments.length} environments\n`);
  return 0;
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
