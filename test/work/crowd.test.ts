import { describe, expect, test } from "@jest/globals";
import type { Delivery } from "../../src/model/delivery.ts";
import type { Acceptance } from "../../src/model/inbox.ts";
import { Crowd } from "../../src/work/crowd.ts";
import { FakeClock } from "../support/fake-clock.ts";

const never = new AbortController().signal;

function stage() {
  const clock = new FakeClock();
  const crowd = new Crowd(clock, () => clock.now().getTime());
  const inbox = crowd.watching({
    accept: (batch) => Promise.resolve(batch.map((): Acceptance => "new")),
  });
  const commit = (size: number) => inbox.accept(Array.from({ length: size }, delivery));
  const passed: number[] = [];
  const ask = (limit: number, signal = never) =>
    crowd.pass(limit, signal).then((room) => passed.push(room));
  return { clock, commit, ask, passed };
}

function delivery(): Delivery {
  return {
    id: "1",
    source: "quay",
    owner: "acme",
    scope: { kind: "owner" },
    senderId: null,
    subjects: [],
    receivedAt: "2026-11-22T15:00:00.000Z",
    headers: {},
    body: "{}",
  };
}

describe("a crowd of senders", () => {
  test("is none where commits are small", async () => {
    const { commit, ask, passed } = stage();
    await commit(7);
    await ask(512);
    expect(passed).toEqual([512]);
  });

  test("holds routing up until it is gone", async () => {
    const { clock, commit, ask, passed } = stage();
    await commit(8);
    const asked = ask(512);
    await clock.advance(49);
    expect(passed).toEqual([]);
    await clock.advance(1);
    await asked;
    expect(passed).toEqual([512]);
  });

  test("lets some through every second however long it stays", async () => {
    const { clock, commit, ask, passed } = stage();
    await commit(8);
    const asked = ask(512);
    for (let ms = 0; ms < 1000; ms += 20) {
      await clock.advance(20);
      await commit(8);
    }
    await asked;
    expect(passed).toEqual([64]);
    await commit(8);
    const again = ask(60);
    for (let ms = 0; ms < 1000; ms += 20) {
      await clock.advance(20);
      await commit(8);
    }
    await again;
    expect(passed).toEqual([64, 60]);
  });

  test("does not hold up the end of the process", async () => {
    const { commit, ask, passed } = stage();
    await commit(8);
    const stop = new AbortController();
    const asked = ask(512, stop.signal);
    stop.abort();
    await asked;
    expect(passed).toEqual([512]);
  });
});
