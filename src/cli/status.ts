import type { Depth } from "../model/desk.ts";
import type { Command } from "./command.ts";
import { type DeskParts, deskCommand, parseWords, type Session } from "./desk-command.ts";
import { switchLines } from "./switch-words.ts";
import { columns, when } from "./terminal-text.ts";

const HELP = `Usage: tagboat status [--json]

Tells how much waits, what was given up, and what is paused. Times are UTC.
`;

interface Wanted {
  readonly json: boolean;
}

/** `tagboat status`: how much waits, and what is paused. */
export function status(parts: DeskParts): Command {
  const summary = "tell how much waits and what is paused";
  return deskCommand({ name: "status", summary, help: HELP, read, run }, parts);
}

function read(args: readonly string[]): Wanted | string {
  const parsed = parseWords(args, { json: { type: "boolean", default: false } }, 0);
  return typeof parsed === "string" ? parsed : parsed.values;
}

async function run({ json }: Wanted, { desk, switches, now, out }: Session): Promise<number> {
  const depth = await desk.depth();
  const paused = await switches.all();
  if (json) {
    out(`${JSON.stringify({ depth, paused }, null, 2)}\n`);
    return 0;
  }
  const lines = [
    ...columns(rowsOf(depth, now)),
    "",
    ...(paused.length === 0 ? ["Nothing is paused."] : ["Paused:", ...switchLines(paused, "  ")]),
  ];
  if (depth.dead + depth.parked > 0)
    lines.push("", "`tagboat deliveries --failed` tells which and why.");
  out(`${lines.join("\n")}\n`);
  return 0;
}

function rowsOf(depth: Depth, now: Date): string[][] {
  const { oldest } = depth;
  return [
    ["deliveries not routed yet", String(depth.deliveries)],
    ["pieces of work in lanes", String(depth.items)],
    ["parked until access", String(depth.parked)],
    ["given up", String(depth.dead)],
    ["notices given up", String(depth.deadNotices)],
    [
      "oldest that is not done",
      oldest === null ? "none" : `${when(oldest)}, ${age(oldest, now)} ago`,
    ],
  ];
}

/** `40 s`, `12 min`, `5 h`, `3 d`. */
function age(at: string, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(at)) / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800
    ? `${Math.floor(seconds / 3600)} h`
    : `${Math.floor(seconds / 86_400)} d`;
}
