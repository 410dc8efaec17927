import { Cron } from "croner";
import type { Freeze } from "../model/config.ts";
import type { Findings } from "./config-findings.ts";
import type { WrittenFreeze } from "./config-schema.ts";
import type { ValuePath } from "./config-text.ts";
import { parseDuration } from "./duration.ts";

/** A length of time of the config in milliseconds; what is none is added to `findings`. */
export function milliseconds(text: string, path: ValuePath, findings: Findings): number {
  const length = parseDuration(text);
  if (length === null) findings.error(path, "This is longer than a year: write a shorter time.");
  return length ?? 0;
}

// Names, ranges, steps and lists: what every cron understands in the same way. croner takes more (`L`, `#`, `@daily`).
const CRON_FIELD =
  /^(\*|[\dA-Za-z]+(-[\dA-Za-z]+)?)(\/\d+)?(,[\dA-Za-z]+(-[\dA-Za-z]+)?(\/\d+)?)*$/;

/** A freeze of the config; what cannot be is added to `findings`. */
export function freezeOf(written: WrittenFreeze, path: ValuePath, findings: Findings): Freeze {
  const cron = written.cron.trim().split(/\s+/).join(" ");
  const known = isTimeZone(written.tz);
  if (!known) {
    findings.error([...path, "tz"], "Unknown time zone: write one like Europe/London or UTC.");
  }
  const fault = cronFault(cron, known ? written.tz : "UTC");
  if (fault !== null) findings.error([...path, "cron"], fault);
  const length = milliseconds(written.for, [...path, "for"], findings);
  if (parseDuration(written.for) === 0) {
    findings.error([...path, "for"], "It lasts no time: write how long.");
  }
  return { ...written, cron, for: length };
}

function cronFault(cron: string, tz: string): string | null {
  const fields = cron.split(" ");
  if (fields.length !== 5 || !fields.every((field) => CRON_FIELD.test(field))) {
    return "Write five fields, minute hour day month weekday: `0 15 * * 5`.";
  }
  try {
    const pattern = new Cron(cron, { paused: true, timezone: tz, mode: "5-part" });
    return pattern.nextRun(new Date(0)) === null ? "It never begins: there is no such day." : null;
  } catch {
    return "A field is out of its range: minute 0-59, hour 0-23, day 1-31, month 1-12, weekday 0-7.";
  }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
