import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parse as parseYaml } from "yaml";
import { diskFiles, type Reader } from "../env/reader.ts";
import { readSources } from "../env/sources.ts";
import { readTekton } from "../env/tekton.ts";
import { EXIT_CONFIG } from "../env.ts";
import type { Dropped, ImageEvent, Normalised } from "../model/event.ts";
import { readDelivery } from "../normalise/delivery.ts";
import type { Headers, HookSource, NormaliseOptions } from "../normalise/normaliser.ts";
import { type SourceOptions, sourceOptionsSchema } from "../normalise/source-options.ts";
import { isHookSource, sourceTable } from "../normalise/sources.ts";
import { type Command, EXIT_USAGE, type Terminal } from "./command.ts";

const HELP = `Usage: tagboat parse --source SOURCE [options] PAYLOAD

Tells which images a webhook's body names, and why the rest of it is dropped. Nothing is sent or
stored, and no signature is checked.

  PAYLOAD             file of the body; - for standard input
  --source SOURCE     ${Object.keys(sourceTable).join(", ")}
  --headers FILE      its headers: a JSON object, or lines \`Name: value\`
  --options FILE      settings of the source (JSON or YAML): registry_host, repo_key_map, …;
                      default: what TAGBOAT_SOURCES has for it
  --owner OWNER       whose settings of TAGBOAT_SOURCES
  --json              {"events": [{"image", "tag", "digest"}], "dropped": [{"reason", "what"}]}

Task runs of Tekton are read unless TAGBOAT_TEKTON_TASK_RUNS is false; the server reads them where
it is true. An image without a tag, which the config's \`tag\` may compute, is dropped as untagged.
Exit codes: 0 read, 1 the body cannot be read, 2 wrong usage or no such file, 78 wrong settings.
`;

/** `tagboat parse`: what the server would make of a body. */
export const parse: Command = {
  summary: "tell what a webhook's body means",
  help: HELP,
  run: async (args, terminal) => runParse(args, terminal),
};

interface Wanted {
  readonly source: HookSource;
  readonly headers: Headers;
  readonly body: string;
  readonly owner: string | null;
  /** `null`: those of the settings. */
  readonly own: SourceOptions | null;
  readonly json: boolean;
}

class WrongUsage extends Error {
  override readonly name = "WrongUsage";
}

function runParse(args: readonly string[], terminal: Terminal): number {
  const wanted = readWanted(args);
  if (wanted instanceof WrongUsage) {
    terminal.err(`tagboat parse: ${wanted.message}\n\n${HELP}`);
    return EXIT_USAGE;
  }
  const reader: Reader = { variables: terminal.variables, files: diskFiles, problems: [] };
  const options = readOptions(reader, wanted);
  if (reader.problems.length > 0) {
    terminal.err(reader.problems.map((problem) => `${problem}\n`).join(""));
    return EXIT_CONFIG;
  }
  const { body, headers, owner, source } = wanted;
  const raw = { source, headers, body, ...(owner === null ? {} : { owner }) };
  const { meaning } = readDelivery(raw, options);
  const told = tell(meaning);
  terminal.out(wanted.json ? `${JSON.stringify(told, null, 2)}\n` : linesOf(told));
  return meaning.kind === "read" ? 0 : 1;
}

function readOptions(reader: Reader, { own, source }: Wanted): NormaliseOptions {
  const variables = { TAGBOAT_TEKTON_TASK_RUNS: "true", ...reader.variables };
  const tekton = readTekton({ ...reader, variables });
  return { tekton, sources: own === null ? readSources(reader) : { [source]: own } };
}

interface Told {
  readonly events: readonly Pick<ImageEvent, "image" | "tag" | "digest">[];
  readonly dropped: readonly { readonly reason: string; readonly what: string }[];
}

function tell(meaning: Normalised): Told {
  if (meaning.kind === "unreadable")
    return { events: [], dropped: [{ reason: "unreadable", what: meaning.detail }] };
  const tagged = meaning.events.filter(({ tag }) => tag !== null);
  const untagged: Dropped[] = meaning.events
    .filter(({ tag }) => tag === null)
    .map(({ digest, image }) => ({
      reason: "untagged",
      what: digest === null ? image : `${image}@${digest}`,
    }));
  return {
    events: tagged.map(({ digest, image, tag }) => ({ image, tag, digest })),
    dropped: [...meaning.dropped, ...untagged],
  };
}

function linesOf({ dropped, events }: Told): string {
  const images = events.map(
    ({ digest, image, tag }) => `event    ${image}:${tag}${digest === null ? "" : `@${digest}`}\n`,
  );
  const rest = dropped.map(({ reason, what }) => `dropped  ${reason}: ${what}\n`);
  return [...images, ...rest].join("");
}

function readWanted(args: readonly string[]): Wanted | WrongUsage {
  try {
    const { positionals, values } = parseArguments(args);
    const [payload, ...rest] = positionals;
    const { headers, json = false, options, owner = null, source = "" } = values;
    if (!isHookSource(source)) throw new WrongUsage("--source must be one of the list");
    if (payload === undefined || rest.length > 0) throw new WrongUsage("give one file of a body");
    return {
      source,
      json,
      owner,
      body: readText(payload === "-" ? 0 : payload),
      headers: headers === undefined ? {} : readHeaders(readText(headers)),
      own: options === undefined ? null : readOwn(readText(options)),
    };
  } catch (error) {
    if (error instanceof WrongUsage) return error;
    return new WrongUsage(error instanceof Error ? error.message : String(error));
  }
}

function parseArguments(args: readonly string[]) {
  const text = { type: "string" } as const;
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { source: text, headers: text, options: text, owner: text, json: { type: "boolean" } },
  });
}

function readText(file: string | 0): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new WrongUsage(`${file === 0 ? "standard input" : file} cannot be read`);
  }
}

function readHeaders(text: string): Headers {
  const pairs = text.trimStart().startsWith("{") ? jsonPairs(text) : linePairs(text);
  return Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value]));
}

function jsonPairs(text: string): readonly (readonly [string, string])[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WrongUsage("--headers: the file is no JSON object");
  }
  return Object.entries(value as object).map(([name, one]) => [name, String(one)] as const);
}

function linePairs(text: string): readonly (readonly [string, string])[] {
  return text
    .split(/\r?\n/)
    .map((line) => /^([!#$%&'*+.^_`|~\w-]+):\s*(.*)$/.exec(line))
    .flatMap((found) => (found === null ? [] : [[found[1] ?? "", found[2] ?? ""] as const]));
}

function readOwn(text: string): SourceOptions {
  let value: unknown;
  try {
    value = parseYaml(text, { maxAliasCount: 100 });
  } catch {
    throw new WrongUsage("--options: the file is neither JSON nor YAML");
  }
  const parsed = sourceOptionsSchema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new WrongUsage(`--options: ${issue?.path.join(" › ") ?? ""} ${issue?.message ?? ""}`);
}
