import { type Reader, value } from "./reader.ts";

/** How the work is timed. */
export interface WorkEnv {
  /** How long a pull request that was just written is left alone by further releases, in milliseconds. */
  readonly updateInterval: number;
}

const LONGEST_INTERVAL = 3600;

/** TAGBOAT_UPDATE_INTERVAL, in seconds. */
export function readWork(reader: Reader): WorkEnv {
  const text = value(reader, "TAGBOAT_UPDATE_INTERVAL") ?? "30";
  const seconds = Number(text);
  if (!/^\d{1,4}$/.test(text) || seconds > LONGEST_INTERVAL)
    reader.problems.push(
      `TAGBOAT_UPDATE_INTERVAL: write seconds from 0 to ${LONGEST_INTERVAL}; 0: every release updates its pull request at once`,
    );
  return { updateInterval: seconds * 1000 };
}
