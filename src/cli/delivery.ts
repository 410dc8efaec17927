import type { Desk } from "../model/desk.ts";
import { visible } from "../model/outside-text.ts";
import type { Command } from "./command.ts";
import { historyLines, subjectWords, waitingLines } from "./delivery-words.ts";
import { type DeskParts, deskCommand, parseWords, type Session } from "./desk-command.ts";
import { columns, when } from "./terminal-text.ts";

const HELP = `Usage: tagboat delivery <id> [options]

Shows one delivery: how it arrived, what it speaks of, what is left to do, what became of it.

  --body    its body as well, as it was received
  --json    as JSON

Exit codes: 0 found, 1 unknown. Times are UTC.
`;

interface Wanted {
  readonly id: string;
  readonly body: boolean;
  readonly json: boolean;
}

type Found = NonNullable<Awaited<ReturnType<Desk["delivery"]>>>;

/** `tagboat delivery <id>`: one delivery as a whole. */
export function delivery(parts: DeskParts): Command {
  const command = { name: "delivery", summary: "show one delivery", help: HELP, read, run };
  return deskCommand(command, parts);
}

function read(args: readonly string[]): Wanted | string {
  const flag = { type: "boolean", default: false } as const;
  const parsed = parseWords(args, { body: flag, json: flag }, 1);
  if (typeof parsed === "string") return parsed;
  const [id] = parsed.words;
  return id === undefined
    ? "name a delivery: `tagboat deliveries` lists them"
    : { id, ...parsed.values };
}

async function run({ id, body, json }: Wanted, { desk, out, err }: Session): Promise<number> {
  const found = await desk.delivery(id);
  if (found === null) {
    err(unknownDelivery(id));
    return 1;
  }
  out(json ? `${JSON.stringify(asJson(found, body), null, 2)}\n` : asText(found, body));
  return 0;
}

/** What commands say of an id that the store does not know. */
export function unknownDelivery(id: string): string {
  return `There is no delivery ${visible(id, 60)}: \`tagboat deliveries\` lists what is kept.\n`;
}

function asJson(found: Found, body: boolean): object {
  if (body) return found;
  const { body: _, ...delivery } = found.delivery;
  return { ...found, delivery };
}

function asText({ summary, delivery, history }: Found, body: boolean): string {
  const facts = [
    ["delivery", visible(delivery.id)],
    ["received", `${when(delivery.receivedAt)} UTC`],
    ["from", `${delivery.source}, for ${visible(delivery.owner)}${scopeWords(delivery.scope)}`],
    ...(delivery.senderId === null ? [] : [["sender's id", visible(delivery.senderId)]]),
    ["state", summary.state],
    ...delivery.subjects.map((subject) => ["speaks of", subjectWords(subject)]),
    ...Object.entries(delivery.headers).map(([name, value]) => [visible(name), visible(value)]),
  ];
  return [
    ...columns(facts),
    ...section("In its way:", waitingLines(summary, "  ")),
    ...section("What became of it:", historyLines(history, "  ")),
    ...(body ? section("Body:", [bodyText(delivery.body)]) : []),
    "",
  ].join("\n");
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", title, ...lines];
}

function scopeWords(scope: Found["delivery"]["scope"]): string {
  if (scope.kind === "repo") return `, CD repo ${visible(scope.repo)}`;
  return scope.kind === "image" ? `, images below ${visible(scope.prefix)}` : "";
}

/** Line by line: a terminal obeys control characters. \`--json\` has every byte. */
function bodyText(body: string): string {
  return body
    .split("\n")
    .map((line) => visible(line, Number.POSITIVE_INFINITY))
    .join("\n");
}
