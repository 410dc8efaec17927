import type { GateReport } from "../model/gate.ts";
import { nothingToGate } from "./gates/evaluate.ts";
import { worstOf } from "./gates/finding.ts";

/** How the gates stand for one of several pull requests that a commit speaks for. */
export interface Member {
  readonly pull: number;
  readonly report: GateReport;
}

/** One answer for all of them: as open as the worst. Of a single one, its own. */
export function jointReport(members: readonly Member[]): GateReport {
  const [only, ...others] = members;
  if (only === undefined) return nothingToGate;
  if (others.length === 0) return only.report;
  const states = members.flatMap(({ pull, report }) =>
    report.states.map((state) => ({ ...state, detail: `#${pull}: ${state.detail}` })),
  );
  if (states.length === 0) return nothingToGate;
  const verdict = worstOf(members.map(({ report }) => report.verdict));
  return { verdict, title: titleOf(verdict, members), states };
}

function titleOf(verdict: GateReport["verdict"], members: readonly Member[]): string {
  if (verdict === "open") return "May merge";
  const those = members.filter(({ report }) => report.verdict === verdict);
  const shown = those.slice(0, 5).map(({ pull }) => `#${pull}`);
  const more = those.length > shown.length ? ` and ${those.length - shown.length} more` : "";
  return `${verdict === "closed" ? "Closed" : "Waiting"}: ${shown.join(", ")}${more}`;
}
