import { pino } from "pino";
import type { DeskParts } from "./desk-command.ts";
import { createDeskOpener, type StoreOpener } from "./open-desk.ts";

/** Opens the store to look and to command, beside the processes that work on it, or while none does. */
const openIdle: StoreOpener = async (place) => {
  // The database is as large as all the rest: commands that do not need it start without.
  const [{ openStore }, { systemClock }] = await Promise.all([
    import("../store/open-store.ts"),
    import("../store/system-clock.ts"),
  ]);
  const isServer = "databaseUrl" in place;
  return openStore({
    url: isServer ? place.databaseUrl : null,
    folder: isServer ? "" : place.dataFolder,
    clock: systemClock,
    log: pino({ level: "silent" }),
    retention: 0,
    notices: null,
    works: false,
    onLost: (problem) => {
      process.stderr.write(`tagboat: ${problem.message}\n`);
      process.exit(1);
    },
  });
};

/** The desk of the store that the process's settings name. */
export const ownDesk: DeskParts = {
  openDesk: createDeskOpener(openIdle),
  now: () => new Date(),
};
