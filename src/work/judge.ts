import type { Config, Environment } from "../model/config.ts";
import type { GateReport } from "../model/gate.ts";
import type { PullGlance, PullLook } from "../model/gate-reads.ts";
import type { PullFacts } from "../model/pulls.ts";
import { evaluateGates, nothingToGate } from "../promote/gates/evaluate.ts";
import type { GateFacts } from "../promote/gates/facts.ts";
import { WORD_LABEL } from "../promote/words.ts";
import { readGateFacts } from "./gate-facts.ts";
import { touchedBy } from "./gate-places.ts";
import type { KnownRepo } from "./known-repo.ts";
import type { RunParts } from "./run-place.ts";

export interface Judged {
  readonly report: GateReport;
  /** `null`: it touches nothing that is tracked. */
  readonly facts: GateFacts | null;
}

/** The verdict of now, from facts that are read afresh. */
export async function judge(
  parts: RunParts,
  known: KnownRepo,
  config: Config,
  pull: PullFacts,
): Promise<Judged> {
  const read = await readGateFacts(parts, known, config, pull);
  if (read === null) return { report: nothingToGate, facts: null };
  return { report: evaluateGates(read.facts), facts: read.facts };
}

/** The verdict about what was looked at: where the glance was enough, there is nothing to gate. */
export function judgeLook(
  parts: RunParts,
  known: KnownRepo,
  config: Config,
  { facts }: PullLook,
): Promise<Judged> {
  if (facts === null) return Promise.resolve({ report: nothingToGate, facts: null });
  return judge(parts, known, config, facts);
}

/** Reads a pull request no further than it takes to judge it. */
export function lookToJudge(
  { gateReads }: RunParts,
  known: KnownRepo,
  config: Config,
  pull: number,
): Promise<PullLook | null> {
  return gateReads.look(known.repo, {
    number: pull,
    counted: WORD_LABEL,
    isEnough: (glance) => isOutside(known, config, glance),
  });
}

/** Whether any environment waits for anything. */
export function knowsGates({ environments }: Config): boolean {
  return environments.some(isGated);
}

/** Whether an environment waits for anything. */
export function isGated({
  after,
  age,
  approvals,
  freeze,
  on,
  require,
  soak,
}: Environment): boolean {
  return (
    after.length > 0 ||
    on !== "push" ||
    approvals.count > 0 ||
    freeze.length > 0 ||
    require.checks.length > 0 ||
    require.health !== null ||
    soak + age > 0
  );
}

function isOutside(
  known: KnownRepo,
  config: Config,
  { base, files, said, state }: PullGlance,
): boolean {
  if (state !== "open" || files === null) return false;
  const change = { base: { branch: base }, files, filesComplete: true };
  const { config: isConfig, places } = touchedBy(known, config, change);
  if (isConfig) return false;
  if (places.length === 0) return true;
  // Without a gate there is still what people said, and what we are to merge.
  const merges = places.some(({ environment }) => environment.merge !== "manual");
  return !knowsGates(config) && said === 0 && !merges;
}
