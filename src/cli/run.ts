import { checkConfig } from "./check-config.ts";
import { type Command, EXIT_USAGE, type Terminal } from "./command.ts";
import { deliveries } from "./deliveries.ts";
import { delivery } from "./delivery.ts";
import type { DeskParts } from "./desk-command.ts";
import { explain } from "./explain.ts";
import { hookUrl } from "./hook-url.ts";
import { init } from "./init.ts";
import { ownDesk } from "./own-desk.ts";
import { parse } from "./parse.ts";
import { pause } from "./pause.ts";
import { replay } from "./replay.ts";
import { resume } from "./resume.ts";
import { schema } from "./schema.ts";
import { setImage } from "./set-image.ts";
import { status } from "./status.ts";
import { testTag } from "./test-tag.ts";

/** Every subcommand. A new one is a file and a line here. */
function commandsOf(desk: DeskParts): Readonly<Record<string, Command>> {
  return {
    "hook-url": hookUrl,
    parse,
    init,
    "set-image": setImage,
    "check-config": checkConfig,
    "test-tag": testTag,
    schema,
    status: status(desk),
    explain: explain(desk),
    deliveries: deliveries(desk),
    delivery: delivery(desk),
    replay: replay(desk),
    pause: pause(desk),
    resume: resume(desk),
  };
}

/** Runs `tagboat <args>`; returns the exit code. */
export async function run(
  args: readonly string[],
  terminal: Terminal,
  desk: DeskParts = ownDesk,
): Promise<number> {
  const commands = commandsOf(desk);
  const [name, ...rest] = args;
  if (name === "--help" || name === "-h" || name === "help") {
    terminal.out(overview(commands));
    return 0;
  }
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    if (name !== undefined) terminal.err(`tagboat: unknown command: ${JSON.stringify(name)}\n`);
    terminal.err(overview(commands));
    return EXIT_USAGE;
  }
  if (rest.includes("--help") || rest.includes("-h")) {
    terminal.out(command.help);
    return 0;
  }
  return command.run(rest, terminal);
}

function overview(commands: Readonly<Record<string, Command>>): string {
  const lines = Object.entries(commands).map(
    ([name, { summary }]) => `  ${name.padEnd(14)}${summary}`,
  );
  return `Usage: tagboat <command> [options]

Commands:
${lines.join("\n")}

\`tagboat <command> --help\` tells more of one.
Exit codes: 0 done, 1 failed, 2 wrong usage, 78 wrong settings.
`;
}
