import { hasStore } from "../store/store-folder.ts";
import { systemClock } from "../store/system-clock.ts";
import type { DeskParts } from "./desk-command.ts";
import { createDeskOpener, type OpenedDesk, type StorePlace } from "./open-desk.ts";

/** The desk of the store that the process's settings name. */
export const ownDesk: DeskParts = {
  openDesk: createDeskOpener({ hasStore, openStore: openQuietly }),
  now: () => new Date(),
};

/** A store to look at and to command: nothing of it is worked on here. */
async function openQuietly(place: StorePlace): Promise<OpenedDesk> {
  // Loaded when it is needed: the other commands start without a database.
  const { openStore } = await import("../store/open-store.ts");
  const store = await openStore({
    url: "databaseUrl" in place ? place.databaseUrl : null,
    folder: "dataFolder" in place ? place.dataFolder : "",
    clock: systemClock,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    retention: Number.POSITIVE_INFINITY,
    notices: null,
    works: false,
    onLost(problem) {
      process.stderr.write(`tagboat: ${problem.message}\n`);
      process.exit(1);
    },
  });
  return { desk: store.desk, switches: store.switches, close: () => store.close() };
}
