import type { Policy } from "../promote/policy.ts";
import { readPolicy } from "../promote/policy-file.ts";
import { type Reader, value } from "./reader.ts";

/** The floors of the file that TAGBOAT_POLICY names; not set: none. Of a file that cannot be understood the first fault is told, by its line. */
export function readPolicySetting(reader: Reader): Policy {
  const path = value(reader, "TAGBOAT_POLICY");
  if (path === null) return [];
  const text = reader.files.read(path);
  if (text === null) {
    reader.problems.push("TAGBOAT_POLICY: the file cannot be read");
    return [];
  }
  const reading = readPolicy(text);
  if (reading.kind === "read") return reading.policy;
  const [first, ...others] = reading.problems;
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  reader.problems.push(
    `TAGBOAT_POLICY: line ${first?.line ?? 1}, column ${first?.column ?? 1}: ${first?.message ?? ""}${more}`,
  );
  return [];
}
