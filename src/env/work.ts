import { type Reader, value } from "./reader.ts";

/** How the work is timed. */
export interface WorkEnv {
  /** How long a pull request that was just written is left alone by further releases, in milliseconds. */
  readonly updateInterval: number;
  /** From one reading of the registries' tags to the next, in milliseconds; `null`: they are not read. */
  readonly reread: number | null;
  /** Whether commands are answered and gates reported. */
  readonly promotion: boolean;
}

const LONGEST_INTERVAL = 3600;

const LONGEST_REREAD = 7 * 24 * 60;

/** TAGBOAT_UPDATE_INTERVAL, in seconds; TAGBOAT_REREAD, in minutes; TAGBOAT_PROMOTION. */
export function readWork(reader: Reader): WorkEnv {
  const text = value(reader, "TAGBOAT_UPDATE_INTERVAL") ?? "30";
  const seconds = Number(text);
  if (!/^\d{1,4}$/.test(text) || seconds > LONGEST_INTERVAL)
    reader.problems.push(
      `TAGBOAT_UPDATE_INTERVAL: write seconds from 0 to ${LONGEST_INTERVAL}; 0: every release updates its pull request at once`,
    );
  return {
    updateInterval: seconds * 1000,
    reread: readReread(reader),
    promotion: readPromotion(reader),
  };
}

function readPromotion(reader: Reader): boolean {
  const text = value(reader, "TAGBOAT_PROMOTION") ?? "1";
  if (text !== "0" && text !== "1") reader.problems.push("TAGBOAT_PROMOTION: write 1 or 0");
  return text === "1";
}

function readReread(reader: Reader): number | null {
  const text = value(reader, "TAGBOAT_REREAD") ?? "60";
  const minutes = Number(text);
  if (!/^\d{1,5}$/.test(text) || minutes > LONGEST_REREAD)
    reader.problems.push(
      `TAGBOAT_REREAD: write minutes from 1 to ${LONGEST_REREAD}; 0: tags that no webhook told of are not looked for`,
    );
  return minutes === 0 ? null : minutes * 60_000;
}
