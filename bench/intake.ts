import type { Database } from "../src/store/database.ts";
import { openEmbeddedDatabase } from "../src/store/embedded-database.ts";
import { openServerDatabase } from "../src/store/server-database.ts";
import { pushEnvelope } from "./rig/envelope.ts";
import { fleetImages, fleetRepo, stock } from "./rig/fleet.ts";
import { openRig, type Rig } from "./rig/open-rig.ts";
import { plainTransactions } from "./rig/plain-transactions.ts";
import { postLoad } from "./rig/post-load.ts";
import { quantile, rounded } from "./rig/quantile.ts";
import { everyPlace, type StorePlace } from "./rig/store-place.ts";

const CONNECTIONS = [1, 32, 128];
const SECONDS = 10;
const WARM_UP_SECONDS = 2;
const IMAGES = 20;
const TAGS = 50;

interface Speed {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/**
 * How many webhooks a second the app takes, over HTTP and with its router at work on them, beside one transaction for each of
 * them on the same kind of store. Words after the name: `embedded` or `PostgreSQL` alone.
 */
export async function run(words: readonly string[]): Promise<void> {
  const rows: Record<string, string | number>[] = [];
  for await (const place of everyPlace(words)) {
    const accepted = await measureApp(place);
    const plain = await measurePlain(place);
    for (const [index, connections] of CONNECTIONS.entries())
      rows.push(rowOf(place.name, connections, accepted[index], plain[index]));
  }
  console.table(rows);
  console.log(
    "Plain: a transaction with one delivery's row and the wake job for each, through the same driver, without HTTP and router.",
  );
}

function rowOf(store: string, connections: number, app?: Speed, plain?: Speed) {
  const [accepted, compared] = [app?.perSecond ?? Number.NaN, plain?.perSecond ?? Number.NaN];
  return {
    store,
    connections,
    "accepted/s": Math.round(accepted),
    "p50 ms": rounded(app?.p50 ?? Number.NaN),
    "p99 ms": rounded(app?.p99 ?? Number.NaN),
    "plain/s": Math.round(compared),
    "plain p50 ms": rounded(plain?.p50 ?? Number.NaN),
    "plain p99 ms": rounded(plain?.p99 ?? Number.NaN),
    "accepted ÷ plain": rounded(accepted / compared),
  };
}

async function measureApp(store: StorePlace): Promise<readonly Speed[]> {
  const envelopes: string[] = [];
  const rig = await openRig({
    store,
    furnish: async ({ fast }) => {
      const images = fleetImages(fast.host, "service", IMAGES);
      for (const image of images)
        for (const version of await stock(fast, image, 0, TAGS))
          envelopes.push(pushEnvelope(version, new Date()));
      return { fleet: fleetRepo(images) };
    },
  });
  try {
    await load(rig, envelopes, 32, WARM_UP_SECONDS);
    const speeds: Speed[] = [];
    for (const connections of CONNECTIONS) {
      const { accepted, others, elapsed } = await load(rig, envelopes, connections, SECONDS);
      if (others.size > 0) console.log("Other answers than 202:", Object.fromEntries(others));
      speeds.push(speedOf(accepted, elapsed));
    }
    return speeds;
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

/** In the tables that the app made, with what it kept in them. */
async function measurePlain(store: StorePlace): Promise<readonly Speed[]> {
  const database = await openDatabase(store.environment);
  try {
    const speeds: Speed[] = [];
    for (const connections of CONNECTIONS) {
      const { elapsed, times } = await plainTransactions(
        database,
        CONTENT,
        connections,
        SECONDS * 1000,
      );
      speeds.push(speedOf(times, elapsed));
    }
    return speeds;
  } finally {
    await database.close();
  }
}

/** As long as the app's own text of such a delivery. */
const CONTENT = JSON.stringify({ body: "x".repeat(1400) });

function openDatabase({
  DATABASE_URL,
  TAGBOAT_DATA,
}: StorePlace["environment"]): Promise<Database> {
  const fail = (fault: Error): void => console.error(fault);
  return DATABASE_URL === undefined
    ? openEmbeddedDatabase(TAGBOAT_DATA ?? "", fail)
    : openServerDatabase(DATABASE_URL, fail);
}

function speedOf(times: readonly number[], elapsed: number): Speed {
  const perSecond = (times.length / elapsed) * 1000;
  return { perSecond, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}
