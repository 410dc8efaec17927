/** What a switch holds: everything, one repo (`owner/name`, lower case), one environment of every repo, or one of one repo. */
export interface SwitchScope {
  readonly repo: string | null;
  readonly environment: string | null;
}

/** An operator's "write nothing here". Intake and reading go on. */
export interface Switch extends SwitchScope {
  /** RFC 3339. */
  readonly since: string;
  readonly reason: string;
}

/** PORT. The operator's switches, the same for every process. */
export interface Switches {
  all(): Promise<readonly Switch[]>;
  put(held: Switch): Promise<void>;
  /** `false`: there was none. What it held is due at once. */
  lift(scope: SwitchScope): Promise<boolean>;
}

/** The switch that holds writes to a place, if any. */
export function heldBy(
  switches: readonly Switch[],
  place: { readonly repo: string; readonly environment: string | null },
): Switch | null {
  const holds = (one: Switch): boolean =>
    (one.repo === null || one.repo === place.repo) &&
    (one.environment === null || one.environment === place.environment);
  return switches.find(holds) ?? null;
}
