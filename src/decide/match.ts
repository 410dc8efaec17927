import type { Config, Environment } from "../model/config.ts";
import type { ImageName } from "../model/image.ts";
import type { Outcome, Place, RefuseReason, SkipReason } from "../model/outcome.ts";
import { isLiteralPath } from "./environment-paths.ts";
import { mappedImage, type TrackedImage, trackedImage } from "./image-pattern.ts";
import type { Overlay, RepoIndex } from "./repo-index.ts";

/** Where a new version of an image is to be proposed: one lane. */
export interface TrackedPlace extends Place {
  readonly settings: Environment;
  /** The component's kustomization files that can be read, sorted: all of them, not only those that carry the image. */
  readonly files: readonly string[];
}

export interface Places {
  readonly places: readonly TrackedPlace[];
  /** Environments where nothing is proposed, and why. */
  readonly outcomes: readonly Outcome[];
}

/**
 * Where an image is deployed, by the first rule that fits it.
 * @param repo the CD repo as `owner/name`: stands in the places and outcomes.
 */
export function placesOf(index: RepoIndex, config: Config, image: ImageName, repo: string): Places {
  const tracked = trackedImage(config, image);
  if (tracked === null) {
    const detail = `no rule of the config fits ${image}`;
    return {
      places: [],
      outcomes: [{ kind: "skipped", place: null, reason: "not-tracked", detail }],
    };
  }
  const places: TrackedPlace[] = [];
  const outcomes: Outcome[] = [];
  for (const settings of config.environments) {
    const found = inEnvironment({ index, config, tracked, settings, repo });
    places.push(...found.places);
    outcomes.push(...found.outcomes);
  }
  return { places, outcomes };
}

/** Whether any overlay of the index deploys the image, config or not. */
export function carriesImage(index: RepoIndex, image: ImageName): boolean {
  return index.overlays.some(({ entries }) => entries.some((entry) => entry.image === image));
}

interface Search {
  readonly index: RepoIndex;
  readonly config: Config;
  readonly tracked: TrackedImage;
  readonly settings: Environment;
  readonly repo: string;
}

function inEnvironment(search: Search): Places {
  const { index, settings } = search;
  const overlays = index.overlays.filter(({ environment }) => environment === settings.name);
  const carrying = overlays.filter((overlay) => carries(search, overlay));
  if (carrying.length === 0) return nowhere(search, overlays);
  if (settings.on !== "push") return { places: [], outcomes: [promotionOnly(search, carrying)] };
  return byComponent(search, overlays, carrying);
}

function carries({ config, tracked, settings }: Search, overlay: Overlay): boolean {
  const mapped = mappedImage(config, settings.image, tracked.image);
  return overlay.entries.some(
    ({ image }) =>
      image !== null && (image === mapped || trackedImage(config, image)?.image === tracked.image),
  );
}

/** Whether a missing entry may be added: only for an image that a rule names in full, at folders named in full. */
export function mayAdd(tracked: TrackedImage, environment: Environment): boolean {
  return (
    environment.add &&
    !tracked.rule.name.includes("*") &&
    environment.path.every((path) => isLiteralPath(path))
  );
}

function nowhere(search: Search, overlays: readonly Overlay[]): Places {
  const { tracked, settings } = search;
  if (settings.on !== "push") return { places: [], outcomes: [promotionOnly(search, overlays)] };
  if (mayAdd(tracked, settings) && overlays.length > 0)
    return byComponent(search, overlays, overlays);
  const unread = overlays.filter(({ trouble }) => trouble !== null).length;
  const hint = unread === 0 ? "" : ` (${unread} of them cannot be read)`;
  const detail = `none of the ${overlays.length} overlays of ${settings.name} has an entry for ${tracked.image}${hint}`;
  const place = placeOn(search, overlays[0]);
  const mapped = mappedImage(search.config, settings.image, tracked.image);
  // Who writes a mapping expects an entry: that none is there is told as a fault.
  const kind = mapped === null ? "skipped" : "refused";
  return { places: [], outcomes: [{ kind, place, reason: "entry-missing", detail }] };
}

function promotionOnly(search: Search, overlays: readonly Overlay[]): Outcome {
  const { name, on } = search.settings;
  const reason: SkipReason = "promotion-only";
  const detail = `${name} follows ${on === "merge" ? "merges" : "commands"}, not pushes`;
  return { kind: "skipped", place: placeOn(search, overlays[0]), reason, detail };
}

function placeOn({ index, settings, repo }: Search, overlay: Overlay | undefined): Place {
  const base = overlay?.base ?? settings.branch ?? index.defaultBranch ?? "";
  return { repo, base, environment: settings.name, component: overlay?.component ?? null };
}

function byComponent(
  search: Search,
  overlays: readonly Overlay[],
  carrying: readonly Overlay[],
): Places {
  const places: TrackedPlace[] = [];
  const outcomes: Outcome[] = [];
  for (const component of new Set(carrying.map((overlay) => overlay.component))) {
    const own = carrying.filter((overlay) => overlay.component === component);
    const place = placeOn(search, own[0]);
    for (const { trouble } of own) {
      if (trouble) outcomes.push(refused(place, trouble.reason, trouble.message));
    }
    if (own.every(({ trouble }) => trouble !== null)) continue;
    const files = overlays
      .filter((overlay) => overlay.component === component && overlay.trouble === null)
      .map(({ file }) => file)
      .sort();
    places.push({ ...place, settings: search.settings, files });
  }
  return { places, outcomes };
}

function refused(place: Place, reason: RefuseReason, detail: string): Outcome {
  return { kind: "refused", place, reason, detail };
}
