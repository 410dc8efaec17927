import { pushEnvelope } from "./rig/envelope.ts";
import { fleetImages, fleetRepo, stock } from "./rig/fleet.ts";
import { openRig, type Rig } from "./rig/open-rig.ts";
import { postLoad } from "./rig/post-load.ts";
import { quantile, rounded } from "./rig/quantile.ts";
import { embeddedPlace, type StorePlace } from "./rig/store-place.ts";

const CONNECTIONS = [1, 32, 128];
const SECONDS = 10;
const WARM_UP_SECONDS = 2;
const IMAGES = 20;
const TAGS = 50;

interface Row {
  readonly store: string;
  readonly connections: number;
  readonly "accepted/s": number;
  readonly "p50 ms": number;
  readonly "p99 ms": number;
}

/** How many webhooks a second the app takes, over HTTP and with its router at work on them, beside plain transactions of the same store. */
export async function run(): Promise<void> {
  const rows: Row[] = [];
  for (const open of [embeddedPlace]) {
    const place = await open();
    try {
      rows.push(...(await measure(place)));
    } finally {
      await place.close();
    }
  }
  console.table(rows);
}

async function measure(store: StorePlace): Promise<readonly Row[]> {
  const envelopes: string[] = [];
  const rig = await openRig({
    store,
    furnish: async ({ fast }) => {
      const images = fleetImages(fast.host, "service", IMAGES);
      for (const image of images)
        for (const version of await stock(fast, image, 1, TAGS))
          envelopes.push(pushEnvelope(version, new Date()));
      return { fleet: fleetRepo(images) };
    },
  });
  try {
    await load(rig, envelopes, 32, WARM_UP_SECONDS);
    const rows: Row[] = [];
    for (const connections of CONNECTIONS) {
      const { accepted, others, elapsed } = await load(rig, envelopes, connections, SECONDS);
      if (others.size > 0) console.log("Other answers than 202:", Object.fromEntries(others));
      rows.push({
        store: store.name,
        connections,
        "accepted/s": Math.round((accepted.length / elapsed) * 1000),
        "p50 ms": rounded(quantile(accepted, 0.5)),
        "p99 ms": rounded(quantile(accepted, 0.99)),
      });
    }
    return rows;
  } finally {
    await rig.close();
  }
}

function load(rig: Rig, envelopes: readonly string[], connections: number, seconds: number) {
  const posts = Number.MAX_SAFE_INTEGER;
  return postLoad({
    url: rig.hookUrl,
    connections,
    envelopes,
    posts,
    milliseconds: seconds * 1000,
  });
}
