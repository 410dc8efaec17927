import { approvedBy } from "./approvals.ts";
import type { GateFacts } from "./facts.ts";
import { combined, type Finding, listed, open } from "./finding.ts";
import { type LoosenedGate, loosenedGates } from "./loosened.ts";

/** Who loosens a gate needs the approvals that it asked for before: else one pull request opens the way for the next. */
export function configGate(facts: GateFacts): Finding | null {
  const { config } = facts;
  if (config === null) return null;
  const loosened = loosenedGates(config.before, config.after);
  if (loosened.length === 0) return open("It loosens no gate.");
  const findings = config.before.environments.flatMap(({ name, approvals }) => {
    const own = loosened.filter(({ environment }) => environment === name);
    return own.length === 0 ? [] : [ofEnvironment(name, own, approvedBy(facts, approvals))];
  });
  return combined(findings);
}

function ofEnvironment(name: string, loosened: readonly LoosenedGate[], finding: Finding): Finding {
  const what = listed(loosened.slice(0, 5).map((one) => one.what));
  return { ...finding, detail: `It loosens ${name} (${what}). ${finding.detail}` };
}
