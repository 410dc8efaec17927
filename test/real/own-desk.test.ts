import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { run } from "../../src/cli/run.ts";
import { openStore } from "../../src/store/open-store.ts";
import { recordOf } from "../support/desk-of-records.ts";
import { FakeClock } from "../support/fake-clock.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "own-desk-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function tagboat(args: readonly string[], dataFolder: string) {
  let out = "";
  let err = "";
  const terminal = {
    variables: { TAGBOAT_DATA: dataFolder },
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  return { code: await run(args, terminal), out, err };
}

/** What a process kept before it ended. */
async function keep(id: string): Promise<void> {
  const store = await openStore({
    url: null,
    folder,
    clock: new FakeClock(),
    log: { debug() {}, info() {}, warn() {}, error() {} },
    retention: 0,
    notices: null,
    works: false,
    onLost(problem) {
      throw problem;
    },
  });
  const subjects = [{ image: "quay.io/acme/app", tag: "v1", digest: null }];
  await store.inbox.accept([recordOf({ id, subjects }).delivery]);
  await store.close();
}

test("the operator asks and commands a store that no process has open", async () => {
  await keep("0199-1");
  const explained = await tagboat(["explain", "quay.io/acme/app:v1"], folder);
  expect(explained).toMatchObject({ code: 0, err: "" });
  expect(explained.out).toContain("told by quay for acme, delivery 0199-1: waiting");
  await tagboat(["pause", "acme/cd", "--reason", "moving house"], folder);
  const { out } = await tagboat(["status"], folder);
  expect(out).toMatch(/^deliveries not routed yet {2}1\n/);
  expect(out).toMatch(/\nPaused:\n {2}acme\/cd, since .*: moving house\n/);
});

test("a folder without a store stays without one", async () => {
  const empty = await mkdtemp(join(folder, "empty-"));
  const { code, err } = await tagboat(["status"], empty);
  expect(code).toBe(78);
  expect(err).toMatch(/^TAGBOAT_DATA: there is no store in /);
  expect(await readdir(empty)).toEqual([]);
});
