import picomatch from "picomatch";
import type { Config, Environment } from "../model/config.ts";

/** What the operator asks of environments at least. All floors that match count. */
export type Policy = readonly Floor[];

export interface Floor {
  /** Names of environments, `*` allowed, whatever their case. */
  readonly match: readonly string[];
  /** Repos, `owner/name` with `*` allowed. */
  readonly repos: readonly string[];
  readonly approvals: Environment["approvals"] | null;
  readonly allow: {
    readonly teams: readonly string[];
    /** `null`: the repo's own choice. */
    readonly skip: readonly string[] | null;
  } | null;
  readonly merge: "approved" | "manual" | null;
  /** Milliseconds. */
  readonly soak: number;
  readonly age: number;
  readonly require: Environment["require"];
  readonly freeze: Environment["freeze"];
}

/** The config with the operator's floors under each environment. @param repo `owner/name`. */
export function withFloors(config: Config, policy: Policy, repo: string): Config {
  const environments = config.environments.map((one) => applyFloor(one, policy, repo));
  return { ...config, environments };
}

/** The environment, nowhere looser than it was and than the operator's floors ask. Laying them twice changes nothing. */
export function applyFloor(environment: Environment, policy: Policy, repo: string): Environment {
  const floors = policy.filter(
    ({ match, repos }) => fits(match, environment.name) && fits(repos, repo),
  );
  const { approvals, allow, ...rest } = floors.reduce(tightened, environment);
  const approvers = teamsOf(floors.map((floor) => floor.approvals?.teams ?? []));
  const commanders = teamsOf(floors.map((floor) => floor.allow?.teams ?? []));
  return {
    ...rest,
    approvals: { ...approvals, teams: narrowed(approvals.teams, approvers) },
    allow: { ...allow, teams: narrowed(allow.teams, commanders) },
  };
}

function fits(patterns: readonly string[], name: string): boolean {
  return picomatch.isMatch(name, [...patterns], {
    nocase: true,
    dot: true,
    nonegate: true,
    noextglob: true,
  });
}

const MERGE = ["auto", "approved", "manual"] as const;

function tightened(own: Environment, floor: Floor): Environment {
  const { approvals, require } = own;
  const least = floor.approvals;
  return {
    ...own,
    // No gate stands before a direct commit.
    delivery: "pull-request",
    merge:
      MERGE[Math.max(MERGE.indexOf(own.merge), MERGE.indexOf(floor.merge ?? "auto"))] ?? "manual",
    approvals:
      least === null
        ? approvals
        : {
            count: Math.max(approvals.count, least.count),
            teams: approvals.teams,
            requester: approvals.requester && least.requester,
          },
    allow: allowed(own.allow, floor.allow),
    soak: Math.max(own.soak, floor.soak),
    age: Math.max(own.age, floor.age),
    require: {
      checks: [...new Set([...require.checks, ...floor.require.checks])],
      health: floor.require.health ?? require.health,
    },
    freeze: [
      ...own.freeze,
      ...floor.freeze.filter((one) => !own.freeze.some((two) => same(one, two))),
    ],
  };
}

function allowed(own: Environment["allow"], floor: Floor["allow"]): Environment["allow"] {
  const skip = floor?.skip ?? null;
  if (skip === null) return own;
  return { teams: own.teams, skip: own.skip.filter((team) => skip.includes(team)) };
}

/** Of floors that have no team in common the last one counts. */
function teamsOf(floors: readonly (readonly string[])[]): readonly string[] {
  return floors.reduce(narrowed, []);
}

/** Teams of which each is enough; none: everybody. What the repo names counts as far as the floor has it too, else the floor alone. */
function narrowed(own: readonly string[], floor: readonly string[]): readonly string[] {
  if (floor.length === 0) return own;
  const both = own.filter((team) => floor.includes(team));
  return both.length > 0 ? both : floor;
}

function same(one: Environment["freeze"][number], two: Environment["freeze"][number]): boolean {
  return JSON.stringify(one) === JSON.stringify(two);
}
