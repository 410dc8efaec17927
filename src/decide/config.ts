import { z } from "zod";
import type { Config, ConfigProblem } from "../model/config.ts";
import { complaints } from "./config-complaints.ts";
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
 */
export function parseConfig(text: string): ConfigReading {
  const source = readConfigText(text);
  if (source.faults.length > 0) {
    const problems = source.faults.map((fault) => ({ severity: "error" as const, ...fault }));
    return { config: null, problems };
  }
  if (source.value === null || source.value === undefined) {
    const message = "The config is empty: write `version: 1`, `images:` and `environments:`.";
    return { config: null, problems: [{ severity: "error", message, line: 1, column: 1 }] };
  }
  const parsed = configSchema.safeParse(source.value);
  if (!parsed.success) {
    const findings = complaints(parsed.error.issues, source.value);
    return { config: null, problems: problemsOf(source, findings) };
  }
  const { config, findings } = meaningOf(parsed.data);
  const problems = problemsOf(source, [...findings, ...waitingParts(parsed.data)]);
  const sound = problems.every(({ severity }) => severity !== "error");
  return { config: sound ? config : null, problems };
}

function problemsOf(source: ConfigText, findings: readonly Finding[]): ConfigProblem[] {
  return findings
    .map(({ severity, message, path, key }) => ({
      severity,
      message,
      ...source.placeOf(path, key),
    }))
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

/** JSON Schema of the config, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return { title: "Tagboat", ...z.toJSONSchema(configSchema, { io: "input" }) };
}
