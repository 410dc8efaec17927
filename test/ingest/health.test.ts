import { describe, expect, test } from "@jest/globals";
import { createHealth, type HealthCheck } from "../../src/ingest/health.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** A part that answers when it is told to. */
function part(name: string, over: Partial<HealthCheck> = {}) {
  const asked: { resolve(): void; reject(error: Error): void }[] = [];
  const check = () =>
    new Promise<void>((resolve, reject) => {
      asked.push({ resolve, reject });
    });
  return { name, asked, check, ...over };
}

function start(checks: readonly HealthCheck[]) {
  const clock = new FakeClock();
  const lines: object[] = [];
  const log = { warn: (fields: object) => void lines.push(fields) };
  return { clock, lines, health: createHealth({ checks, clock, log }) };
}

const good = async () => undefined;

async function bad(): Promise<void> {
  throw new Error("password authentication failed");
}

describe("health", () => {
  test.each<[string, HealthCheck[], string[]]>([
    ["all is well", [{ name: "store", check: good }], []],
    [
      "one is not",
      [
        { name: "store", check: bad },
        { name: "github credentials", check: good },
      ],
      ["store"],
    ],
    [
      "nothing is",
      [
        { name: "store", check: bad },
        { name: "github credentials", check: bad },
      ],
      ["store", "github credentials"],
    ],
  ])("%s: names what is wrong", async (_name, checks, expected) => {
    const { health } = start(checks);
    expect(await health()).toEqual(expected);
  });

  test("nobody waits longer than two seconds, and what hangs is asked once", async () => {
    const store = part("store");
    const { clock, health } = start([store]);
    const answer = health();
    await clock.advance(1999);
    const second = health();
    await clock.advance(1);
    expect(await answer).toEqual(["store"]);
    await clock.advance(1999);
    expect(await second).toEqual(["store"]);
    expect(store.asked).toHaveLength(1);
    store.asked[0]?.resolve();
    await clock.advance(0);
    expect(await health()).toEqual([]);
    expect(store.asked).toHaveLength(1);
  });

  test("a part whose silence says nothing is bad only when it says so", async () => {
    const github = part("github credentials", { late: "good" });
    const { clock, health } = start([github]);
    const answer = health();
    await clock.advance(2000);
    expect(await answer).toEqual([]);
    github.asked[0]?.reject(new Error("401"));
    await clock.advance(0);
    expect(await health()).toEqual(["github credentials"]);
  });

  test("an answer serves a second, a good one as long as it is said to be good", async () => {
    let works = false;
    let asked = 0;
    const check = async () => {
      asked += 1;
      if (!works) throw new Error("401");
    };
    const { clock, health } = start([{ name: "github credentials", check, goodFor: 60_000 }]);
    await Promise.all([health(), health(), health()]);
    expect(asked).toBe(1);
    works = true;
    await clock.advance(999);
    expect(await health()).toEqual(["github credentials"]);
    await clock.advance(1);
    expect(await health()).toEqual([]);
    await clock.advance(59_999);
    await health();
    expect(asked).toBe(2);
    await clock.advance(1);
    await health();
    expect(asked).toBe(3);
  });

  test("what is wrong is logged when it begins, not at every probe", async () => {
    let works = false;
    const check = async () => {
      if (!works) throw new Error("down");
    };
    const { clock, health, lines } = start([{ name: "store", check }]);
    for (const state of [false, false, true, false]) {
      works = state;
      await health();
      await clock.advance(1000);
    }
    expect(lines).toEqual([
      { part: "store", err: new Error("down") },
      { part: "store", err: new Error("down") },
    ]);
  });
});
