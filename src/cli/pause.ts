import type { SwitchScope } from "../model/switches.ts";
import type { Command } from "./command.ts";
import { type DeskParts, deskCommand, type Session } from "./desk-command.ts";
import { readScope, scopeWords } from "./switch-words.ts";

const HELP = `Usage: tagboat pause [owner/repo] [--env NAME] --reason TEXT

Holds all writes: of everything, of one CD repo, of one environment of every CD repo, or of one
environment of one. What runs ends first, which may take seconds. Deliveries are taken in and kept
meanwhile, and worked when \`tagboat resume\` with the same words lifts it.

  --env NAME       only this environment, as the config names it
  --reason TEXT    why: it is shown wherever something waits for it
`;

interface Wanted {
  readonly scope: SwitchScope;
  readonly reason: string;
}

/** `tagboat pause`: holds writes. */
export function pause(parts: DeskParts): Command {
  const summary = "hold all writes, or those to a repo or environment";
  return deskCommand({ name: "pause", summary, help: HELP, read, run }, parts);
}

function read(args: readonly string[]): Wanted | string {
  const wanted = readScope(args);
  if (typeof wanted === "string") return wanted;
  const { scope, reason } = wanted;
  return reason === null || reason === "" ? "--reason must say why" : { scope, reason };
}

async function run({ scope, reason }: Wanted, { switches, now, out }: Session): Promise<number> {
  await switches.put({ ...scope, since: now.toISOString(), reason });
  out(`Paused: ${scopeWords(scope)}. ${resumeHint(scope)} lifts it.\n`);
  return 0;
}

function resumeHint({ repo, environment }: SwitchScope): string {
  const words = ["tagboat resume", repo ?? "", environment === null ? "" : `--env ${environment}`];
  return `\`${words.filter((word) => word !== "").join(" ")}\``;
}
