import { visible } from "../../model/outside-text.ts";
import type { GateArtifact, GateFacts, GatePlace, LadderStep } from "./facts.ts";
import { closed, type Finding, listed, open } from "./finding.ts";
import { maySkip } from "./rights.ts";

/** What comes was in the environments before. A rollback brings back what was here: nobody may slip in something new that way. */
export function ladderGate(facts: GateFacts, place: GatePlace): Finding | null {
  if (facts.origin.kind === "rollback") return rollbackStep(place);
  const { environment, artifacts } = place;
  if (environment.after.length === 0) return null;
  const skipped = artifacts.filter(({ steps }) => steps.some((step) => !wasThere(step)));
  if (skipped.length === 0) return open(`It was in ${before(artifacts, environment.after)}.`);
  if (place.skip === null) return closed(neverThere(skipped));
  const { by, reason } = place.skip;
  const who = visible(by.login, 40);
  if (maySkip(facts.people.get(by.id), environment)) {
    return open(`${who} leaves a step out: ${visible(reason)}`);
  }
  return closed(
    `${who} may not leave a step out: maintainers of the repo may${orTeams(environment.allow.skip)}.`,
  );
}

function rollbackStep({ artifacts, environment }: GatePlace): Finding {
  const strange = artifacts.filter(({ ranHere }) => !ranHere);
  if (strange.length === 0) return open(`It was in ${environment.name} before.`);
  return closed(`${environment.name} never held ${named(strange)}: promote it instead.`);
}

/** Whether this very version was in an environment that comes before. */
export function wasThere({ held }: Pick<LadderStep, "held">): boolean {
  return held === "now" || held === "before";
}

function before(artifacts: readonly GateArtifact[], after: readonly string[]): string {
  const steps = artifacts.flatMap((one) => one.steps.map(({ environment }) => environment));
  // Without an overlay of the component an environment is passed over.
  return steps.length === 0
    ? `every environment that has it before (${after.join(", ")})`
    : listed([...new Set(steps)]);
}

function neverThere(artifacts: readonly GateArtifact[]): string {
  const missing = artifacts.flatMap(({ steps }) => steps.filter((step) => !wasThere(step)));
  const where = listed([...new Set(missing.map(({ environment }) => environment))]);
  return missing.every(({ held }) => held === "other-digest")
    ? `${named(artifacts)} was in ${where} with another digest: promote this one there first.`
    : `${named(artifacts)} was never in ${where}: promote it there first.`;
}

function named(artifacts: readonly GateArtifact[]): string {
  return listed(artifacts.slice(0, 3).map(({ name, version }) => `${name} ${version}`));
}

function orTeams(teams: readonly string[]): string {
  return teams.length === 0 ? "" : `, and ${listed(teams)}`;
}
