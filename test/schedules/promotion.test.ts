import { expect, test } from "@jest/globals";
import { promotions } from "./kind.ts";
import { search } from "./search.ts";
import { render } from "./tally.ts";

const SEED = 20261122;
const RUNS = 15;

test(`${RUNS} random schedules of commands, reviews and crashes keep every promise`, async () => {
  const start = performance.now();
  const found = await search(promotions, { seed: SEED, from: 0, to: RUNS, step: 1, shrink: true });
  console.log(render(found.tally, SEED, (performance.now() - start) / 1000));
  expect(found.failure).toBeNull();
  expect(found.tally.promotion.answers).toBeGreaterThan(0);
  expect(found.tally.promotion["merges by the App"]).toBeGreaterThan(0);
}, 300_000);
