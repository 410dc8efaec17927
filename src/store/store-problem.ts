/** Why the store cannot be opened or used, in one closed list. */
export const storeProblems = [
  "not-writable",
  "locked",
  "lost-lock",
  "made-by-newer",
  "unreachable",
  "too-old",
  "no-right",
  "disk-full",
  "damaged",
] as const;
export type StoreProblemReason = (typeof storeProblems)[number];

/** Something that the operator must mend. The message is one line, holds no secret and says what to do. */
export class StoreProblem extends Error {
  override readonly name = "StoreProblem";
  readonly reason: StoreProblemReason;

  constructor(reason: StoreProblemReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.reason = reason;
  }
}

/** The code of a fault: five characters of PostgreSQL (SQLSTATE), or the system's (`ENOSPC`); empty: none. */
export function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}
