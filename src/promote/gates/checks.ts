import { PROMOTION_CHECK } from "../../model/gate.ts";
import type { Check } from "../../model/pulls.ts";
import type { GateFacts, GatePlace } from "./facts.ts";
import { closed, type Finding, listed, open, waiting } from "./finding.ts";

/** The checks that the config names passed on the head commit. Of several by one name all have to. */
export function checksGate({ pull }: GateFacts, { environment }: GatePlace): Finding | null {
  const names = environment.require.checks.filter((name) => name !== PROMOTION_CHECK);
  if (names.length === 0) return null;
  const of = (verdict: Check["verdict"] | "absent") =>
    names.filter((name) => verdictOf(pull.checks, name) === verdict);
  const failing = of("failing");
  if (failing.length > 0) return closed(`Failed: ${listed(failing)}.`);
  const absent = of("absent");
  if (absent.length > 0) return waiting(`Not reported on this commit: ${listed(absent)}.`);
  const pending = of("pending");
  if (pending.length > 0) return waiting(`Still running: ${listed(pending)}.`);
  return open(`Passed: ${listed(names)}.`);
}

function verdictOf(checks: readonly Check[], name: string): Check["verdict"] | "absent" {
  const verdicts = checks.filter((check) => check.name === name).map(({ verdict }) => verdict);
  if (verdicts.length === 0) return "absent";
  if (verdicts.includes("failing")) return "failing";
  return verdicts.includes("pending") ? "pending" : "passing";
}
