import type * as fc from "fast-check";
import { describe, type Schedule, schedules } from "./actions.ts";
import * as promotion from "./promotion/actions.ts";
import { runPromotion } from "./promotion/run-promotion.ts";
import { runSchedule } from "./run-schedule.ts";
import { missingFrom, missingOfPromotion, type Tally } from "./tally.ts";

/** A kind of schedules: how they are made, played and told. */
export interface Kind<T> {
  readonly schedules: fc.Arbitrary<T>;
  describe(schedule: T): string;
  /** @throws Broken with every complaint. */
  run(schedule: T): Promise<Tally>;
  /** What many schedules never came to. */
  missing(tally: Tally): readonly string[];
}

/** Pushed images and what follows from them. */
export const tracking: Kind<Schedule> = {
  schedules,
  describe,
  run: runSchedule,
  missing: missingFrom,
};

/** Commands, approvals, gates and merges. */
export const promotions: Kind<promotion.Schedule> = {
  schedules: promotion.schedules,
  describe: promotion.describe,
  run: runPromotion,
  missing: missingOfPromotion,
};
