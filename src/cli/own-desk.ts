import type { DeskParts } from "./desk-command.ts";
import { createDeskOpener } from "./open-desk.ts";

/** The desk of the store that the process's settings name. */
export const ownDesk: DeskParts = {
  openDesk: createDeskOpener(async () => {
    throw new Error("no Tagboat runs with this store: start it first");
  }),
  now: () => new Date(),
};
