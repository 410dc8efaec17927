import { isEnvironmentName } from "./config-environment.ts";
import { isLiteralPath } from "./environment-paths.ts";

/** An environment as the folders of a repo suggest it. */
export interface FoundEnvironment {
  readonly name: string;
  readonly paths: readonly string[];
  /** The smaller, the earlier; equal ranks stand side by side. */
  readonly rank: number;
}

const CONTAINERS = new Set(["overlays", "env", "envs", "environments"]);
const COMPONENTS = new Set(["apps", "components", "services"]);
const NEVER = new Set(["base", "bases", "common", "shared", ...CONTAINERS, ...COMPONENTS]);
const USUAL: readonly (readonly string[])[] = [
  ["dev", "development", "sandbox"],
  ["test", "testing", "int", "integration", "ci"],
  ["qa", "uat"],
  ["stage", "staging", "stg"],
  ["pre-prod", "preprod", "pre-production", "preproduction"],
  ["prod", "production", "live", "prd"],
];
const UNKNOWN_RANK = USUAL.length - 2.5;

interface FoundFolder {
  readonly name: string;
  /** Path of the environment's folder, `{component}` in place of the component. */
  readonly path: string;
  /** Overlays lie below it rather than in it. */
  readonly deep: boolean;
}

/** The environments that folders with a kustomization file look like, in order of promotion. */
export function foundEnvironments(folders: readonly string[]): FoundEnvironment[] {
  const found = folders.flatMap((folder) => foundFolder(folder) ?? []);
  const numbered = found.length > 0 && found.every(({ path }) => numberOf(lastPart(path)) !== null);
  const byName = new Map<string, FoundFolder[]>();
  for (const one of found) byName.set(one.name, [...(byName.get(one.name) ?? []), one]);
  return [...byName]
    .map(([name, list]) => ({
      name,
      paths: pathsOf(list),
      rank: numbered
        ? Math.min(...list.map(({ path }) => numberOf(lastPart(path)) ?? 0))
        : usualRank(name),
    }))
    .sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
}

function pathsOf(folders: readonly FoundFolder[]): string[] {
  const deep = new Map<string, boolean>();
  for (const { path, deep: isDeep } of folders) deep.set(path, isDeep || deep.get(path) === true);
  return [...deep].map(([path, isDeep]) => (isDeep ? `${path}/**` : path)).sort();
}

function foundFolder(folder: string): FoundFolder | null {
  const parts = folder.split("/");
  // A name with the signs of a glob would mean something else in the config.
  if (folder === "" || !isLiteralPath(folder) || folder.includes("\\")) return null;
  const component = parts.findIndex((part) => COMPONENTS.has(part));
  const container = parts.findIndex((part) => CONTAINERS.has(part));
  const inside = container < 0 ? -1 : behindContainers(parts, container);
  // Whichever stands further left decides, so that no folder is of two environments: `env/dev/apps/shop` is dev.
  if (inside >= 0 && (component < 0 || inside < component)) return at(parts, inside, null, true);
  return component >= 0 && parts.length > component + 2 ? ofComponent(parts, component) : null;
}

function ofComponent(parts: readonly string[], index: number): FoundFolder | null {
  const first = index + 2;
  const inside = behindContainers(parts, first);
  return at(parts, inside, index + 1, inside > first);
}

function behindContainers(parts: readonly string[], start: number): number {
  let index = start;
  while (CONTAINERS.has(parts[index] ?? "")) index++;
  return index;
}

/** The environment named by the part at `index`; outside of a container only the usual names are taken for one. */
function at(
  parts: readonly string[],
  index: number,
  component: number | null,
  contained: boolean,
): FoundFolder | null {
  const part = parts[index];
  if (part === undefined) return null;
  const name = nameOf(part);
  if (NEVER.has(name) || !isEnvironmentName(name)) return null;
  if (!contained && usualRank(name) === UNKNOWN_RANK) return null;
  const path = parts
    .slice(0, index + 1)
    .map((one, position) => (position === component ? "{component}" : one))
    .join("/");
  if (/^\.git(hub)?(\/|$)/.test(path)) return null;
  return { name, path, deep: parts.length > index + 1 };
}

/** A numeric prefix gives order and is dropped: `01-dev` is `dev`. */
function nameOf(part: string): string {
  return (/^\d+[-_.]+(.+)$/.exec(part)?.[1] ?? part).toLowerCase();
}

function numberOf(part: string): number | null {
  const found = /^(\d{1,6})[-_.]+./.exec(part);
  return found ? Number(found[1]) : null;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function usualRank(name: string): number {
  const whole = USUAL.findIndex((words) => words.includes(name));
  if (whole >= 0) return whole;
  const parts = name.split(/[-_.]/);
  const part = USUAL.findLastIndex((words) => words.some((word) => parts.includes(word)));
  return part >= 0 ? part : UNKNOWN_RANK;
}
