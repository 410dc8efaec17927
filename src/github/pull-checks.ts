import type { Check } from "../model/pulls.ts";
import type { BranchDemands } from "./branch-rules.ts";
import type { CheckNode } from "./pull-facts-document.ts";

/** Reported checks, and those that are demanded and that nobody has reported yet: GitHub lists only the former. */
export function allChecks(nodes: readonly CheckNode[], demands: BranchDemands): readonly Check[] {
  const reported = nodes.map((node) => checkOf(node, demands));
  const missing = demands.checks.filter(
    (demanded) => !reported.some((check) => answers(check, demanded)),
  );
  const awaited = missing.map((one) => ({ ...one, verdict: "pending", required: true }) as const);
  return [...reported, ...awaited];
}

type Demanded = BranchDemands["checks"][number];

function answers(check: Pick<Check, "name" | "appId">, { name, appId }: Demanded): boolean {
  return check.name === name && (appId === null || check.appId === appId);
}

const PASSING = new Set(["SUCCESS", "NEUTRAL", "SKIPPED"]);

function checkOf(node: CheckNode, demands: BranchDemands): Check {
  const isStatus = node.__typename === "StatusContext";
  const name = isStatus ? node.context : node.name;
  const appId = isStatus ? null : (node.checkSuite.app?.databaseId ?? null);
  const required =
    node.isRequired || demands.checks.some((demanded) => answers({ name, appId }, demanded));
  return { name, appId, verdict: isStatus ? ofStatus(node.state) : runVerdict(node), required };
}

function ofStatus(state: string): Check["verdict"] {
  if (state === "PENDING" || state === "EXPECTED") return "pending";
  return state === "SUCCESS" ? "passing" : "failing";
}

/** How a check run stands. */
export function runVerdict({
  status,
  conclusion,
}: {
  readonly status: string;
  readonly conclusion: string | null;
}): Check["verdict"] {
  if (status !== "COMPLETED" || conclusion === null) return "pending";
  return PASSING.has(conclusion) ? "passing" : "failing";
}
