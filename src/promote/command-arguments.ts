import { isEnvironmentName } from "../decide/config-environment.ts";
import { didYouMean } from "../decide/did-you-mean.ts";
import { parseDuration } from "../decide/duration.ts";
import type { Command } from "../model/command.ts";
import { code, visible } from "../model/outside-text.ts";
import { type Option, options, type VerbGrammar } from "./command-grammar.ts";

/** A word of a command line, or a text in straight quotes. */
export interface Word {
  readonly text: string;
  readonly quoted: boolean;
}

type Arguments = {
  -readonly [Key in Exclude<keyof Command, "verb" | "plan" | "components">]: Command[Key];
} & { readonly components: string[] };

const LONGEST_REASON = 300;
const COMPONENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const VERSION = /^([A-Za-z0-9_][A-Za-z0-9._-]{0,127}|sha256:[0-9a-f]{4,64})$/;
const SOURCE = /^[A-Za-z0-9_.][A-Za-z0-9_./@+=-]{0,299}$/;
const ASCII = /^[\x20-\x7e]*$/;

/**
 * Reads what stands behind a verb. A string is a sentence for the person who wrote it: it may be posted as it is.
 */
export function readArguments(
  words: readonly Word[],
  grammar: VerbGrammar,
): Omit<Command, "verb" | "plan"> | string {
  const read: Arguments = {
    environment: null,
    components: [],
    to: null,
    from: null,
    reason: null,
    for: null,
    together: false,
  };
  const left = [...words];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const fault = readWord(read, word, left, grammar);
    if (fault !== null) return fault;
  }
  return missing(read, grammar) ?? read;
}

function readWord(read: Arguments, word: Word, left: Word[], grammar: VerbGrammar): string | null {
  if (word.quoted)
    return `Quotes are for \`--reason "…"\` alone: take ${code(word.text)} out of them.`;
  if (!ASCII.test(word.text)) return foreign(word.text);
  if (word.text.startsWith("-")) return readOption(read, word.text, left, grammar);
  if (word.text === grammar.versionWord) return readVersion(read, word.text, left.shift());
  return readName(read, word.text, grammar);
}

/** Phones and word processors put other quotes and dashes in. */
function foreign(text: string): string {
  if (/^[\u2013\u2014]/.test(text)) return "Write options with two plain dashes: `--reason`.";
  if (/[\u201c-\u201f]/.test(text)) return 'Write the reason in straight quotes: `--reason "…"`.';
  return `${code(text)} has characters that no name here has: write it with plain letters, digits and dashes.`;
}

function readVersion(read: Arguments, keyword: string, word: Word | undefined): string | null {
  if (read.to !== null) return "Name one version.";
  if (word === undefined || word.quoted) return `Name a version behind \`${keyword}\`.`;
  if (!VERSION.test(word.text)) {
    return `${code(word.text)} is no version: name a tag, or a digest like \`sha256:4f5e…\`.`;
  }
  read.to = word.text;
  return null;
}

function readName(read: Arguments, name: string, grammar: VerbGrammar): string | null {
  if (grammar.environment === "none") return `Nothing stands behind it: take ${code(name)} out.`;
  if (read.environment === null) {
    if (!isEnvironmentName(name)) return `${code(name)} is no name of an environment.`;
    read.environment = name;
    return null;
  }
  if (read.to !== null) return `Name ${code(name)} before the version.`;
  if (!COMPONENT.test(name)) return `${code(name)} is no name of a component.`;
  if (!read.components.includes(name)) read.components.push(name);
  if (read.components.length <= grammar.mostComponents) return null;
  if (grammar.mostComponents === 0) return `It takes no component: take ${code(name)} out.`;
  const most =
    grammar.mostComponents === 1 ? "one component" : `${grammar.mostComponents} components`;
  return `It takes at most ${most}.`;
}

function readOption(
  read: Arguments,
  text: string,
  left: Word[],
  grammar: VerbGrammar,
): string | null {
  const option = options.find((one) => one === text);
  if (option === undefined)
    return `Unknown option ${code(text)}.${didYouMean(text, grammar.options)}`;
  if (!grammar.options.includes(option)) return `It takes no \`${option}\`.`;
  return setOption(read, option, left);
}

function setOption(read: Arguments, option: Option, left: Word[]): string | null {
  switch (option) {
    case "--together":
      if (read.together) return twice(option);
      read.together = true;
      return null;
    case "--for":
      return read.for === null ? readFor(read, left.shift()) : twice(option);
    case "--from":
      return read.from === null ? readFrom(read, left.shift()) : twice(option);
    case "--reason":
      return read.reason === null ? readReason(read, left.shift()) : twice(option);
  }
}

function twice(option: Option): string {
  return `\`${option}\` stands there twice: keep one.`;
}

function readFor(read: Arguments, word: Word | undefined): string | null {
  const length = word === undefined || word.quoted ? null : parseDuration(word.text);
  if (length === null || length === 0) return "Write how long as `--for 30m`, `2h` or `3d`.";
  read.for = length;
  return null;
}

function readFrom(read: Arguments, word: Word | undefined): string | null {
  const text = word === undefined || word.quoted ? "" : word.text;
  if (!SOURCE.test(text) || text.split("/").includes("..")) {
    return "Name an environment or a folder behind `--from`: `--from dev`.";
  }
  read.from = text;
  return null;
}

function readReason(read: Arguments, word: Word | undefined): string | null {
  if (word !== undefined && !word.quoted && !ASCII.test(word.text)) return foreign(word.text);
  const reason = word?.quoted ? visible(word.text, LONGEST_REASON + 1) : "";
  if (reason === "") return 'Write the reason in quotes: `--reason "…"`.';
  if ([...reason].length > LONGEST_REASON) {
    return `Write a reason of at most ${LONGEST_REASON} characters.`;
  }
  read.reason = reason;
  return null;
}

function missing(read: Arguments, grammar: VerbGrammar): string | null {
  if (grammar.environment === "required" && read.environment === null) {
    return "Name the environment: none is assumed.";
  }
  if (grammar.reasonRequired && read.reason === null) return 'Give a reason: `--reason "…"`.';
  return null;
}
