import { resolve } from "node:path";
import type { DeskPorts } from "../desk/desk-call.ts";
import { findDesk } from "../desk/desk-client.ts";
import { EXIT_CONFIG, readStoreEnv } from "../env.ts";
import type { Terminal } from "./command.ts";

export interface OpenedDesk extends DeskPorts {
  close(): Promise<void>;
}

/** Where the store is that the operator asks about. */
export type StorePlace = { readonly databaseUrl: string } | { readonly dataFolder: string };

export interface DeskOpenerParts {
  /** Whether a store was ever made in the folder. */
  hasStore(dataFolder: string): boolean;
  /** Opens a store for questions alone: nothing is worked on. Throws an error whose message may be shown. */
  openStore(place: StorePlace): Promise<OpenedDesk>;
}

/** The desk, or what is in the way, with the exit code for it. */
export type DeskAnswer =
  | ({ readonly kind: "open" } & OpenedDesk)
  | { readonly kind: "problem"; readonly message: string; readonly code: number };

export type DeskOpener = (variables: Terminal["variables"]) => Promise<DeskAnswer>;

/**
 * Finds who can answer for the store that the settings name: the database server itself; embedded, the process that has the
 * folder, else the folder.
 */
export function createDeskOpener({ hasStore, openStore }: DeskOpenerParts): DeskOpener {
  return async (variables) => {
    const settings = readStoreEnv(variables);
    if (settings.kind === "problems")
      return { kind: "problem", message: settings.problems.join("\n"), code: EXIT_CONFIG };
    const { databaseUrl, dataFolder } = settings.env;
    if (databaseUrl !== null) return opened(await openStore({ databaseUrl }));
    const found = await findDesk(dataFolder);
    if (found.kind === "problem") return { ...found, code: 1 };
    if (found.kind === "running") return opened({ ...found, close: async () => undefined });
    return hasStore(dataFolder) ? opened(await openStore({ dataFolder })) : noStore(dataFolder);
  };
}

function opened({ desk, switches, close }: OpenedDesk): DeskAnswer {
  return { kind: "open", desk, switches, close };
}

/** Opening it would make an empty store in whatever folder the operator stands. */
function noStore(dataFolder: string): DeskAnswer {
  const message = `TAGBOAT_DATA: there is no store in ${resolve(dataFolder)}; run this where Tagboat runs, with its settings`;
  return { kind: "problem", message, code: EXIT_CONFIG };
}
