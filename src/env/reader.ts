import { existsSync, readFileSync } from "node:fs";

export type Variables = Readonly<Record<string, string | undefined>>;

/** The files that settings may name. */
export interface Files {
  /** Text of the file; `null` where it cannot be read. */
  read(path: string): string | null;
}

/** Files of this machine. */
export const diskFiles: Files = {
  read(path) {
    try {
      return existsSync(path) ? readFileSync(path, "utf8") : null;
    } catch {
      return null;
    }
  },
};

/** What the settings are read from, and the problems found so far: one line each. */
export interface Reader {
  readonly variables: Variables;
  readonly files: Files;
  readonly problems: string[];
}

/** The value of a variable, trimmed; `null` where it is not set or empty. */
export function value({ variables }: Reader, name: string): string | null {
  const text = variables[name]?.trim() ?? "";
  return text === "" ? null : text;
}

/** The parts of a comma-separated variable. */
export function list(reader: Reader, name: string): readonly string[] {
  const parts = (value(reader, name) ?? "").split(",").map((part) => part.trim());
  return parts.filter((part) => part !== "");
}
