import type { Finding, ValuePath } from "./config-text.ts";

/** Collects findings while the values of a config are read. */
export class Findings {
  readonly list: Finding[] = [];

  error(path: ValuePath, message: string): void {
    this.list.push({ severity: "error", message, path });
  }

  warning(path: ValuePath, message: string): void {
    this.list.push({ severity: "warning", message, path });
  }
}
