import { describe, expect, test } from "@jest/globals";
import type { Stage } from "../../sandbox/stage.ts";
import type { Harbour, HarbourOptions } from "../support/harbour.ts";
import { patience } from "../support/patience.ts";
import { CONFIG, IMAGE, stories, usualFiles, V1, V2, V3 } from "../support/story.ts";

/** Nobody waits for a stranger's trouble: a repo or a registry that answers late or not at all delays its own work alone. */

const { start: open } = stories();
const SECOND = 1000;
const HOUR = 3_600_000;
const LATE = { kind: "latency", ms: 20 * SECOND } as const;
const DOWN = { kind: "bad-gateway-before" } as const;
const created = "2026-11-21T10:00:00Z";

/** `acme` has two CD repos more that carry the same image: `other`, and `ill`. */
function start(more: Partial<HarbourOptions> = {}): Promise<Harbour> {
  const before = async ({ world }: Stage) => {
    for (const name of ["other", "ill"])
      await world.createRepo("acme", name, { files: usualFiles });
  };
  return open({}, { before, keepLog: true, ...more });
}

function titles(h: Harbour, name: string): readonly string[] {
  const repo = h.stage.world.repo("acme", name);
  return repo === null ? [] : h.stage.world.pulls(repo).map(({ title }) => title);
}

const wanted = [`dev: app ${V1} → ${V2}`];

describe("a repo that GitHub answers late for", () => {
  test("at the first look, keeps the others waiting for 2 s, and gets its own proposal when it answers", async () => {
    const h = await start({ lateByClock: true });
    h.stage.faults.arm({ fault: LATE, repo: "acme/ill", times: 99 });
    await h.push(IMAGE, V2, { created });
    const settling = h.settle();
    // The tokens are signed on other threads: turns of the loop, not instants of the clock.
    for (let turn = 1; turn < 20_000 && titles(h, "other").length === 0; turn += 1) {
      await new Promise((next) => setImmediate(next));
      if (turn % 2500 === 0) await h.clock.advance(2 * SECOND);
    }
    expect([titles(h, "cd"), titles(h, "other"), titles(h, "ill")]).toEqual([wanted, wanted, []]);
    h.stage.faults.clear();
    await h.clock.advance(60 * SECOND);
    await settling;
    expect(titles(h, "ill")).toEqual(wanted);
  });
});

describe("a repo that GitHub cannot serve", () => {
  test("keeps no other from its proposal; its own follows when GitHub can again", async () => {
    const h = await start();
    h.stage.faults.arm({ fault: DOWN, repo: "acme/ill", times: 9999 });
    const delivery = await h.push(IMAGE, V2, { created });
    await h.settle();
    expect([titles(h, "cd"), titles(h, "other"), titles(h, "ill")]).toEqual([wanted, wanted, []]);
    await patience(h, 10 * 60 * SECOND);
    h.stage.faults.clear();
    await patience(h, HOUR);
    expect(titles(h, "ill")).toEqual(wanted);
    const outcomes = await h.outcomesOf(delivery);
    expect(outcomes.map(({ kind }) => kind)).toEqual(["proposed", "proposed", "proposed"]);
  });

  test("for hours, its events end as dead letters that are told, and the others' go on", async () => {
    const h = await start();
    h.stage.faults.arm({ fault: DOWN, repo: "acme/ill", times: 99_999 });
    const first = await h.push(IMAGE, V2, { created });
    await patience(h, 4 * HOUR);
    expect((await h.outcomesOf(first)).map(({ kind }) => kind).sort()).toEqual([
      "failed",
      "proposed",
      "proposed",
    ]);
    await h.push(IMAGE, V3, { created: "2026-11-22T07:00:00Z" });
    await h.settle();
    expect(titles(h, "other")).toEqual([`dev: app ${V1} → ${V3}`]);
  });

  test("although it is known: only its own lane waits", async () => {
    const h = await start();
    await h.tagboat.indexes.ofOwner("acme");
    h.stage.faults.arm({ fault: DOWN, repo: "acme/ill", times: 9999 });
    await h.push(IMAGE, V2, { created });
    await h.settle();
    expect([titles(h, "cd"), titles(h, "other"), titles(h, "ill")]).toEqual([wanted, wanted, []]);
    h.stage.faults.clear();
    await patience(h, HOUR);
    expect(titles(h, "ill")).toEqual(wanted);
  });
});

describe("an operator's switch", () => {
  const since = "2026-11-22T09:00:00Z";
  const ill = { repo: "acme/ill", environment: null, since, reason: "migration" };

  test("holds writes to one repo, and nobody else's; nothing is lost when it is lifted", async () => {
    const h = await start();
    await h.switches.put(ill);
    const delivery = await h.push(IMAGE, V2, { created });
    await patience(h, 6 * HOUR);
    expect([titles(h, "cd"), titles(h, "other"), titles(h, "ill")]).toEqual([wanted, wanted, []]);
    expect(h.lines.some((line) => line.includes("paused by the operator: migration"))).toBe(true);
    await h.switches.lift(ill);
    await patience(h, 60 * SECOND);
    expect(titles(h, "ill")).toEqual(wanted);
    expect((await h.outcomesOf(delivery)).map(({ kind }) => kind)).toEqual([
      "proposed",
      "proposed",
      "proposed",
    ]);
  });

  test.each([
    ["everything", { repo: null, environment: null }],
    ["an environment everywhere", { repo: null, environment: "dev" }],
    ["an environment of the repo", { repo: "acme/cd", environment: "dev" }],
  ])("holds %s", async (_, scope) => {
    const h = await start();
    await h.switches.put({ ...scope, since, reason: "freeze" });
    h.stage.recorder.clear();
    await h.push(IMAGE, V2, { created });
    await patience(h, 60 * SECOND);
    expect(titles(h, "cd")).toEqual([]);
    await h.switches.lift(scope);
    await patience(h, 60 * SECOND);
    expect(titles(h, "cd")).toEqual(wanted);
  });

  test("of another environment holds nothing here", async () => {
    const h = await start();
    await h.switches.put({ repo: null, environment: "prod", since, reason: "freeze" });
    await h.push(IMAGE, V2, { created });
    await h.settle();
    expect(titles(h, "cd")).toEqual(wanted);
  });

  test("holds the offer of a first config too", async () => {
    const { [CONFIG]: _, ...files } = usualFiles;
    const h = await open({}, { files });
    await h.switches.put({ repo: "acme/cd", environment: null, since, reason: "freeze" });
    await h.push(IMAGE, V2, { created });
    await patience(h, 60 * SECOND);
    expect(titles(h, "cd")).toEqual([]);
    await h.switches.lift({ repo: "acme/cd", environment: null });
    await patience(h, 60 * SECOND);
    expect(titles(h, "cd")).toEqual(["Configure Tagboat"]);
  });
});
