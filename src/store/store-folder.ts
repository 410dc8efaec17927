import { existsSync } from "node:fs";
import { join } from "node:path";

/** Where the embedded database's own files are in the folder of a store. */
export function databaseFiles(folder: string): string {
  return join(folder, "pg");
}

/** Whether a store was ever made in the folder. */
export function hasStore(folder: string): boolean {
  return existsSync(databaseFiles(folder));
}
