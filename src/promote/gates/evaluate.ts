import { type Gate, type GateReport, type GateState, gates } from "../../model/gate.ts";
import { approvalsGate } from "./approvals.ts";
import { artifactGate, banGate, holdGate } from "./artifact.ts";
import { checksGate } from "./checks.ts";
import { configGate } from "./config-change.ts";
import { contentGate } from "./content.ts";
import type { GateFacts, GatePlace } from "./facts.ts";
import { combined, type Finding, open, placeName, worstOf } from "./finding.ts";
import { ladderGate } from "./ladder.ts";
import { healthGate, soakGate } from "./running.ts";
import { ageGate, freezeGate } from "./times.ts";

type PlaceGate = (facts: GateFacts, place: GatePlace) => Finding | null;

const placeGates: Readonly<Record<Exclude<Gate, "content" | "config">, PlaceGate>> = {
  ladder: ladderGate,
  artifact: artifactGate,
  ban: banGate,
  hold: holdGate,
  freeze: freezeGate,
  age: ageGate,
  soak: soakGate,
  health: healthGate,
  checks: checksGate,
  approvals: approvalsGate,
};

/** What a rollback does not wait for: it brings back what ran here, when something is wrong. */
const NOT_FOR_ROLLBACKS: readonly Gate[] = ["hold", "freeze", "age", "soak", "health"];

/** Nothing that Tagboat tracks and no config is changed. */
export const nothingToGate: GateReport = { verdict: "open", title: "Nothing to gate", states: [] };

/** Whether a pull request may merge, gate by gate; a gate that the config does not ask for is left out. Pure: the same facts, the same report. */
export function evaluateGates(facts: GateFacts): GateReport {
  const { pull, places, config } = facts;
  if (places.length === 0 && config === null && pull.filesComplete) return nothingToGate;
  const states = gates.flatMap((gate): GateState[] => {
    const finding = findingOf(gate, facts);
    return finding === null ? [] : [{ gate, ...finding }];
  });
  const verdict = worstOf(states.map((state) => state.verdict));
  return { verdict, title: titleOf(verdict, states), states };
}

/** When a gate may open or close by itself: the check is to be made again then. `null`: nothing but somebody's act changes it. */
export function nextLook({ states }: GateReport): Date | null {
  const times = states.flatMap(({ until }) => (until === null ? [] : [until.getTime()]));
  return times.length === 0 ? null : new Date(Math.min(...times));
}

function findingOf(gate: Gate, facts: GateFacts): Finding | null {
  if (gate === "config") return configGate(facts);
  // Of more files than are listed nobody knows which places they are in.
  const unplaced = facts.places.length === 0 && facts.pull.filesComplete;
  if (gate === "content") return unplaced ? null : contentGate(facts);
  const several = facts.places.length > 1;
  const findings = facts.places.flatMap((place) => {
    const finding = inPlace(gate, facts, place);
    if (finding === null) return [];
    return several && finding.verdict !== "open"
      ? [{ ...finding, detail: `${placeName(place)}: ${finding.detail}` }]
      : [finding];
  });
  return findings.length === 0 ? null : combined(findings);
}

function inPlace(
  gate: keyof typeof placeGates,
  facts: GateFacts,
  place: GatePlace,
): Finding | null {
  const finding = placeGates[gate](facts, place);
  if (finding === null || finding.verdict === "open") return finding;
  const exempt = facts.origin.kind === "rollback" && NOT_FOR_ROLLBACKS.includes(gate);
  return exempt ? open("A rollback does not wait for it.") : finding;
}

function titleOf(verdict: GateReport["verdict"], states: readonly GateState[]): string {
  if (verdict === "open") return "May merge";
  const those = states.filter((state) => state.verdict === verdict).map(({ gate }) => gate);
  return `${verdict === "closed" ? "Closed" : "Waiting"}: ${those.join(", ")}`;
}
