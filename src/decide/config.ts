import { z } from "zod";
import type { Config, ConfigProblem } from "../model/config.ts";
import { complaints } from "./config-complaints.ts";
import { type ExtendedBase, mergedConfig } from "./config-extends.ts";
import { meaningOf } from "./config-meaning.ts";
import { configSchema } from "./config-schema.ts";
import { type ConfigText, type Finding, readConfigText } from "./config-text.ts";
import { waitingParts } from "./config-waiting.ts";

/** A config that may be acted on (`null` when any problem is an error), and what is to be said about its text. */
export interface ConfigReading {
  readonly config: Config | null;
  readonly problems: readonly ConfigProblem[];
}

/**
 * Reads the text of `.github/tagboat.yml`. Never throws: whatever is wrong is a problem with its line and column,
 * in order of the text.
 * @param bases the configs that its `_extends` leads to, nearest first.
 */
export function parseConfig(text: string, bases: readonly ExtendedBase[] = []): ConfigReading {
  const source = readConfigText(text);
  if (source.faults.length > 0) {
    const problems = source.faults.map((fault) => ({ severity: "error" as const, ...fault }));
    return { config: null, problems };
  }
  if (source.value === null || source.value === undefined) {
    const message = "The config is empty: write `version: 1`, `images:` and `environments:`.";
    return { config: null, problems: [{ severity: "error", message, line: 1, column: 1 }] };
  }
  const faults = bases.flatMap(baseFaults);
  if (faults.length > 0) return { config: null, problems: problemsOf(source, faults) };
  const value = mergedConfig(source.value, bases.flatMap(baseValue));
  const parsed = configSchema.safeParse(value);
  if (!parsed.success) {
    const findings = complaints(parsed.error.issues, value);
    return { config: null, problems: problemsOf(source, findings) };
  }
  const { config, findings } = meaningOf(parsed.data);
  const problems = problemsOf(source, [...findings, ...waitingParts(parsed.data)]);
  const sound = problems.every(({ severity }) => severity !== "error");
  return { config: sound ? config : null, problems };
}

function baseFaults(base: ExtendedBase): Finding[] {
  const error = (message: string): Finding => ({
    severity: "error",
    message,
    path: [],
    key: "_extends",
  });
  if (base.kind === "trouble") return [error(base.message)];
  return readConfigText(base.text).faults.map(({ line, message }) =>
    error(`In the config of ${base.repo}, line ${line}: ${message}`),
  );
}

function baseValue(base: ExtendedBase): unknown[] {
  return base.kind === "text" ? [readConfigText(base.text).value] : [];
}

function problemsOf(source: ConfigText, findings: readonly Finding[]): ConfigProblem[] {
  return findings
    .map((finding) => problemOf(source, finding))
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

/** What stands in an extended config has no line in this text: it is told at `_extends`. */
function problemOf(source: ConfigText, finding: Finding): ConfigProblem {
  const { severity, message, path, key } = finding;
  const [top] = path;
  const { value } = source;
  const own = typeof value === "object" && value !== null ? value : {};
  const elsewhere = top !== undefined && !Object.hasOwn(own, top) && Object.hasOwn(own, "_extends");
  if (!elsewhere) return { severity, message, ...source.placeOf(path, key) };
  const told = `With what it extends, \`${path.map(String).join(".")}\`: ${message}`;
  return { severity, message: told, ...source.placeOf([], "_extends") };
}

/** JSON Schema of the config, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return { title: "Tagboat", ...z.toJSONSchema(configSchema, { io: "input" }) };
}
