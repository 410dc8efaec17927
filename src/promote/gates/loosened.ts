import type { Config, Environment, Freeze } from "../../model/config.ts";
import type { Gate } from "../../model/gate.ts";
import { mayOverlap } from "./path-overlap.ts";

/** A gate of an environment that a change of the config opens wider than it was. */
export interface LoosenedGate {
  readonly environment: string;
  readonly gate: Gate;
  /** What is loosened, as the config calls it. */
  readonly what: string;
}

/**
 * The gates that a change of the config loosens, by the environments as they were. What cannot be read any more loosens all:
 * a config that is not there gates nothing.
 * @param after `null`: deleted, or not valid.
 */
export function loosenedGates(before: Config, after: Config | null): readonly LoosenedGate[] {
  const everywhere = after === null ? ["the whole config"] : wide(before, after);
  return before.environments.flatMap((environment) => {
    const name = environment.name;
    const loosened = everywhere.map(
      (what): LoosenedGate => ({ environment: name, gate: "config", what }),
    );
    if (after === null) return loosened;
    const now = after.environments.find((one) => one.name === name);
    if (now === undefined) return [...loosened, { environment: name, gate: "config", what: name }];
    const taken = takenFolders(before, after, environment);
    return [...loosened, ...narrow(environment, now), ...taken];
  });
}

/** What is loosened for every environment. */
function wide(before: Config, after: Config): string[] {
  const found: string[] = [];
  const tracked = new Set(after.images.flatMap(({ name, aliases }) => [name, ...aliases]));
  const lost = before.images.flatMap(({ name, aliases }) => [name, ...aliases]);
  if (lost.some((name) => !tracked.has(name))) found.push("images");
  if (trusts(after, before).some((pair) => !trusts(before, before).includes(pair))) {
    found.push("images.verify");
  }
  if (before.mode === "act" && after.mode === "observe") found.push("mode");
  return found;
}

/** Rules whose images are not checked, each with the known rules behind it: the first match wins, so it may take their images. */
function trusts({ images }: Config, known: Config): string[] {
  return images.flatMap(({ name, verify }, index) => {
    if (verify !== "none") return [];
    const behind = images
      .slice(index)
      .filter((one) => known.images.some((rule) => rule.name === one.name));
    return [name, ...behind.map((one) => `${name} ${one.name}`)];
  });
}

/** Folders that another environment, with other gates, comes to name as well. */
function takenFolders(before: Config, after: Config, own: Environment): LoosenedGate[] {
  const takers = after.environments.filter(({ name, branch, path }) => {
    if (name === own.name || (branch !== own.branch && branch !== null && own.branch !== null)) {
      return false;
    }
    const had =
      before.environments.find((one) => one.name === name && one.branch === branch)?.path ?? [];
    const added = path.filter((one) => !had.includes(one));
    return added.some((one) => own.path.some((other) => mayOverlap(one, other)));
  });
  return takers.map(({ name }) => ({
    environment: own.name,
    gate: "content",
    what: `path of ${name}`,
  }));
}

const ON = ["push", "merge", "promotion"] as const;
const MERGE = ["auto", "approved", "manual"] as const;

/** Each key of an environment that opens a gate wider, with the gate. Anything not listed here loosens none. */
const LOOSER: readonly (readonly [string, Gate, (was: Environment, is: Environment) => boolean])[] =
  [
    ["path", "content", (was, is) => !includesAll(is.path, was.path)],
    ["branch", "content", (was, is) => was.branch !== is.branch],
    ["add", "content", (was, is) => is.add && !was.add],
    [
      "delivery",
      "content",
      (was, is) => was.delivery === "pull-request" && is.delivery === "commit",
    ],
    ["after", "ladder", (was, is) => !includesAll(is.after, was.after)],
    ["on", "ladder", (was, is) => ON.indexOf(is.on) < ON.indexOf(was.on)],
    ["image", "artifact", (was, is) => !sameMapping(was.image, is.image)],
    ["allow.teams", "ladder", (was, is) => widened(was.allow.teams, is.allow.teams)],
    ["allow.skip", "ladder", (was, is) => !includesAll(was.allow.skip, is.allow.skip)],
    [
      "freeze",
      "freeze",
      (was, is) => !was.freeze.every((one) => is.freeze.some((two) => holdsAsMuch(two, one))),
    ],
    ["age", "age", (was, is) => is.age < was.age],
    ["soak", "soak", (was, is) => is.soak < was.soak],
    [
      "require.health",
      "health",
      (was, is) => was.require.health !== null && is.require.health === null,
    ],
    ["require.checks", "checks", (was, is) => !includesAll(is.require.checks, was.require.checks)],
    ["approvals.count", "approvals", (was, is) => is.approvals.count < was.approvals.count],
    ["approvals.teams", "approvals", (was, is) => widened(was.approvals.teams, is.approvals.teams)],
    [
      "approvals.requester",
      "approvals",
      (was, is) => is.approvals.requester && !was.approvals.requester,
    ],
    ["merge", "approvals", (was, is) => MERGE.indexOf(is.merge) < MERGE.indexOf(was.merge)],
  ];

function narrow(was: Environment, is: Environment): LoosenedGate[] {
  return LOOSER.filter(([, , looser]) => looser(was, is)).map(([what, gate]) => ({
    environment: was.name,
    gate,
    what,
  }));
}

function includesAll(list: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((one) => list.includes(one));
}

/** No teams is everybody; one team more lets more people in. */
function widened(was: readonly string[], is: readonly string[]): boolean {
  return was.length > 0 && (is.length === 0 || !includesAll(was, is));
}

/** By another name an image of other content may come. New names where there were none as well. */
function sameMapping(was: Environment["image"], is: Environment["image"]): boolean {
  const pairs = Object.entries(is);
  return (
    pairs.length === Object.keys(was).length &&
    pairs.every(([source, target]) => was[source] === target)
  );
}

function holdsAsMuch(now: Freeze, was: Freeze): boolean {
  if (now.cron !== was.cron || now.tz !== was.tz || now.for < was.for) return false;
  if (!includesAll(was.except, now.except)) return false;
  return (
    now.override === null ||
    (was.override !== null && includesAll(was.override.teams, now.override.teams))
  );
}
