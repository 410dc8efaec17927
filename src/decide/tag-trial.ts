import type { Config } from "../model/config.ts";
import type { FileState } from "../model/forge.ts";
import type { ImageName } from "../model/image.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Release } from "../model/release.ts";
import { trackedImage } from "./image-pattern.ts";
import { placesOf, type TrackedPlace } from "./match.ts";
import { orderKeyOf } from "./order.ts";
import { planTracking } from "./plan.ts";
import { targetsIn } from "./plan-entry.ts";
import { readPlanFiles } from "./plan-files.ts";
import type { RepoIndex } from "./repo-index.ts";
import { isMovingTag } from "./tag-policy.ts";
import type { Plan, Verdict } from "./tracking-plan.ts";

/** A tag as if it were pushed, and when its image was built, RFC 3339; `null`: not known. */
export interface TriedTag {
  readonly tag: string;
  readonly built: string | null;
}

/** What would become of one tag. `maybe`: it fits, and the times of the builds decide, which are not known here. */
export interface TagResult {
  readonly tag: string;
  readonly result: "taken" | "maybe" | "skipped" | "refused";
  /** One of the reasons of outcomes; `null` for what is taken. */
  readonly reason: string | null;
  readonly detail: string;
}

export interface PlaceTrial {
  readonly environment: string;
  readonly component: string | null;
  readonly base: string;
  /** What stands in the entries of the image now. */
  readonly present: readonly { readonly file: string; readonly version: string | null }[];
  readonly tags: readonly TagResult[];
}

export interface TagTrial {
  readonly places: readonly PlaceTrial[];
  /** Environments where nothing is proposed, and why. */
  readonly outcomes: readonly Outcome[];
}

/**
 * What would be proposed if these tags of an image were pushed, by the plan that decides it in earnest. What only a registry
 * tells (platforms, digests, times that are not given) is left out.
 * @param files the kustomization files of the repo by their paths.
 */
export function tryTags(
  given: Config,
  index: RepoIndex,
  files: ReadonlyMap<string, FileState>,
  image: ImageName,
  tags: readonly TriedTag[],
): TagTrial {
  const config = withoutRegistry(given);
  const { outcomes, places } = placesOf(index, config, image, "");
  const trial = { config, files, image };
  return { places: places.map((place) => tryPlace(trial, place, tags)), outcomes };
}

function withoutRegistry(config: Config): Config {
  const images = config.images.map((rule) => ({
    ...rule,
    pin: "tag" as const,
    tags: { ...rule.tags, platforms: [] },
  }));
  return { ...config, images };
}

interface Trial {
  readonly config: Config;
  readonly files: ReadonlyMap<string, FileState>;
  readonly image: ImageName;
}

function tryPlace(trial: Trial, place: TrackedPlace, tags: readonly TriedTag[]): PlaceTrial {
  const alone = tags.map((tag) => planOf(trial, place, [tag], tags));
  const fit = tags.filter((_, at) => alone[at]?.verdicts[0]?.kind === "taken");
  const together = planOf(trial, place, fit, tags);
  const results = tags.map((tag, at): TagResult => {
    const verdict = together.verdicts[fit.indexOf(tag)] ?? alone[at]?.verdicts[0];
    return resultOf(trial, tag.tag, verdict, isUnsure(trial, alone[at], fit, tag));
  });
  const { component, base, environment } = place;
  return { environment, component, base, present: presentAt(trial, place), tags: results };
}

/** Whether times decide about a tag that fits, and one of them is not known. */
function isUnsure(
  { config, image }: Trial,
  alone: Plan | undefined,
  fit: readonly TriedTag[],
  tried: TriedTag,
): boolean {
  const policy = trackedImage(config, image)?.rule.tags;
  if (policy?.order !== "build-time" || !fit.includes(tried)) return false;
  if (fit.length > 1 && fit.some(({ built }) => built === null)) return true;
  const stands = alone?.rows[0]?.from?.tag ?? null;
  const moves = stands === null || isMovingTag(policy, stands, tried.tag);
  return !moves && alone?.orderUnknown === true;
}

function resultOf(
  { config, image }: Trial,
  tag: string,
  verdict: Verdict | undefined,
  unsure: boolean,
): TagResult {
  if (unsure) {
    const detail = "it fits; the newest build of those that fit is taken, which the registry tells";
    return { tag, result: "maybe", reason: null, detail };
  }
  if (verdict === undefined) return { tag, result: "skipped", reason: "entry-missing", detail: "" };
  if (verdict.kind === "taken") {
    const order = trackedImage(config, image)?.rule.tags.order ?? "";
    const detail = `by ${order} the newest of those that fit`;
    return { tag, result: "taken", reason: null, detail };
  }
  return { tag, result: verdict.kind, reason: verdict.reason, detail: verdict.detail };
}

function planOf(
  { config, files, image }: Trial,
  { component, files: paths, settings }: TrackedPlace,
  tags: readonly TriedTag[],
  known: readonly TriedTag[],
): Plan {
  return planTracking({
    config,
    environment: settings,
    component,
    files,
    folders: new Map(),
    paths,
    candidates: tags.map((tag) => releaseOf(image, tag)),
    carried: [],
    merged: [],
    barred: [],
    keyOf: (_image, { tag }) =>
      orderKeyOf(known.find((one) => one.tag === tag)?.built ?? null, null),
  });
}

function releaseOf(image: ImageName, { built, tag }: TriedTag): Release {
  const orderKey = orderKeyOf(built, null);
  return {
    artifacts: [{ kind: "image", image, tag, digest: null, orderKey }],
    builtAt: built,
    provenance: {},
    platforms: [],
    deliveries: [],
  };
}

function presentAt({ config, files, image }: Trial, place: TrackedPlace): PlaceTrial["present"] {
  const name = trackedImage(config, image)?.image ?? image;
  const read = readPlanFiles({ paths: place.files, files, folders: new Map() });
  return read.flatMap((file) =>
    targetsIn({ config, environment: place.settings }, name, file).map(({ entry }) => ({
      file: file.path,
      version: entry?.newTag ?? entry?.digest ?? null,
    })),
  );
}
