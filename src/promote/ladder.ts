import type { Config, Environment } from "../model/config.ts";

/**
 * The environments that a release comes from: those in `after`; one where the component has no overlay is passed over for those
 * before it.
 */
export function stepsBefore(
  config: Config,
  environment: Environment,
  hasOverlay: (environment: Environment) => boolean,
): readonly Environment[] {
  const seen = new Set<string>([environment.name]);
  const visit = (names: readonly string[]): Environment[] =>
    names.flatMap((name) => {
      const step = config.environments.find((one) => one.name === name);
      if (step === undefined || seen.has(name)) return [];
      seen.add(name);
      return hasOverlay(step) ? [step] : visit(step.after);
    });
  return visit(environment.after);
}

/** Every environment that comes before, however far. */
export function allBefore(config: Config, environment: Environment): readonly Environment[] {
  const found = new Map<string, Environment>();
  const visit = (names: readonly string[]): void => {
    for (const name of names) {
      const step = config.environments.find((one) => one.name === name);
      if (step === undefined || found.has(name) || name === environment.name) continue;
      found.set(name, step);
      visit(step.after);
    }
  };
  visit(environment.after);
  return [...found.values()];
}

/** Every environment that follows, however far, and itself. */
export function fromHereOn(config: Config, environment: string): readonly Environment[] {
  return config.environments.filter(
    (one) =>
      one.name === environment || allBefore(config, one).some(({ name }) => name === environment),
  );
}

/** The environments whose `after` names this one. */
export function nextSteps(config: Config, environment: string): readonly Environment[] {
  return config.environments.filter(({ after }) => after.includes(environment));
}
