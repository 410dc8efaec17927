import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { ID_MARK, pushEnvelope, type Version } from "./rig/envelope.ts";
import { fleetImages, fleetRepo, stock } from "./rig/fleet.ts";
import { openRig, type Rig, type RigOptions } from "./rig/open-rig.ts";
import { quantile, rounded } from "./rig/quantile.ts";
import { everyPlace } from "./rig/store-place.ts";

const AIM = 1.5;
const SLOW_REGISTRY_MS = 5000;
const SLOW_REPO_MS = 20_000;
/** Apart enough for the pacer to let each go at once: a push is up to three writes, its commit, its pull request and its check. */
const APART_MS = 3000;
const PATIENCE_MS = 60_000;

/** What is measured: pushes of the others, one after the other; and pushes that keep the slow one busy meanwhile. */
interface Stage extends Pick<RigOptions, "furnish" | "beforeApi" | "slowRegistry"> {
  /** Each leads to one pull request. */
  readonly measured: readonly Version[];
  /** Posted in turns. Each is what stands there already, so that they take no writes from the others. */
  readonly busy: readonly Version[];
  readonly busyEveryMs: number;
}

interface Measured {
  readonly p50: number;
  readonly p95: number;
}

/** How much longer the others wait when one registry, or GitHub for one repo, is slow. Exit code 1: more than 1.5 times. */
export async function run(): Promise<void> {
  const rows: Record<string, string | number>[] = [];
  for (const [what, stageOf] of [
    [
      `1 registry answers after ${SLOW_REGISTRY_MS / 1000} s, 150 components in 1 repo`,
      slowRegistry,
    ],
    [`GitHub answers after ${SLOW_REPO_MS / 1000} s for 1 repo of 51`, slowRepo],
  ] as const) {
    const without = await measure(stageOf(0));
    const beside = await measure(stageOf(1));
    const ratio = beside.p95 / without.p95;
    rows.push({
      what,
      "without: p50 ms": rounded(without.p50),
      "p95 ms": rounded(without.p95),
      "beside it: p50 ms": rounded(beside.p50),
      "its p95 ms": rounded(beside.p95),
      "p95 ratio": rounded(ratio),
    });
    if (!(ratio <= AIM)) process.exitCode = 1;
  }
  console.table(rows);
  console.log(
    `From the webhook to the pull request, of pushes ${APART_MS / 1000} s apart: closer ones would wait for the pacer (one write a second), whatever else is slow.`,
  );
}

/** 100 components of a fast registry and 50 of the other one, all in one repo. */
function slowRegistry(slowness: number): Stage {
  const measured: Version[] = [];
  const busy: Version[] = [];
  return {
    measured,
    busy,
    busyEveryMs: 250,
    slowRegistry: () => SLOW_REGISTRY_MS * slowness,
    furnish: async ({ fast, slow }) => {
      const others = fleetImages(fast.host, "service", 100);
      const late = fleetImages(slow.host, "late", 50);
      for (const image of others.slice(0, 60))
        measured.push(...(await stock(fast, image, 0, 1)).slice(1));
      for (const image of late) busy.push(...(await stock(slow, image, 0, 0)));
      return { fleet: fleetRepo([...others, ...late]) };
    },
  };
}

/** 51 repos with one component each. */
function slowRepo(slowness: number): Stage {
  const measured: Version[] = [];
  const busy: Version[] = [];
  return {
    measured,
    busy,
    busyEveryMs: 2000,
    beforeApi: async (request) => {
      const isSlow = `${request.url}\n${await request.clone().text()}`.includes(SLOW_REPO);
      if (isSlow) await pause(SLOW_REPO_MS * slowness);
    },
    furnish: async ({ fast }) => {
      const others = fleetImages(fast.host, "service", 50);
      const late = fleetImages(fast.host, "late", 1);
      for (const image of others) measured.push(...(await stock(fast, image, 0, 1)).slice(1));
      for (const image of late) busy.push(...(await stock(fast, image, 0, 0)));
      const repos = others.map((image) => [`${image.component}-cd`, fleetRepo([image])] as const);
      return { ...Object.fromEntries(repos), [SLOW_REPO]: fleetRepo(late) };
    },
  };
}

const SLOW_REPO = "answers-late-cd";

async function measure(stage: Stage): Promise<Measured> {
  for await (const store of everyPlace(["embedded"])) {
    const rig = await openRig({ store, ...stage });
    try {
      return await waits(rig, stage);
    } finally {
      await rig.close();
    }
  }
  throw new Error("there is no place for the store");
}

async function waits(rig: Rig, { measured, busy, busyEveryMs }: Stage): Promise<Measured> {
  const [first, ...others] = measured;
  if (first === undefined) throw new Error("nothing to measure");
  const post = (version: Version): Promise<void> => postOnce(rig.hookUrl, version);
  const opened = openings(rig);
  // The first one also reads the index.
  await post(first);
  await opened.of(first);
  const times: Promise<number>[] = [];
  let nextBusy = performance.now();
  let turn = 0;
  for (const version of others) {
    for (const next = performance.now() + APART_MS; performance.now() < next; await pause(10)) {
      if (performance.now() < nextBusy) continue;
      const one = busy[turn % busy.length];
      if (one !== undefined) await post(one);
      turn += 1;
      nextBusy += busyEveryMs;
    }
    const sent = performance.now();
    await post(version);
    times.push(opened.of(version).then((at) => at - sent));
  }
  const all = await Promise.all(times);
  return { p50: quantile(all, 0.5), p95: quantile(all, 0.95) };
}

async function postOnce(url: string, version: Version): Promise<void> {
  const body = pushEnvelope(version, new Date()).replace(ID_MARK, randomUUID());
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body });
  await answer.arrayBuffer();
  if (answer.status !== 202) throw new Error(`the app answered ${answer.status}`);
}

/** When pull requests were opened, by the component that they name. */
function openings({ sandbox }: Rig): { of(version: Version): Promise<number> } {
  const at = new Map<string, number>();
  sandbox.stage.world.on((event) => {
    if (event.kind !== "pull_request" || event.action !== "opened") return;
    const component = /^dev\/([a-z0-9-]+):/.exec(event.pull.title)?.[1];
    if (component !== undefined) at.set(component, performance.now());
  });
  return {
    async of({ name }) {
      const component = name.slice(name.lastIndexOf("/") + 1);
      for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await pause(20)) {
        const found = at.get(component);
        if (found !== undefined) return found;
      }
      throw new Error(`no pull request for ${component} in ${PATIENCE_MS / 1000} s`);
    },
  };
}
