import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type DeskFound, findDesk } from "../../src/desk/desk-client.ts";
import { type DeskServer, startDeskServer } from "../../src/desk/desk-server.ts";
import type { Depth } from "../../src/model/desk.ts";
import { deskOf, NO_DEPTH, recordOf } from "../support/desk-of-records.ts";

const SUBJECT = { image: "quay.io/acme/app", tag: "v1", digest: null };
const RECORD = recordOf({
  id: "0199-1",
  subjects: [SUBJECT],
  outcomes: [{ kind: "skipped", place: null, reason: "older", detail: "v1 < v2 ü" }],
  delivery: { body: '{"ü":"\\u0000"}' },
});
const DEPTH: Depth = { ...NO_DEPTH, dead: 4, oldest: "2026-11-22T09:00:00.000Z" };

let folder: string;
let servers: DeskServer[];
let faults: object[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "desk-test-"));
  servers = [];
  faults = [];
});

afterEach(async () => {
  for (const server of servers) await server.close();
  await rm(folder, { recursive: true });
});

async function start(dataFolder = folder) {
  const records = deskOf([RECORD], DEPTH);
  const log = { info: () => undefined, error: (fields: object) => void faults.push(fields) };
  const server = await startDeskServer({ dataFolder, log, ...records });
  servers.push(server);
  return { ...records, server };
}

function running(found: DeskFound) {
  if (found.kind !== "running") throw new Error(JSON.stringify(found));
  return found;
}

describe("the desk over its socket", () => {
  test("answers every question as the ports do", async () => {
    const { desk, replayed, forgotten } = await start();
    const asked = running(await findDesk(folder)).desk;
    const query = { failed: false, limit: 5 };
    expect(await asked.deliveries(query)).toEqual(await desk.deliveries(query));
    expect(await asked.deliveries({ failed: true, limit: 5 })).toEqual([]);
    expect(await asked.delivery("0199-1")).toEqual(RECORD);
    expect(await asked.delivery("0199-2")).toBeNull();
    expect(await asked.replay("0199-1")).toBe(true);
    expect(await asked.replay("0199-2")).toBe(false);
    expect(replayed).toEqual(["0199-1"]);
    expect(await asked.explain(SUBJECT.image, "v1", 3)).toEqual(
      await desk.explain(SUBJECT.image, "v1", 3),
    );
    expect(await asked.explain(SUBJECT.image, "v2", 3)).toEqual([]);
    expect(await asked.depth()).toEqual(DEPTH);
    expect(await asked.forget(new Date("2026-11-01T00:00:00Z"))).toBe(3);
    expect(forgotten).toEqual([new Date("2026-11-01T00:00:00Z")]);
  });

  test("switches are the process's own", async () => {
    const { switches } = await start();
    const asked = running(await findDesk(folder)).switches;
    const held = { repo: "acme/cd", environment: null, since: "2026-11-22T09:00:00Z", reason: "x" };
    await asked.put(held);
    expect(await switches.all()).toEqual([held]);
    expect(await asked.all()).toEqual([held]);
    expect(await asked.lift(held)).toBe(true);
    expect(await asked.lift(held)).toBe(false);
  });

  test("is for the same user alone", async () => {
    await chmod(folder, 0o755);
    await start();
    const { mode } = await stat(join(folder, "desk.sock"));
    expect(mode & 0o777).toBe(0o600);
  });

  test("nobody runs: no socket, one that was left behind, no folder", async () => {
    expect(await findDesk(folder)).toEqual({ kind: "nobody" });
    expect(await findDesk(join(folder, "none"))).toEqual({ kind: "nobody" });
    const { server } = await start();
    await server.close();
    expect(await readdir(folder)).toEqual([]);
    expect(await findDesk(folder)).toEqual({ kind: "nobody" });
  });

  test("what a killed process left is in nobody's way", async () => {
    await writeFile(join(folder, "desk.sock"), "");
    expect(await findDesk(folder)).toEqual({ kind: "nobody" });
    await start();
    expect(running(await findDesk(folder)).kind).toBe("running");
  });

  test("a path that is too long for a socket is moved, and found there", async () => {
    const deep = join(folder, "d".repeat(60), "e".repeat(60));
    await mkdir(deep, { recursive: true });
    const { server } = await start(deep);
    expect(await readdir(deep)).toEqual(["desk.path"]);
    const path = await readFile(join(deep, "desk.path"), "utf8");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
    expect(await running(await findDesk(deep)).desk.depth()).toEqual(DEPTH);
    await server.close();
    expect(await readdir(deep)).toEqual([]);
    await expect(stat(dirname(path))).rejects.toThrow("ENOENT");
  });

  test("a pointer to elsewhere is not followed, and what it points to not removed", async () => {
    const elsewhere = join(folder, "desk.sock.d");
    await writeFile(elsewhere, "mine");
    await writeFile(join(folder, "desk.path"), elsewhere);
    await start();
    expect(running(await findDesk(folder)).kind).toBe("running");
    expect(await readFile(elsewhere, "utf8")).toBe("mine");
  });

  test("a fault of the store is told, and logged by the process", async () => {
    await start();
    const { desk } = running(await findDesk(folder));
    await expect(desk.replay("fault")).rejects.toThrow(
      "the running Tagboat says: the store is down",
    );
    expect(faults).toHaveLength(1);
  });

  test.each([
    ["no JSON", "{"],
    ["nothing", ""],
    ["another call", '{"call":"drop"}'],
    ["a limit that is none", '{"call":"deliveries","failed":true,"limit":-1}'],
    ["a date that is none", '{"call":"forget","before":"yesterday"}'],
    ["too much", JSON.stringify({ call: "replay", id: "x".repeat(70_000) })],
  ])("%s is no question", async (_name, body) => {
    await start();
    const req = request({ socketPath: join(folder, "desk.sock"), method: "POST", agent: false });
    req.end(body);
    const [res] = await once(req, "response");
    res.resume();
    expect(res.statusCode).toBe(400);
  });

  test("a process of another version is not guessed at", async () => {
    const other = createServer((_req, res) => res.end('{"answer":[]}'));
    other.listen(join(folder, "desk.sock"));
    await once(other, "listening");
    const found = await findDesk(folder);
    other.close();
    other.closeAllConnections();
    expect(found).toEqual({
      kind: "problem",
      message: expect.stringContaining("of another version"),
    });
  });
});
