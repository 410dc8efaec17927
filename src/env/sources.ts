import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import type { NormaliseOptions } from "../normalise/normaliser.ts";
import { sourceOptionsSchema } from "../normalise/source-options.ts";
import { isHookSource } from "../normalise/sources.ts";
import { type Reader, value } from "./reader.ts";

type SourceTable = NormaliseOptions["sources"];

const fileSchema = z.strictObject({
  sources: z.record(
    z.string().refine((name) => {
      const [source = "", owner, ...rest] = name.split("/");
      const isOwner = owner === undefined || /^[a-z0-9][a-z0-9_-]*$/i.test(owner);
      return isHookSource(source) && isOwner && rest.length === 0;
    }),
    sourceOptionsSchema,
  ),
});

/** TAGBOAT_SOURCES: the path of a YAML file with settings of sources. */
export function readSources(reader: Reader): SourceTable {
  const path = value(reader, "TAGBOAT_SOURCES");
  if (path === null) return {};
  const text = reader.files.read(path);
  if (text === null) {
    reader.problems.push("TAGBOAT_SOURCES: the file cannot be read");
    return {};
  }
  const read = readSourcesFile(text);
  if (read.kind === "read") return read.sources;
  reader.problems.push(...read.problems.map((problem) => `TAGBOAT_SOURCES${problem}`));
  return {};
}

/** Reads the operator's file. Problems begin behind the file's name: `: message` or `, line 3: message`. */
export function readSourcesFile(
  text: string,
):
  | { readonly kind: "read"; readonly sources: SourceTable }
  | { readonly kind: "refused"; readonly problems: readonly string[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    logLevel: "error",
    prettyErrors: false,
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0]);
    return { kind: "refused", problems: [`, line ${line}: the file is not valid YAML`] };
  }
  const parsed = fileSchema.safeParse(document.toJS({ maxAliasCount: 100 }));
  if (!parsed.success) {
    return { kind: "refused", problems: parsed.error.issues.map(problemOf) };
  }
  const entries = Object.entries(parsed.data.sources);
  return {
    kind: "read",
    sources: Object.fromEntries(entries.map(([name, own]) => [name.toLowerCase(), own])),
  };
}

function problemOf(issue: z.core.$ZodIssue): string {
  const place = issue.path.join(" › ") || "the file";
  if (issue.code === "unrecognized_keys")
    return `: ${place} has keys that are not known: ${issue.keys.join(", ")}`;
  if (issue.code === "invalid_key") return `: ${place}: must be a source, or source/owner`;
  return `: ${place}: ${issue.message}`;
}
