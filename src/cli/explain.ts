import type { Desk } from "../model/desk.ts";
import { parseImageReference, splitReference } from "../model/image.ts";
import { visible } from "../model/outside-text.ts";
import type { Command } from "./command.ts";
import { historyLines, subjectWords, waitingLines } from "./delivery-words.ts";
import {
  type DeskParts,
  deskCommand,
  parseWords,
  readLimit,
  type Session,
} from "./desk-command.ts";
import { when, wrap } from "./terminal-text.ts";

const HELP = `Usage: tagboat explain <image>[:tag] [options]

Tells what arrived about an image, newest first, and what became of it in each environment, with
the reasons. Promotions and rollbacks of it are told too.

  --limit N    how many deliveries (10)
  --json       as JSON

Exit codes: 0 something arrived, 1 nothing did. Times are UTC.
`;

interface Wanted {
  readonly image: string;
  readonly tag: string | null;
  readonly limit: number;
  readonly json: boolean;
}

type Explained = Awaited<ReturnType<Desk["explain"]>>[number];

/** `tagboat explain <image>[:tag]`: what arrived about an image, and what became of it. */
export function explain(parts: DeskParts): Command {
  const summary = "tell what became of an image or a version of it";
  return deskCommand({ name: "explain", summary, help: HELP, read, run }, parts);
}

function read(args: readonly string[]): Wanted | string {
  const options = {
    limit: { type: "string", default: "10" },
    json: { type: "boolean", default: false },
  } as const;
  const parsed = parseWords(args, options, 1);
  if (typeof parsed === "string") return parsed;
  const limit = readLimit(parsed.values.limit);
  if (limit === null) return "--limit must be a number from 1 to 1000";
  const [text] = parsed.words;
  if (text === undefined) return "name an image: quay.io/acme/app or quay.io/acme/app:v1.2.3";
  const reference = parseImageReference(text);
  if (reference === null) return `this is no image: ${visible(text)}`;
  if (splitReference(text.trim()).digest !== null) return "name the tag in place of the digest";
  if (splitReference(text.trim()).tag !== reference.tag) return `this is no tag: ${visible(text)}`;
  return { image: reference.image, tag: reference.tag, limit, json: parsed.values.json };
}

async function run(wanted: Wanted, { desk, out }: Session): Promise<number> {
  const { image, tag, limit, json } = wanted;
  const found = await desk.explain(image, tag, limit);
  if (json) out(`${JSON.stringify(found, null, 2)}\n`);
  else if (found.length === 0) out(nothingArrived(wanted));
  else
    out(
      `${found.map((one) => blockOf(wanted, one).join("\n")).join("\n\n")}\n${more(found, limit)}`,
    );
  return found.length === 0 ? 1 : 0;
}

function blockOf({ image, tag }: Wanted, { summary, history }: Explained): string[] {
  const about = summary.subjects.filter(
    (one) => one.image === image && (tag === null || one.tag === tag),
  );
  const what = about.length === 0 ? [image] : about.map(subjectWords);
  const told = `${when(summary.receivedAt)}  ${what.join(", ")}`;
  const lines = [...historyLines(history, "    "), ...waitingLines(summary, "    ")];
  return [
    ...wrap(told, ""),
    `  told by ${summary.source} for ${visible(summary.owner)}, delivery ${visible(summary.id)}: ${summary.state}`,
    ...(lines.length > 0 ? lines : ["    nothing became of it yet"]),
  ];
}

function more(found: readonly Explained[], limit: number): string {
  return found.length < limit ? "" : `\nThe newest ${limit}; --limit shows more.\n`;
}

function nothingArrived({ image, tag }: Wanted): string {
  const other =
    tag === null
      ? "Is this the name that the sender uses, with its registry's host? `tagboat deliveries` lists\n    what arrived."
      : `Does \`tagboat explain ${image}\` know other tags? Then look at what the sender sent.`;
  return `Nothing has arrived about ${image}${tag === null ? "" : `:${tag}`}, as far as history is kept.

  - ${other}
  - Did the sender post? Its own log tells. \`tagboat hook-url\` prints what to enter there.
  - Was it turned away? Look in Tagboat's log for "status":401 (a wrong or revoked URL) or 4xx.
  - Could it be read? \`tagboat deliveries\` lists those that name no image by their source, and
    \`tagboat delivery <id>\` says what became of one.
`;
}
