import { expect, test } from "@jest/globals";
import { ForgeUnavailable } from "../../src/model/forge.ts";
import type { FailedHook } from "../../src/model/host-history.ts";
import { requestHooksAgain } from "../../src/work/request-hooks-again.ts";
import { FakeClock } from "../support/fake-clock.ts";

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** GitHub with webhooks that fail whatever is done; what it is asked is noted. */
function stage(guids: readonly string[]) {
  const clock = new FakeClock();
  const asked: string[] = [];
  const since: string[] = [];
  const state = { failed: guids.map(hook), down: false };
  const history = {
    async failedHooks(from: Date) {
      since.push(from.toISOString());
      return state.failed;
    },
    async redeliver(id: string) {
      if (state.down) throw new ForgeUnavailable("502", "request", null);
      asked.push(id);
      return true;
    },
  };
  const chore = requestHooksAgain({ history, clock, log: silent });
  return { chore, asked, since, state, signal: new AbortController() };
}

function hook(guid: string): FailedHook {
  return { id: `id-${guid}`, guid, event: "push", at: "2026-11-22T08:00:00Z" };
}

test("webhooks of three days are asked for, each three times at most", async () => {
  const { asked, chore, signal, since, state } = stage(["a", "b"]);
  await chore.run(signal.signal);
  expect(asked).toEqual(["id-a", "id-b"]);
  expect(since).toEqual(["2026-11-19T09:00:00.000Z"]);
  state.failed = ["a", "c"].map(hook);
  for (let at = 0; at < 5; at += 1) await chore.run(signal.signal);
  expect(asked.filter((id) => id === "id-a")).toHaveLength(3);
  expect(asked.filter((id) => id === "id-c")).toHaveLength(3);
});

test("a round asks for 500 at most, and ends where the process stops", async () => {
  const guids = Array.from({ length: 600 }, (_, at) => String(at));
  const { asked, chore, signal } = stage(guids);
  await chore.run(signal.signal);
  expect(asked).toHaveLength(500);
  signal.abort();
  await chore.run(signal.signal);
  expect(asked).toHaveLength(500);
});

test("while GitHub cannot be asked, the round ends, and that counts as one try", async () => {
  const { asked, chore, signal, state } = stage(["a"]);
  state.down = true;
  await expect(chore.run(signal.signal)).rejects.toThrow("502");
  state.down = false;
  for (let at = 0; at < 4; at += 1) await chore.run(signal.signal);
  expect(asked).toHaveLength(2);
});
