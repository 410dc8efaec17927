import type { Command } from "./command.ts";
import { unknownDelivery } from "./delivery.ts";
import { type DeskParts, deskCommand, parseWords, type Session } from "./desk-command.ts";

const HELP = `Usage: tagboat replay <id>

Works a delivery again from its start, whatever became of it. What it has done already stays as it
is: the same change gives the same branch and the same pull request.

Exit codes: 0 it is worked again, 1 unknown.
`;

interface Wanted {
  readonly id: string;
}

/** `tagboat replay <id>`: works a delivery again. */
export function replay(parts: DeskParts): Command {
  const summary = "work a delivery again from its start";
  return deskCommand({ name: "replay", summary, help: HELP, read, run }, parts);
}

function read(args: readonly string[]): Wanted | string {
  const parsed = parseWords(args, {}, 1);
  if (typeof parsed === "string") return parsed;
  const [id] = parsed.words;
  return id === undefined ? "name a delivery: `tagboat deliveries --failed` lists them" : { id };
}

async function run({ id }: Wanted, { desk, out, err }: Session): Promise<number> {
  if (!(await desk.replay(id))) {
    err(unknownDelivery(id));
    return 1;
  }
  out(`It is worked again. \`tagboat delivery ${id}\` shows what becomes of it.\n`);
  return 0;
}
