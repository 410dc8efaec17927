import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../../test/real/postgres-server.ts";

/** An empty place for the app's store. */
export interface StorePlace {
  readonly name: "embedded" | "PostgreSQL";
  /** The variables that send the app there. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** A new folder for the embedded store. */
async function embeddedPlace(): Promise<StorePlace> {
  const folder = await mkdtemp(join(tmpdir(), "tagboat-bench-data-"));
  return {
    name: "embedded",
    environment: { TAGBOAT_DATA: join(folder, "data") },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A server of its own; `null`, said so: it does not start here. */
async function serverPlace(): Promise<StorePlace | null> {
  try {
    const { stop, url } = await startPostgres();
    return { name: "PostgreSQL", environment: { DATABASE_URL: url }, close: stop };
  } catch (error) {
    const why = error instanceof Error ? error.message : "it did not start";
    console.log(`Without a PostgreSQL server: ${why}`);
    return null;
  }
}

/** New places, one after the other, each closed when the next is asked for. `words`: names of those that are wanted; none: all. */
export async function* everyPlace(words: readonly string[]): AsyncGenerator<StorePlace> {
  for (const [name, open] of [
    ["embedded", embeddedPlace],
    ["PostgreSQL", serverPlace],
  ] as const) {
    if (words.length > 0 && !words.includes(name)) continue;
    const place = await open();
    if (place === null) continue;
    try {
      yield place;
    } finally {
      await place.close();
    }
  }
}
