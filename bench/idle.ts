import { cpus } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { fleetImages, fleetRepo, stock } from "./rig/fleet.ts";
import { memoryOf } from "./rig/memory.ts";
import { openRig } from "./rig/open-rig.ts";
import { everyPlace, type StorePlace } from "./rig/store-place.ts";

const IDLE_MS = 60_000;

interface Row {
  readonly store: string;
  readonly start: string;
  readonly "ready after ms": number;
  readonly "RSS MB": number;
  readonly "PSS MB": number;
}

/** Memory of the idle app and the time that it needs to be ready. Linux only. Words after the name are handed to node: `--max-semi-space-size=1`. */
export async function run(nodeOptions: readonly string[]): Promise<void> {
  const rows: Row[] = [];
  for await (const store of everyPlace([]))
    for (const start of ["first", "again"]) rows.push(await measure(store, start, nodeOptions));
  console.table(rows);
  console.log(
    `Node ${process.version}, ${cpus().length} cores; memory after ${IDLE_MS / 1000} s without work.`,
  );
}

async function measure(
  store: StorePlace,
  start: string,
  nodeOptions: readonly string[],
): Promise<Row> {
  const rig = await openRig({
    store,
    nodeOptions,
    furnish: async ({ fast }) => {
      const images = fleetImages(fast.host, "service", 20);
      for (const image of images) await stock(fast, image, 0, 0);
      return { fleet: fleetRepo(images) };
    },
  });
  try {
    await pause(IDLE_MS);
    const { rss, pss } = await memoryOf(rig.app.pid);
    return {
      store: store.name,
      start,
      "ready after ms": Math.round(rig.app.startedIn),
      "RSS MB": rss,
      "PSS MB": pss,
    };
  } finally {
    await rig.close();
  }
}
