import { execFile } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import pg from "pg";
import { AppProcess } from "../../sandbox/demo/app-process.ts";
import { reservePort } from "../../sandbox/demo/free-port.ts";
import { hookSignatureSecret, hookToken } from "../../src/ingest/hook-token.ts";
import type { Desk } from "../../src/model/desk.ts";
import type { LedgerEntry } from "../../src/model/ledger.ts";
import { kinds, OWNERS, places, tagOf, type Version } from "../crash/fleet.ts";
import { type Ground, openGround } from "../crash/ground.ts";
import { type StoreUnderTest, server } from "../crash/stores.ts";
import { Watch } from "../crash/watch.ts";

/** Two processes on one PostgreSQL: one dies, one stands still for too long, and nobody notices. */

const run = promisify(execFile);
/** What the issue promises: a dead process's work is taken over in a minute. */
const MINUTE = 60_000;

let folder: string;
let ports: readonly [number, number];
let ground: Ground;
let store: StoreUnderTest;
let watch: Watch;
let database: pg.Client;
const apps: (AppProcess | null)[] = [null, null];
/** The newest rank that was pushed, by owner and kind. */
const told = new Map<string, Version>();

beforeAll(async () => {
  await run(process.execPath, [resolve("node_modules/typescript/bin/tsc")]);
  folder = await mkdtemp(join(tmpdir(), "two-processes-"));
  const reserved = [await reservePort(0), await reservePort(0)] as const;
  ports = [reserved[0].port, reserved[1].port];
  for (const one of reserved) await one.release();
  ground = await openGround(folder, ports[0]);
  watch = new Watch(ground);
  store = await server(folder);
  database = new pg.Client({ connectionString: store.environment.DATABASE_URL });
  await database.connect();
  await Promise.all([start(0), start(1)]);
}, 120_000);

afterAll(async () => {
  for (const app of apps) {
    if (app?.pid !== undefined && !app.ended) process.kill(app.pid, "SIGCONT");
    await app?.stop();
  }
  await database?.end();
  await store?.close();
  await ground?.close();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

async function start(which: 0 | 1): Promise<AppProcess> {
  const app = await launch(which);
  await app.listens(MINUTE);
  return app;
}

async function launch(which: 0 | 1): Promise<AppProcess> {
  const place = join(folder, `app-${which}`);
  await mkdir(place, { recursive: true });
  const app = AppProcess.launch({
    program: resolve("dist/main.js"),
    folder: place,
    environment: { ...ground.environment, ...store.environment, PORT: String(ports[which]) },
    logFile: join(folder, `app-${which}.log`),
  });
  apps[which] = app;
  return app;
}

/** New images of every owner, each told of once, to the one process or the other: a sender goes on until somebody takes it. */
async function pushRound(to: readonly (0 | 1)[]): Promise<void> {
  await Promise.all(
    OWNERS.map(async (owner, at) => {
      const kind = kinds[at % kinds.length] ?? "app";
      const version = { owner, kind, rank: ground.fleet.top(owner, kind) + 1 };
      await ground.push(version);
      await tell(version, to[at % to.length] ?? 0);
      told.set(`${owner}/${kind}`, version);
    }),
  );
}

async function tell(version: Version, to: 0 | 1): Promise<void> {
  const { owner } = version;
  const subject = { source: "generic", owner, scope: { kind: "owner" }, generation: 1 } as const;
  const image = ground.fleet.imageOf(version);
  const body = JSON.stringify({ id: randomUUID(), image, tag: tagOf(version) });
  const hmac = createHmac("sha256", hookSignatureSecret(ground.secret, subject)).update(body);
  const headers = { "x-signature": `sha256=${hmac.digest("hex")}` };
  const path = `/hooks/generic/${owner}/${hookToken(ground.secret, subject)}`;
  const answer = await fetch(`http://127.0.0.1:${ports[to]}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  expect(answer.status).toBe(202);
}

/** Names under which a process is known to the store. */
async function namesOf({ pid }: AppProcess): Promise<readonly string[]> {
  const answer = await database.query("select id from tagboat.process where pid = $1", [pid]);
  return answer.rows.map(({ id }: { id: string }) => id);
}

async function takenBy(names: readonly string[]): Promise<number> {
  const answer = await database.query(
    `select (select count(*) from tagboat.lane where taken_by = any($1::text[])) +
            (select count(*) from tagboat.delivery where taken_by = any($1::text[])) as taken`,
    [names],
  );
  return Number(answer.rows[0]?.taken);
}

async function lanesOf(names: readonly string[]): Promise<readonly string[]> {
  const answer = await database.query(
    "select name from tagboat.lane where taken_by = any($1::text[])",
    [names],
  );
  return answer.rows.map(({ name }: { name: string }) => name);
}

async function until(what: string, ms: number, holds: () => Promise<boolean>): Promise<number> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > ms) throw new Error(`not within ${ms} ms: ${what}`);
    await pause(100);
  }
  return performance.now() - start;
}

async function isDone(desk: Desk): Promise<boolean> {
  const { deliveries, items } = await desk.depth();
  return deliveries + items === 0;
}

/** GitHub takes a second for each write: whoever works has something in its hands. */
function slowWrites(): void {
  for (const at of ["createRef", "createCommitOnBranch", "updateRefs"])
    ground.sandbox.stage.faults.arm({ fault: { kind: "latency", ms: 1000 }, at, times: 10_000 });
}

/** Work that waits for both, and the process at hand has some of it. */
async function busy(app: AppProcess): Promise<readonly string[]> {
  slowWrites();
  const names = await namesOf(app);
  await until("it has taken something", MINUTE, async () => {
    if ((await lanesOf(names)).length > 0) return true;
    await pushRound([0, 1]);
    return false;
  });
  return names;
}

test("what a process had taken that was killed is taken over within a minute", async () => {
  await pushRound([0, 1]);
  const [victim] = apps;
  if (victim == null) throw new Error("not started");
  const names = await busy(victim);
  victim.kill();
  expect(await takenBy(names)).toBeGreaterThan(0);
  await pushRound([1]);
  await until("nothing is taken by the dead", MINUTE, async () => (await takenBy(names)) === 0);
  ground.sandbox.stage.faults.clear();
  const desk = await store.desk();
  await until("all is done", MINUTE, () => isDone(desk));
  await victim.stop();
}, 180_000);

test("a process that stood still is replaced, resumes in the middle of it, and goes on under another name", async () => {
  const other = await start(0);
  const [, sleeper] = apps;
  if (sleeper?.pid === undefined) throw new Error("not started");
  const names = await busy(sleeper);
  process.kill(sleeper.pid, "SIGSTOP");
  const lanes = await lanesOf(names);
  expect(lanes.length).toBeGreaterThan(0);
  await until("nothing is taken by it", MINUTE, async () => (await takenBy(names)) === 0);
  // Its work is in the other's hands just now, and more of it waits.
  const others = await namesOf(other);
  await until("the other has its lanes", MINUTE, async () => {
    const held = await lanesOf(others);
    if (lanes.some((lane) => held.includes(lane))) return true;
    await pushRound([0]);
    return false;
  });
  const since = sleeper.count;
  process.kill(sleeper.pid, "SIGCONT");
  await pushRound([0]);
  const line = await sleeper.line(since, ({ former }) => former === names[0], MINUTE);
  const renamed = String(line.now);
  expect(await namesOf(sleeper)).toEqual([renamed]);
  await pushRound([0, 1]);
  ground.sandbox.stage.faults.clear();
  const desk = await store.desk();
  await until("all is done", MINUTE, () => isDone(desk));
  await other.stop();
  await pushRound([1]);
  await until("the next round is done", MINUTE, () => isDone(desk));
  const runs = runsOf(await history(desk));
  expect(runs.filter(({ by }) => by === renamed).length).toBeGreaterThanOrEqual(OWNERS.length);
}, 240_000);

test("a process that is asked to stop in the middle of its start ends in order", async () => {
  const early = await launch(0);
  await early.line(0, () => true, MINUTE);
  expect(await early.stop()).toBe(0);
  const listening = await start(0);
  expect(await listening.stop()).toBe(0);
}, 120_000);

async function history(desk: Desk): Promise<readonly LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  for (const { id } of await desk.deliveries({ failed: false, limit: 100_000 }))
    entries.push(...((await desk.delivery(id))?.history ?? []));
  return entries;
}

interface Run {
  readonly lane: string;
  readonly by: string;
  readonly from: number;
  readonly to: number;
}

function runsOf(entries: readonly LedgerEntry[]): readonly Run[] {
  const runs = new Map<string, Run>();
  for (const { at, run: ran } of entries) {
    if (ran === null) continue;
    const key = JSON.stringify(ran);
    const to = Math.max(Date.parse(at), runs.get(key)?.to ?? 0);
    runs.set(key, { lane: ran.lane, by: ran.by, from: Date.parse(ran.from), to });
  }
  return [...runs.values()].sort((a, b) => a.from - b.from);
}

test("no two runs of a lane overlapped, by anybody", async () => {
  const runs = runsOf(await history(await store.desk()));
  const ends = new Map<string, Run>();
  const overlaps: [Run, Run][] = [];
  for (const one of runs) {
    const before = ends.get(one.lane);
    if (before !== undefined && one.from < before.to) overlaps.push([before, one]);
    ends.set(one.lane, one);
  }
  expect(overlaps).toEqual([]);
  expect(new Set(runs.map(({ by }) => by)).size).toBeGreaterThanOrEqual(3);
  expect(runs.length).toBeGreaterThan(ends.size);
});

test("nothing was lost or done twice", async () => {
  await watch.judge();
  expect(watch.complaints).toEqual([]);
  const { dead, parked } = await (await store.desk()).depth();
  expect({ dead, parked }).toEqual({ dead: 0, parked: 0 });
  for (const version of told.values()) {
    const desk = await store.desk();
    const found = await desk.explain(ground.fleet.imageOf(version), tagOf(version), 10);
    expect(new Set(found.map(({ summary }) => summary.state))).toEqual(new Set(["done"]));
    // A process that starts between a push and its webhook finds the image by itself, and tells each repo of it.
    expect(found.filter(({ summary }) => summary.source !== "tagboat")).toHaveLength(1);
    for (const place of places.filter(({ carries }) => carries.includes(version.kind))) {
      const { base, proposed } = await watch.standing(version.owner, place, version.kind);
      expect((place.direct ? base : proposed)?.rank).toBe(version.rank);
    }
  }
});
