import type { Change } from "../model/change.ts";
import type { Config, Environment } from "../model/config.ts";
import type { FileState } from "../model/forge.ts";
import type { ImageName, ImageVersion } from "../model/image.ts";
import type { Refusal, RefuseReason, SkipReason } from "../model/outcome.ts";
import type { Artifact, ImageArtifact, OrderKey, Release } from "../model/release.ts";
import { trackedImage } from "./image-pattern.ts";
import { presentVersions } from "./plan-entry.ts";
import { type PlanFile, readPlanFiles } from "./plan-files.ts";
import { type Contender, type ImagePlan, planImage } from "./plan-image.ts";
import { planRefs } from "./plan-refs.ts";

/** All that a tracking proposal of one environment and component is decided from. */
export interface TrackingInput {
  readonly config: Config;
  readonly environment: Environment;
  readonly component: string | null;
  readonly files: ReadonlyMap<string, FileState>;
  /** Names in each folder; key `""` for the root. */
  readonly folders: ReadonlyMap<string, readonly string[]>;
  /** The component's kustomization files. */
  readonly paths: readonly string[];
  /** What events brought, in order of arrival. */
  readonly candidates: readonly Release[];
  /** What the open proposal carries; empty when there is none. */
  readonly carried: readonly Artifact[];
  /** What people closed unmerged. */
  readonly barred: readonly BarredArtifact[];
  /** Build time of a version that stands in an entry; `null` when nobody knows. See {@link inPlace}. */
  keyOf(image: ImageName, version: ImageVersion): OrderKey | null;
}

export interface BarredArtifact {
  readonly artifact: ImageArtifact;
  /** Number of the closed pull request. */
  readonly pull: number;
}

/** What became of one release, or of one artifact that the open proposal carries. */
export type Verdict =
  | { readonly kind: "taken"; readonly detail: string }
  | { readonly kind: "skipped"; readonly reason: SkipReason; readonly detail: string }
  | { readonly kind: "refused"; readonly reason: RefuseReason; readonly detail: string };

/** One line of the proposal's table. */
export interface PlanRow {
  readonly file: string;
  readonly image: ImageName;
  /** `null`: the entry names no version. */
  readonly from: ImageVersion | null;
  readonly to: ImageVersion;
}

export interface Plan {
  /** Against the files of the input. Empty: there is nothing to propose. */
  readonly changes: readonly Change[];
  /** What the proposal will carry. */
  readonly artifacts: readonly Artifact[];
  readonly rows: readonly PlanRow[];
  /** One for each candidate, in their order. */
  readonly verdicts: readonly Verdict[];
  /** One for each carried artifact, in their order. */
  readonly carriedVerdicts: readonly Verdict[];
  /** Places that stay as they are until a person mends them. */
  readonly refusals: readonly Refusal[];
  /** Nobody can tell whether some version is newer than what it replaces. */
  readonly orderUnknown: boolean;
}

/** The versions now in the entries whose build time {@link planTracking} will ask for: `keyOf` is called with no others. */
export function inPlace(
  input: Omit<TrackingInput, "keyOf">,
): { readonly image: ImageName; readonly tag: string | null; readonly digest: string | null }[] {
  const files = readPlanFiles(input);
  const found = new Map<string, { image: ImageName; tag: string | null; digest: string | null }>();
  for (const [image, contenders] of contendersOf(input)) {
    for (const present of presentVersions(input, image, files, contenders)) {
      found.set(JSON.stringify(present), present);
    }
  }
  return [...found.values()];
}

/** Decides what a tracking proposal changes. Pure: the same input gives the same plan; its own result gives nothing more. */
export function planTracking(input: TrackingInput): Plan {
  const files = readPlanFiles(input);
  const images = [...contendersOf(input)].map(([image, contenders]) =>
    planImage(input, image, files, contenders),
  );
  const judge = (artifact: Artifact, candidate: number | null) =>
    artifactVerdict(input, images, artifact, candidate);
  const verdicts = input.candidates.map(({ artifacts }, index) =>
    together(artifacts.filter(isImage).map((artifact) => judge(artifact, index))),
  );
  const refs = planRefs(input, files, images);
  const carriedVerdicts = input.carried.map((artifact) =>
    artifact.kind === "ref" ? refs.verdictOf(artifact) : judge(artifact, null),
  );
  return {
    changes: [...images.flatMap(({ changes }) => changes), ...refs.changes],
    artifacts: [...images.flatMap(({ artifacts }) => artifacts), ...refs.artifacts],
    rows: images.flatMap(({ rows }) => rows),
    verdicts,
    carriedVerdicts,
    refusals: [...troubles(files), ...images.flatMap(({ refusals }) => refusals)],
    orderUnknown: images.some(({ orderUnknown }) => orderUnknown),
  };
}

function isImage(artifact: Artifact): artifact is ImageArtifact {
  return artifact.kind === "image";
}

function troubles(files: readonly PlanFile[]): Refusal[] {
  return files.flatMap(({ trouble }) => trouble ?? []);
}

/** All versions that want to be in the entries of one image, by the name of its rule; those of the open proposal first. */
function contendersOf(input: Omit<TrackingInput, "keyOf">): Map<ImageName, Contender[]> {
  const found = new Map<ImageName, Contender[]>();
  const add = (artifact: Artifact, candidate: number | null) => {
    if (!isImage(artifact)) return;
    const image = trackedImage(input.config, artifact.image)?.image;
    if (image === undefined) return;
    found.set(image, [...(found.get(image) ?? []), { artifact, candidate }]);
  };
  for (const artifact of input.carried) add(artifact, null);
  for (const [index, { artifacts }] of input.candidates.entries()) {
    for (const artifact of artifacts) add(artifact, index);
  }
  return found;
}

function artifactVerdict(
  input: TrackingInput,
  images: readonly ImagePlan[],
  artifact: Artifact,
  candidate: number | null,
): Verdict {
  if (!isImage(artifact)) return { kind: "skipped", reason: "nothing-to-do", detail: "no image" };
  const image = trackedImage(input.config, artifact.image)?.image;
  const plan = images.find((other) => other.image === image);
  const verdicts = plan?.verdictsOf({ artifact, candidate });
  if (verdicts) return together(verdicts);
  const detail = `no rule of the config fits ${artifact.image}`;
  return { kind: "skipped", reason: "not-tracked", detail };
}

// Of several places the one that matters most to a person speaks for all.
const WEIGHT: readonly string[] = [
  "taken",
  "refused",
  "closed-by-person",
  "older",
  "superseded",
  "up-to-date",
  "tag-moving",
  "tag-not-matching",
  "entry-missing",
  "not-tracked",
];

function together(verdicts: readonly Verdict[]): Verdict {
  const weight = (verdict: Verdict) => {
    const rank = WEIGHT.indexOf(verdict.kind === "skipped" ? verdict.reason : verdict.kind);
    return rank < 0 ? WEIGHT.length : rank;
  };
  const [first] = [...verdicts].sort((a, b) => weight(a) - weight(b));
  return first ?? { kind: "skipped", reason: "nothing-to-do", detail: "the release has no image" };
}
