import { setTimeout as pause } from "node:timers/promises";
import { askDepth, askExplained } from "./rig/ask.ts";
import { pushEnvelope, type Version } from "./rig/envelope.ts";
import { type FleetImage, fleetImages, fleetRepo, stock, tagOf } from "./rig/fleet.ts";
import { memoryOf } from "./rig/memory.ts";
import { openRig, type Rig } from "./rig/open-rig.ts";
import { postLoad } from "./rig/post-load.ts";
import { rounded } from "./rig/quantile.ts";
import { everyPlace, type StorePlace } from "./rig/store-place.ts";

const IMAGES = 20;
const TAGS = 250;
const CONNECTIONS = 32;
/** A pull request that was written is left alone for so long, in seconds: each such span may cost one update, of two requests. */
const UPDATE_INTERVAL = 30;
const PATIENCE_MS = 10 * 60_000;
const LOOK_MS = 2000;

/** 5,000 pushes of 20 images at once: what they cost at GitHub, and whether each was told of. Exit code 1 when one of them is missed. */
export async function run(words: readonly string[]): Promise<void> {
  for await (const store of everyPlace(words)) {
    console.log(`Store: ${store.name}`);
    if (!(await measure(store))) process.exitCode = 1;
  }
}

async function measure(store: StorePlace): Promise<boolean> {
  const images: FleetImage[] = [];
  const byImage: (readonly Version[])[] = [];
  const rig = await openRig({
    store,
    environment: { TAGBOAT_UPDATE_INTERVAL: String(UPDATE_INTERVAL) },
    furnish: async ({ fast }) => {
      images.push(...fleetImages(fast.host, "service", IMAGES));
      for (const image of images) byImage.push((await stock(fast, image, 0, TAGS)).slice(1));
      return { fleet: fleetRepo(images) };
    },
  });
  try {
    // The webhooks of the sandbox's own making are asked for again at the start.
    await pause(LOOK_MS);
    rig.sandbox.stage.recorder.clear();
    const { accepted, others, elapsed } = await postLoad({
      url: rig.hookUrl,
      connections: CONNECTIONS,
      envelopes: inTurns(byImage).map((version) => pushEnvelope(version, new Date())),
      posts: IMAGES * TAGS,
      milliseconds: PATIENCE_MS,
    });
    console.log(
      `${accepted.length} of ${IMAGES * TAGS} pushes accepted in ${rounded(elapsed / 1000)} s; other answers: ${JSON.stringify(Object.fromEntries(others))}`,
    );
    await idle(rig);
    const isCheap = tellCost(rig, elapsed / 1000);
    const isTold = await tellOutcomes(rig, images);
    const isRight = tellVersions(rig);
    console.log(`The app's memory at its highest: ${(await memoryOf(rig.app.pid)).peak} MB`);
    return accepted.length === IMAGES * TAGS && isCheap && isTold && isRight;
  } finally {
    await rig.close();
  }
}

/** The first build of every image, then the second of every one, and so on. */
function inTurns(byImage: readonly (readonly Version[])[]): readonly Version[] {
  return Array.from({ length: TAGS }, (_, build) =>
    byImage.flatMap((versions) => versions[build] ?? []),
  ).flat();
}

async function idle({ environment }: Rig): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await pause(LOOK_MS)) {
    const { deliveries, items } = await askDepth(environment);
    if (deliveries + items === 0) return;
  }
  throw new Error("the burst is not worked off in ten minutes");
}

function tellCost({ sandbox }: Rig, acceptSeconds: number): boolean {
  const { recorder, world } = sandbox.stage;
  const all = recorder.counted().filter(({ write }) => write);
  // A check run notifies nobody: its endpoint is none of those that GitHub's reference marks as creating content.
  const writes = all.filter(({ what }) => !what.includes("/check-runs"));
  const pulls = [...world.repos.values()].flatMap((repo) => world.pulls(repo)).length;
  const allowed = 1 + 2 * Math.ceil(acceptSeconds / UPDATE_INTERVAL);
  const each = writes.length / pulls;
  console.log(
    `${writes.length} content-creating requests for ${pulls} pull requests: ${rounded(each)} each, ${allowed} allowed`,
  );
  console.table(countsOf(all.map(({ what }) => what)));
  return pulls === IMAGES && each <= allowed;
}

async function tellOutcomes({ environment }: Rig, images: readonly FleetImage[]): Promise<boolean> {
  const outcomes: string[] = [];
  let told = 0;
  for (const { image } of images)
    for (const { summary, history } of await askExplained(environment, image)) {
      if (summary.state === "done" && history.length > 0) told += 1;
      outcomes.push(
        ...history.map(({ outcome }) => [outcome.kind, outcome.reason ?? []].flat().join(": ")),
      );
    }
  console.log(`${told} of ${IMAGES * TAGS} events have their outcome told by \`tagboat explain\`:`);
  console.table(countsOf(outcomes));
  return told === IMAGES * TAGS;
}

/** Whether every pull request carries the newest build of its image. */
function tellVersions({ sandbox }: Rig): boolean {
  const { world } = sandbox.stage;
  const pulls = [...world.repos.values()].flatMap((repo) => world.pulls(repo));
  const right = pulls.filter(({ title }) => title.endsWith(` ${tagOf(TAGS)}`)).length;
  console.log(`${right} of ${IMAGES} pull requests carry the newest build`);
  return right === IMAGES;
}

function countsOf(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
