import type { Environment } from "../model/config.ts";
import type { LaneTask, NewItem } from "../model/inbox.ts";
import type { Place } from "../model/outcome.ts";
import { parseTrackingBranch, trackingBranch } from "../propose/branch-name.ts";
import type { KnownRepo } from "./known-repo.ts";
import { laneOf } from "./lane.ts";

export function recheck(place: Place, environment: Environment, why: string): NewItem {
  const task: LaneTask = { kind: "recheck", place, why };
  return { lane: laneOf(task, environment.delivery === "commit"), task };
}

/** A place that the index knows, with its kustomization files. */
export interface FoundPlace {
  readonly place: Place;
  readonly environment: Environment;
  readonly files: string[];
}

/** The places whose base is `branch` (`null`: any), each with its files. */
export function placesOn(known: KnownRepo, branch: string | null): Map<string, FoundPlace> {
  const places = new Map<string, FoundPlace>();
  for (const overlay of known.index.overlays) {
    const environment = known.config?.environments.find((e) => e.name === overlay.environment);
    if (
      environment === undefined ||
      environment.on !== "push" ||
      (branch !== null && overlay.base !== branch)
    )
      continue;
    const key = JSON.stringify([overlay.base, overlay.environment, overlay.component]);
    const place = {
      repo: known.fullName,
      base: overlay.base,
      environment: environment.name,
      component: overlay.component,
    };
    const entry = places.get(key) ?? { place, environment, files: [] };
    entry.files.push(overlay.file);
    places.set(key, entry);
  }
  return places;
}

/** Places whose files a push changed, those that it took files from or gave files to, and those that it ended. */
export function concernedPlaces(
  before: KnownRepo | null,
  now: KnownRepo,
  { branch, paths }: { readonly branch: string; readonly paths: ReadonlySet<string> | null },
): readonly FoundPlace[] {
  const earlier = before === null ? new Map<string, FoundPlace>() : placesOn(before, branch);
  const places = placesOn(now, branch);
  const concerned = [...places].filter(([key, { files }]) => {
    const same = earlier.get(key)?.files.join("\n") === files.join("\n");
    return paths === null || !same || files.some((file) => paths.has(file));
  });
  const ended = [...earlier].filter(([key]) => !places.has(key));
  return [...concerned, ...ended].map(([, place]) => place);
}

/**
 * The place that a proposal's branch belongs to. One that lost its files is found by the branch's hash, as long as its environment
 * is in the config. `null`: none.
 */
export function placeOfBranch(
  known: KnownRepo,
  base: string | null,
  branch: string,
): FoundPlace | null {
  for (const found of placesOn(known, base).values())
    if (trackingBranch(found.place) === branch) return found;
  const parsed = parseTrackingBranch(branch);
  if (parsed === null || base === null) return null;
  const guesses = (known.config?.environments ?? [])
    .filter(({ on }) => on === "push")
    .flatMap((environment) =>
      [null, parsed.component].map((component) => ({
        place: { repo: known.fullName, base, environment: environment.name, component },
        environment,
        files: [],
      })),
    );
  return guesses.find(({ place }) => trackingBranch(place) === branch) ?? null;
}
