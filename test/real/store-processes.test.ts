import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import pg from "pg";
import { openServerDatabase } from "../../src/store/server-database.ts";
import type { StoreProblem } from "../../src/store/store-problem.ts";
import { type PostgresServer, startPostgres } from "./postgres-server.ts";
import {
  buildOpenStore,
  type Said,
  type StoreProcess,
  startStoreProcess,
} from "./store-process.ts";

let openStore: string;
let folder: string;
const processes: StoreProcess[] = [];

beforeAll(async () => {
  openStore = buildOpenStore();
  // One for all: making a database takes longest.
  folder = await mkdtemp(join(tmpdir(), "tagboat-processes-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

afterEach(async () => {
  for (const one of processes.splice(0)) await one.kill();
});

function start(settings: Said, wrapper: readonly string[] = []): StoreProcess {
  const started = startStoreProcess(openStore, settings, wrapper);
  processes.push(started);
  return started;
}

/** strace splits a call in two lines when another thread calls meanwhile. */
const SYNCED = /\b(fsync|fdatasync)(\(\d+| resumed>)\)\s+= 0/;

describe("embedded", () => {
  test("what was acknowledged before a kill -9 is there, and the folder is open again at once", async () => {
    const acknowledged: unknown[] = [];
    for (let cycle = 0; cycle < 3; cycle += 1) {
      const killed = start({ folder, batches: 100_000, each: 3, take: true });
      await killed.says("opened");
      while (killed.all("accepted").length < 15) await turn();
      await killed.kill();
      acknowledged.push(...killed.all("accepted"));
    }
    const after = start({ folder, take: true });
    // Far less than the time after which a lock counts as left behind.
    expect((await after.says("opened")).opened).toBeLessThan(10_000);
    expect(Number((await after.says("taken")).taken)).toBeGreaterThanOrEqual(acknowledged.length);
  });

  test("a second process is refused, and told who has the folder", async () => {
    const first = start({ folder, stay: true });
    const { pid } = await first.says("opened");
    const second = start({ folder });
    expect(await second.says("problem")).toEqual({
      problem: "locked",
      message: expect.stringContaining(`is in use by process ${String(pid)} on`),
    });
    expect(await first.end()).toBe(0);
  });

  test("each acknowledged batch has an fsync of its own", async () => {
    await start({ folder }).says("closed");
    const trace = join(folder, "trace");
    const batches = 40;
    const traced = start({ folder, batches, each: 1 }, [
      "strace",
      "-f",
      "-e",
      "trace=fsync,fdatasync,write",
      "-s",
      "16",
      "-o",
      trace,
    ]);
    await traced.says("closed");
    const lines = (await readFile(trace, "utf8")).split("\n");
    let synced = false;
    const acknowledged = lines.filter((line) => line.includes('write(1, "{\\"accepted\\"'));
    let unsynced = 0;
    for (const line of lines) {
      if (SYNCED.test(line)) synced = true;
      if (!line.includes('write(1, "{\\"accepted\\"')) continue;
      if (!synced) unsynced += 1;
      synced = false;
    }
    expect(acknowledged).toHaveLength(batches);
    expect(unsynced).toBe(0);
  });
});

describe("a PostgreSQL server", () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startPostgres();
  });

  afterAll(async () => {
    await server?.stop();
  });

  async function rows(statement: string): Promise<readonly Said[]> {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows;
    } finally {
      await client.end();
    }
  }

  test("many processes that start together make the schema once", async () => {
    const all = Array.from({ length: 5 }, () => start({ url: server.url, batches: 1 }));
    for (const one of all) await one.says("closed");
    expect(await rows("select version from tagboat.schema_version")).toEqual([{ version: 2 }]);
    expect(await rows("select count(*)::int as count from tagboat.delivery")).toEqual([
      { count: 5 },
    ]);
  });

  test("the work of a process that was killed is free soon; what was acknowledged is there", async () => {
    await rows("truncate tagboat.delivery");
    const killed = start({ url: server.url, batches: 4, each: 5, take: true, stay: true });
    expect((await killed.says("taken")).taken).toBe(20);
    await killed.kill();
    const heir = start({ url: server.url, stay: true });
    await heir.says("opened");
    while ((await rows("select 1 from tagboat.delivery where taken_by is not null")).length > 0)
      await turn();
    expect(await rows("select count(*)::int as count from tagboat.delivery")).toEqual([
      { count: 20 },
    ]);
    expect(await heir.end()).toBe(0);
  });

  test.each([
    ["an operator's restart", false],
    ["a crash", true],
  ])("%s in mid-run: statements fail, the process lives and goes on", async (_title, hard) => {
    const faults: Error[] = [];
    const database = await openServerDatabase(server.url, (fault) => faults.push(fault));
    let heard = 0;
    await database.listen("tagboat_wake", () => {
      heard += 1;
    });
    expect(await database.query("select 1 as one")).toEqual([{ one: 1 }]);
    await server.restart(hard);
    while (!(await database.query("select 1 as one").then(Boolean, () => false))) await turn();
    expect(faults.length).toBeGreaterThan(0);
    await database.transaction((queries) => queries.query("select 1"));
    while (heard === 0) {
      await database.query("notify tagboat_wake");
      await turn();
    }
    await database.close();
  });

  test("a store lives through a crash of its server: nothing acknowledged is lost, its chores go on", async () => {
    await rows("truncate tagboat.delivery");
    const settings = { url: server.url, batches: 100_000, stubborn: true, chore: true };
    const stubborn = start(settings);
    await stubborn.says("accepted");
    await server.restart(true);
    await stubborn.says("refused");
    while (!stubborn.said.some((one) => Number(one.after) > 0)) await turn();
    while (!stubborn.all("ticked").includes("after")) await turn();
    expect(await stubborn.end()).toBe(0);
    const kept = new Set((await rows("select id from tagboat.delivery")).map((one) => one.id));
    expect(stubborn.all("accepted").filter((id) => !kept.has(id))).toEqual([]);
  });

  test("an unreachable server is a clear line without the password, within five seconds", async () => {
    await server.down();
    const url = server.url.replace("tagboat@", "tagboat:s3cret@");
    const problem = await openServerDatabase(url, () => {}).then(
      () => null,
      (refused: StoreProblem) => refused,
    );
    await server.up();
    expect(problem?.reason).toBe("unreachable");
    expect(problem?.message).toMatch(/^PostgreSQL at 127\.0\.0\.1:\d+\/postgres cannot be used: /);
    expect(problem?.message).not.toContain("s3cret");
  });

  test("a schema of a newer version, a missing database and a missing right are told by name", async () => {
    await rows("create database newer");
    await rows("create role nobody login");
    const at = (database: string, user = "tagboat") =>
      server.url.replace("/postgres", `/${database}`).replace("tagboat@", `${user}@`);
    await start({ url: at("newer") }).says("closed");
    await rows("update tagboat.schema_version set version = 1");
    const newer = new pg.Client({ connectionString: at("newer") });
    await newer.connect();
    await newer.query("update tagboat.schema_version set version = 99");
    await newer.end();
    const problems = [at("newer"), at("missing"), at("postgres", "nobody")].map((url) =>
      start({ url }).says("problem"),
    );
    expect((await Promise.all(problems)).map((one) => one.problem)).toEqual([
      "made-by-newer",
      "unreachable",
      "no-right",
    ]);
  });
});

/** Other things happen before it goes on. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
