import { expect, test } from "@jest/globals";
import { tracking } from "./kind.ts";
import { search } from "./search.ts";
import { render } from "./tally.ts";

const SEED = 20261122;
const RUNS = 100;

test(`${RUNS} random schedules keep every promise`, async () => {
  const start = performance.now();
  const found = await search(tracking, { seed: SEED, from: 0, to: RUNS, step: 1, shrink: true });
  console.log(render(found.tally, SEED, (performance.now() - start) / 1000));
  expect(found.failure).toBeNull();
  expect(tracking.missing(found.tally)).toEqual([]);
}, 300_000);
