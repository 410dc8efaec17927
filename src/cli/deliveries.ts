import type { DeliverySummary } from "../model/desk.ts";
import { visible } from "../model/outside-text.ts";
import type { Command } from "./command.ts";
import { subjectWords, waitingLines } from "./delivery-words.ts";
import {
  type DeskParts,
  deskCommand,
  parseWords,
  readLimit,
  type Session,
} from "./desk-command.ts";
import { columns, cut, when } from "./terminal-text.ts";

const HELP = `Usage: tagboat deliveries [options]

Lists what arrived, newest first, with what is in the way of those that are not done.

  --failed     only what was given up or waits for access
  --limit N    how many (20)
  --json       as JSON

States: waiting (not routed yet), working (in lanes), done, parked (until access), dead (given up).
\`tagboat delivery <id>\` shows one, \`tagboat replay <id>\` works it again. Times are UTC.
`;

interface Wanted {
  readonly failed: boolean;
  readonly limit: number;
  readonly json: boolean;
}

/** `tagboat deliveries`: what arrived, newest first. */
export function deliveries(parts: DeskParts): Command {
  const command = {
    name: "deliveries",
    summary: "list what arrived and what is in its way",
    help: HELP,
    read,
    run,
  };
  return deskCommand(command, parts);
}

function read(args: readonly string[]): Wanted | string {
  const flag = { type: "boolean", default: false } as const;
  const options = { failed: flag, json: flag, limit: { type: "string", default: "20" } } as const;
  const parsed = parseWords(args, options, 0);
  if (typeof parsed === "string") return parsed;
  const { failed, json } = parsed.values;
  const limit = readLimit(parsed.values.limit);
  return limit === null ? "--limit must be a number from 1 to 1000" : { failed, json, limit };
}

async function run({ failed, limit, json }: Wanted, { desk, out }: Session): Promise<number> {
  const found = await desk.deliveries({ failed, limit });
  if (json) {
    out(`${JSON.stringify(found, null, 2)}\n`);
    return 0;
  }
  if (found.length === 0) {
    out(failed ? NONE_FAILED : NONE);
    return 0;
  }
  const [head = "", ...rows] = columns([HEAD, ...found.map(rowOf)]);
  const lines = found.flatMap((one, at) => [rows[at] ?? "", ...waitingLines(one, "    ")]);
  out(`${[head, ...lines].join("\n")}\n`);
  return 0;
}

const NONE = "Nothing has arrived. `tagboat hook-url` prints what to enter at a sender.\n";
const NONE_FAILED = "Nothing was given up, and nothing waits for access.\n";
const HEAD = ["RECEIVED", "ID", "STATE", "WHAT"];

function rowOf({ id, receivedAt, source, state, subjects }: DeliverySummary): string[] {
  const [first] = subjects;
  const more = subjects.length > 1 ? ` +${subjects.length - 1}` : "";
  // The end of an image's name tells more than its registry.
  const what =
    first === undefined ? source : `${nearEnd(subjectWords(first), 30 - more.length)}${more}`;
  return [when(receivedAt), visible(id, 36), state, what];
}

function nearEnd(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  return cut(`…${characters.slice(1 - width).join("")}`, width);
}
