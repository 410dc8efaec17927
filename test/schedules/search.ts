import * as fc from "fast-check";
import type { Kind } from "./kind.ts";
import { Broken } from "./run-schedule.ts";
import { addTally, newTally, type Tally } from "./tally.ts";

export interface Failure {
  readonly schedule: number;
  readonly seed: number;
  readonly steps: string;
  readonly complaints: string;
  readonly trace: readonly string[];
}

/** How long a failing schedule is made smaller. */
const SHRINK_MS = 60_000;

/** Plays schedules `from`, `from + step`, … below `to`, each made from `seed` and its own number alone; stops at the first that fails. */
export async function search<T>(
  kind: Kind<T>,
  range: {
    readonly seed: number;
    readonly from: number;
    readonly to: number;
    readonly step: number;
    readonly shrink: boolean;
  },
): Promise<{ readonly tally: Tally; readonly failure: Failure | null }> {
  const tally = newTally();
  for (let schedule = range.from; schedule < range.to; schedule += range.step) {
    const failure = await play(kind, range.seed, schedule, range.shrink, tally);
    if (failure !== null) return { tally, failure };
  }
  return { tally, failure: null };
}

async function play<T>(
  kind: Kind<T>,
  seed: number,
  schedule: number,
  shrink: boolean,
  tally: Tally,
): Promise<Failure | null> {
  let failed = false;
  const property = fc.asyncProperty(kind.schedules, async (one) => {
    try {
      const came = await kind.run(one);
      if (!failed) addTally(tally, came);
    } catch (error) {
      failed = true;
      throw error;
    }
  });
  const run = await fc.check<[T]>(property, {
    seed: (seed + schedule * 7919) | 0,
    numRuns: 1,
    endOnFailure: !shrink,
    interruptAfterTimeLimit: SHRINK_MS,
  });
  if (run.counterexample === null) return null;
  const error = run.errorInstance;
  return {
    schedule,
    seed,
    steps: kind.describe(run.counterexample[0]),
    complaints: String(error instanceof Error ? error.stack : error),
    trace: error instanceof Broken ? error.trace : [],
  };
}
