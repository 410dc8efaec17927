import { findDesk } from "../../src/desk/desk-client.ts";
import type { Desk } from "../../src/model/desk.ts";
import { openStore } from "../../src/store/open-store.ts";
import { systemClock } from "../../src/store/system-clock.ts";
import { startPostgres } from "../real/postgres-server.ts";

/** A store that the app is to use. */
export interface StoreUnderTest {
  /** Variables that lead the app to it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The operator's view of it while the app runs. */
  desk(): Promise<Desk>;
  /** Ends the store under the running app and starts it again, `hard` as a crash would; `null`: it lives and dies with the app. */
  readonly restart: ((hard: boolean) => Promise<void>) | null;
  close(): Promise<void>;
}

/** The store in a folder, asked as the operator's commands do. */
export function embedded(folder: string): StoreUnderTest {
  return {
    environment: { TAGBOAT_DATA: folder },
    async desk() {
      const found = await findDesk(folder);
      if (found.kind !== "running") throw new Error(`nobody answers: ${JSON.stringify(found)}`);
      return found.desk;
    },
    restart: null,
    close: async () => {},
  };
}

/** A PostgreSQL of its own. */
export async function server(folder: string): Promise<StoreUnderTest> {
  const postgres = await startPostgres();
  const looking = openStore({
    url: postgres.url,
    folder,
    clock: systemClock,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    retention: 86_400_000,
    notices: null,
    onLost() {},
    works: false,
  });
  return {
    environment: { DATABASE_URL: postgres.url },
    desk: async () => (await looking).desk,
    restart: (hard) => postgres.restart(hard),
    async close() {
      await (await looking).close();
      await postgres.stop();
    },
  };
}
