import { nearest } from "../decide/did-you-mean.ts";
import { renderDuration } from "../decide/duration.ts";
import { type Command, type Verb, verbs } from "../model/command.ts";
import { code } from "../model/outside-text.ts";
import { readArguments, type Word } from "./command-arguments.ts";
import { grammars } from "./command-grammar.ts";

/** What a comment asks for. */
export type CommentReading =
  /** Not for us: never answered. */
  | { readonly kind: "none" }
  | { readonly kind: "command"; readonly command: Command }
  /** Meant for us and not understood: `message` is Markdown that may be posted as it is. */
  | { readonly kind: "unclear"; readonly message: string };

const NONE: CommentReading = { kind: "none" };
const START = /^\/(tagboat|promote|rollback)(?=[ \t]|$)/i;
const LONGEST_LINE = 2_000;
const NO_ARGUMENTS: Omit<Command, "verb" | "plan"> = {
  environment: null,
  components: [],
  to: null,
  from: null,
  reason: null,
  for: null,
  together: false,
};

/**
 * Reads the body of a comment. A command begins with its first character and is alone in its comment; blanks may follow.
 * So nothing that is quoted, indented, in a list or in a code block is one. Never throws.
 */
export function parseComment(body: string): CommentReading {
  const [first = "", ...others] = body.split(/\r\n|\n|\r/);
  const start = START.exec(first)?.[1]?.toLowerCase();
  if (start === undefined) return NONE;
  const reading = parseLine(start, first.slice(start.length + 1).trimEnd());
  if (others.every((line) => line.trim() === "")) return reading;
  if (reading.kind !== "command") return NONE;
  return unclear("More stands below the command: write it alone in a new comment.", null);
}

function parseLine(start: string, rest: string): CommentReading {
  if (rest.length > LONGEST_LINE) return unclear("The command is too long.", null);
  const words = wordsOf(rest);
  if (start === "tagboat") return parseVerb(words);
  return parseArguments(start === "promote" ? "promote" : "rollback", words, false);
}

/** Words between blanks; a text in straight quotes is one word. A quote that is not closed is part of its word. */
function wordsOf(text: string): Word[] {
  return [...text.matchAll(/"([^"]*)"(?=[ \t]|$)|[^ \t]+/g)].map(([whole, inner]) =>
    inner === undefined ? { text: whole, quoted: false } : { text: inner, quoted: true },
  );
}

function parseVerb(words: readonly Word[]): CommentReading {
  const [first, ...rest] = words;
  if (first === undefined) return { kind: "command", command: commandOf("help", false) };
  const name = wordOf(first);
  if (name === "plan") return parsePlanned(rest);
  const verb = verbs.find((one) => one === name);
  return verb === undefined ? unknownVerb(first.text) : parseArguments(verb, rest, false);
}

/** `/tagboat plan promote prod`, and `/tagboat plan /promote prod` as one copies it. */
function parsePlanned(words: readonly Word[]): CommentReading {
  const [first, ...rest] = words;
  const name = first === undefined ? "" : wordOf(first).replace(/^\//, "");
  const verb = verbs.find((one) => one === name && grammars[one].planned);
  if (verb === undefined) {
    return unclear("A plan is of `promote` or `rollback`: `/tagboat plan promote <env>`.", null);
  }
  return parseArguments(verb, rest, true);
}

/** Phones begin words with a capital. */
function wordOf(word: Word): string {
  return word.quoted ? "" : word.text.toLowerCase();
}

function parseArguments(verb: Verb, words: readonly Word[], plan: boolean): CommentReading {
  const grammar = grammars[verb];
  const read = readArguments(words, grammar);
  if (typeof read === "string") return unclear(read, grammar.usage);
  return { kind: "command", command: { ...commandOf(verb, plan), ...read } };
}

function commandOf(verb: Verb, plan: boolean): Command {
  return { verb, plan, ...NO_ARGUMENTS };
}

function unknownVerb(text: string): CommentReading {
  const best = nearest(text, [...verbs, "plan"]);
  const hint = best === null ? "" : ` Did you mean \`/tagboat ${best}\`?`;
  return unclear(`Unknown command ${code(text, 40)}.${hint}`, "/tagboat help");
}

function unclear(message: string, usage: string | null): CommentReading {
  return {
    kind: "unclear",
    message: usage === null ? message : `${message} Usage: ${code(usage)}`,
  };
}

/** The command as a person writes it: `parseComment` reads it back. */
export function renderCommand(command: Command): string {
  const { verb, plan, environment, components, to, from, reason, together } = command;
  const bare = verb === "promote" || verb === "rollback";
  const words = [plan ? `/tagboat plan ${verb}` : bare ? `/${verb}` : `/tagboat ${verb}`];
  if (environment !== null) words.push(environment, ...components);
  if (to !== null) words.push(grammars[verb].versionWord ?? "to", to);
  if (from !== null) words.push("--from", from);
  if (command.for !== null) words.push("--for", renderDuration(command.for));
  if (reason !== null) words.push("--reason", `"${reason}"`);
  if (together) words.push("--together");
  return words.join(" ");
}
