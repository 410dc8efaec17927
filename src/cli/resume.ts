import type { SwitchScope } from "../model/switches.ts";
import type { Command } from "./command.ts";
import { type DeskParts, deskCommand, type Session } from "./desk-command.ts";
import { readScope, scopeWords, switchLines } from "./switch-words.ts";

const HELP = `Usage: tagboat resume [owner/repo] [--env NAME]

Lifts what \`tagboat pause\` with the same words holds; what waited for it is due at once.

Exit codes: 0 lifted, 1 nothing of that scope was paused.
`;

interface Wanted {
  readonly scope: SwitchScope;
}

/** `tagboat resume`: lets writes go on. */
export function resume(parts: DeskParts): Command {
  const summary = "let held writes go on";
  return deskCommand({ name: "resume", summary, help: HELP, read, run }, parts);
}

function read(args: readonly string[]): Wanted | string {
  const wanted = readScope(args);
  if (typeof wanted === "string") return wanted;
  return wanted.reason === null ? wanted : "--reason belongs to `tagboat pause`";
}

async function run({ scope }: Wanted, { switches, out, err }: Session): Promise<number> {
  const isLifted = await switches.lift(scope);
  const left = await switches.all();
  const still = left.length === 0 ? [] : ["Still paused:", ...switchLines(left, "  ")];
  if (isLifted) out([`Resumed: ${scopeWords(scope)}.`, ...still, ""].join("\n"));
  else err([`Nothing was paused as ${scopeWords(scope)}.`, ...still, ""].join("\n"));
  return isLifted ? 0 : 1;
}
