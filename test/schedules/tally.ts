import type { Fault } from "../../sandbox/api/faults.ts";
import type { Outcome } from "../../src/model/outcome.ts";

/** Every fault of the sandbox; a mutation document can fail at three places. */
export const faultNames = [
  "latency",
  "bad-gateway-before",
  "bad-gateway-after",
  "reset-before",
  "reset-after",
  "secondary-limit",
  "too-many-requests",
  "moved-head",
  "field-fails 1",
  "field-fails 2",
  "field-fails 3",
  "combined-refused",
  "webhook-lost",
  "webhook-doubled",
  "webhook-late",
] as const;

const outcomeNames = [
  "opened",
  "updated",
  "adopted",
  "closed",
  "committed",
  "skipped",
  "refused",
  "failed",
] as const;

/** What came of schedules. Plain JSON: workers send it. */
export interface Tally {
  schedules: number;
  steps: number;
  outcomes: Record<string, number>;
  /** By reason. */
  refused: Record<string, number>;
  skipped: Record<string, number>;
  faults: Record<string, number>;
  /** What commands and gates came to, of the promotion schedules. */
  promotion: Record<string, number>;
}

export function newTally(): Tally {
  return {
    schedules: 0,
    steps: 0,
    outcomes: {},
    refused: {},
    skipped: {},
    faults: {},
    promotion: {},
  };
}

export function countFault(tally: Tally, fault: Fault, what: string): void {
  // A document with fewer fields fails at its last one.
  const fields = what.split("+").length;
  const name =
    fault.kind === "field-fails" ? `field-fails ${Math.min(fault.field, fields)}` : fault.kind;
  bump(tally.faults, name, 1);
}

export function countOutcome(tally: Tally, outcome: Outcome): void {
  bump(tally.outcomes, outcome.kind === "proposed" ? outcome.action : outcome.kind, 1);
  if (outcome.kind === "refused") bump(tally.refused, outcome.reason, 1);
  if (outcome.kind === "skipped") bump(tally.skipped, outcome.reason, 1);
}

export function addTally(sum: Tally, one: Tally): void {
  sum.schedules += one.schedules;
  sum.steps += one.steps;
  for (const key of ["outcomes", "refused", "skipped", "faults", "promotion"] as const)
    for (const [name, count] of Object.entries(one[key])) bump(sum[key], name, count);
}

export function bump(counts: Record<string, number>, name: string, by: number): void {
  counts[name] = (counts[name] ?? 0) + by;
}

/** What the schedules never came to: they prove nothing about it. */
export function missingFrom(tally: Tally): string[] {
  const outcomes = ["opened", "updated", "closed", "committed", "skipped", "refused"];
  return [
    ...faultNames.filter((name) => (tally.faults[name] ?? 0) === 0),
    ...outcomes.filter((name) => (tally.outcomes[name] ?? 0) === 0),
  ];
}

const promotionNames = [
  "commands",
  "answers",
  "promotions",
  "rollbacks",
  "merges by the App",
  "checks that opened",
  "crashes",
  "lost databases",
] as const;

/** The same of the promotion schedules. */
export function missingOfPromotion(tally: Tally): string[] {
  return [
    ...faultNames.filter((name) => (tally.faults[name] ?? 0) === 0),
    ...promotionNames.filter((name) => (tally.promotion[name] ?? 0) === 0),
  ];
}

/** The summary for people. */
export function render(tally: Tally, seed: number, seconds: number): string {
  const list = (names: readonly string[], counts: Record<string, number>): string =>
    names.map((name) => `${name} ${counts[name] ?? 0}`).join(", ");
  const reasons = (counts: Record<string, number>): string =>
    list(Object.keys(counts).sort(), counts);
  const rate = (tally.schedules / seconds).toFixed(1);
  return [
    `${tally.schedules} schedules of ${tally.steps} steps, seed ${seed}, ${seconds.toFixed(1)} s, ${rate} schedules/s`,
    `proposals: ${list(outcomeNames.slice(0, 4), tally.outcomes)}; direct commits ${tally.outcomes.committed ?? 0}; failed ${tally.outcomes.failed ?? 0}`,
    `refused ${tally.outcomes.refused ?? 0}: ${reasons(tally.refused)}`,
    `skipped ${tally.outcomes.skipped ?? 0}: ${reasons(tally.skipped)}`,
    ...(Object.keys(tally.promotion).length === 0
      ? []
      : [`promotion: ${reasons(tally.promotion)}`]),
    `faults that fired: ${list(faultNames, tally.faults)}`,
  ].join("\n");
}
