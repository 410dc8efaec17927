import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createDeskOpener, type StorePlace } from "../../src/cli/open-desk.ts";
import { run } from "../../src/cli/run.ts";
import { startDeskServer } from "../../src/desk/desk-server.ts";
import { deskOf, NO_DEPTH } from "../support/desk-of-records.ts";

let folder: string;
let places: StorePlace[];
let closed: number;
let err: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "open-desk-"));
  places = [];
  closed = 0;
  err = "";
});
afterEach(() => rm(folder, { recursive: true }));

/** `tagboat status` with these settings; a store that is opened has 7 dead letters. */
async function status(
  variables: Record<string, string>,
): Promise<{ code: number; dead: number | null }> {
  let out = "";
  const openDesk = createDeskOpener({
    hasStore: (at) => at === folder,
    openStore: async (place) => {
      places.push(place);
      const close = async () => {
        closed += 1;
      };
      return { ...deskOf([], { ...NO_DEPTH, dead: 7 }), close };
    },
  });
  const terminal = {
    variables,
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  const code = await run(["status", "--json"], terminal, { openDesk, now: () => new Date() });
  return { code, dead: out === "" ? null : JSON.parse(out).depth.dead };
}

describe("whom the operator's commands ask", () => {
  test("the database server itself", async () => {
    const url = "postgres://tagboat:hush@db.lan/tagboat";
    expect(await status({ DATABASE_URL: url, TAGBOAT_DATA: folder })).toEqual({ code: 0, dead: 7 });
    expect([places, closed]).toEqual([[{ databaseUrl: url }], 1]);
  });

  test("the process that has the folder", async () => {
    const log = { info: () => undefined, error: () => undefined };
    const ports = deskOf([], { ...NO_DEPTH, dead: 3 });
    const server = await startDeskServer({ dataFolder: folder, log, ...ports });
    expect(await status({ TAGBOAT_DATA: folder })).toEqual({ code: 0, dead: 3 });
    expect(places).toEqual([]);
    await server.close();
  });

  test("the folder, where no process has it", async () => {
    expect(await status({ TAGBOAT_DATA: folder })).toEqual({ code: 0, dead: 7 });
    expect([places, closed]).toEqual([[{ dataFolder: folder }], 1]);
  });

  test.each([
    [
      "no store: none is made",
      { TAGBOAT_DATA: "/nowhere/at-all" },
      /^TAGBOAT_DATA: there is no store in \/nowhere/,
    ],
    [
      "a wrong setting, without its value",
      { DATABASE_URL: "mysql://hush" },
      /^DATABASE_URL: write postgres/,
    ],
    [
      "several",
      { DATABASE_URL: "hush", TAGBOAT_RETENTION: "hush" },
      /^DATABASE_URL.*\nTAGBOAT_RETENTION/,
    ],
  ])("%s: exit 78", async (_name, variables, expected) => {
    expect(await status(variables)).toEqual({ code: 78, dead: null });
    expect(err).toMatch(expected);
    expect(err).not.toContain("hush");
    expect(places).toEqual([]);
  });

  test("a process of another version is said, and its folder left alone: exit 1", async () => {
    const other = createServer((_req, res) => res.end("{}"));
    other.listen(join(folder, "desk.sock"));
    await once(other, "listening");
    expect(await status({ TAGBOAT_DATA: folder })).toEqual({ code: 1, dead: null });
    expect(err).toMatch(/^the running Tagboat is of another version/);
    expect(places).toEqual([]);
    other.close();
    other.closeAllConnections();
  });
});
