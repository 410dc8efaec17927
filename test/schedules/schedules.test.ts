import { expect, test } from "@jest/globals";
import { search } from "./search.ts";
import { missingFrom, render } from "./tally.ts";

const SEED = 20261122;
const RUNS = 100;

test(`${RUNS} random schedules keep every promise`, async () => {
  const start = performance.now();
  const found = await search({ seed: SEED, from: 0, to: RUNS, step: 1, shrink: true });
  console.log(render(found.tally, SEED, (performance.now() - start) / 1000));
  expect(found.failure).toBeNull();
  expect(missingFrom(found.tally)).toEqual([]);
}, 300_000);
