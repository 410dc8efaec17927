import { renderDuration } from "../../decide/duration.ts";
import type { GateFacts, GatePlace, LadderStep } from "./facts.ts";
import { closed, combined, type Finding, open, waiting } from "./finding.ts";
import { wasThere } from "./ladder.ts";

const NO_FEED =
  "no notification of Argo CD tells how it runs there: connect them, or take the gate out of the config.";

/** It ran long enough, undegraded, in the environments before. */
export function soakGate({ now }: GateFacts, place: GatePlace): Finding | null {
  const { soak } = place.environment;
  if (soak === 0) return null;
  return overSteps(place, (step, running) => {
    const { environment } = step;
    const length = renderDuration(soak);
    if (running.undegradedFor >= soak) return open(`It ran in ${environment} for ${length}.`);
    if (!running.counting) {
      return closed(`It did not run in ${environment} for ${length} without being degraded.`);
    }
    const until = new Date(now.getTime() + soak - running.undegradedFor);
    return waiting(`It is to run in ${environment} for ${length}.`, until);
  });
}

/** It is healthy in the environments before. */
export function healthGate(_facts: GateFacts, place: GatePlace): Finding | null {
  if (place.environment.require.health === null) return null;
  return overSteps(place, ({ environment }, { health }) => {
    if (health === "healthy") return open(`It is healthy in ${environment}.`);
    if (health === "degraded") return closed(`It is degraded in ${environment}.`);
    return waiting(`It is not yet healthy in ${environment}.`);
  });
}

function overSteps(
  { artifacts, environment }: GatePlace,
  judge: (step: LadderStep, running: NonNullable<LadderStep["running"]>) => Finding,
): Finding {
  if (environment.after.length === 0) return open("No environment comes before.");
  // A step that was left out is the ladder's matter.
  const steps = artifacts.flatMap((one) => one.steps.filter(wasThere));
  if (steps.length === 0) return closed("It ran in no environment before.");
  return combined(
    steps.map((step) =>
      step.running === null
        ? closed(`In ${step.environment}: ${NO_FEED}`)
        : judge(step, step.running),
    ),
  );
}
