import type { z } from "zod";
import { knownKeys } from "./config-schema.ts";
import type { Finding } from "./config-text.ts";
import { didYouMean } from "./did-you-mean.ts";

const KINDS: Readonly<Record<string, string>> = {
  array: "a list",
  object: "a map of keys",
  record: "a map of keys",
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  null: "nothing",
};

/**
 * Says what zod found wrong with a value, in words that tell what to do.
 * @param keysAt the keys that may stand at a path.
 */
export function complaints(
  issues: readonly z.core.$ZodIssue[],
  value: unknown,
  keysAt: typeof knownKeys = knownKeys,
): Finding[] {
  return issues.flatMap((issue) => complaint(issue, valueAt(value, issue.path), keysAt));
}

function complaint(issue: z.core.$ZodIssue, found: unknown, keysAt: typeof knownKeys): Finding[] {
  const { path } = issue;
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(path);
    return issue.keys.map((key) => ({
      ...error(path, `Unknown key "${shown(key)}".${didYouMean(key, known)}`),
      key,
    }));
  }
  if (found === undefined) return [error(path, `"${String(path.at(-1))}" is missing: add it.`)];
  if (issue.code === "invalid_type") return [error(path, wrongType(issue.expected, found))];
  if (issue.code === "invalid_value") {
    const known = issue.values.map(String);
    const hint = typeof found === "string" ? didYouMean(found, known) : "";
    return [error(path, `Use ${listed(known)} here.${hint}`)];
  }
  return [error(path, issue.message)];
}

function error(path: readonly PropertyKey[], message: string): Finding {
  return { severity: "error", message, path };
}

function wrongType(expected: string, found: unknown): string {
  const hint =
    expected === "string" && (typeof found === "number" || typeof found === "boolean")
      ? ": put it in quotes"
      : "";
  return `Write ${KINDS[expected] ?? expected} here, not ${kindOf(found)}${hint}.`;
}

function kindOf(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  return KINDS[typeof value] ?? typeof value;
}

function listed(words: readonly string[]): string {
  if (words.length <= 1) return words.join("");
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function shown(key: string): string {
  return key.slice(0, 60);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let here = value;
  for (const part of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, part)) return undefined;
    here = Reflect.get(here, part) as unknown;
  }
  return here;
}
