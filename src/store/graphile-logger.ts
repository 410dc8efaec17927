import { Logger } from "graphile-worker";
import type { Log } from "../model/log.ts";

/** graphile-worker's own words, where somebody debugs; its errors as warnings, since what fails is told by who asked. */
export function graphileLogger(log: Log | null): Logger {
  return new Logger(() => (level, message) => {
    if (log === null) return;
    if (level === "error" || level === "warning") log.warn({ part: "jobs" }, message);
    else log.debug({ part: "jobs" }, message);
  });
}
