import type { ImageName } from "../model/image.ts";
import type { Refusal } from "../model/outcome.ts";
import type { Artifact, ImageArtifact } from "../model/release.ts";
import { trackedImage } from "./image-pattern.ts";
import { presentVersions } from "./plan-entry.ts";
import { type PlanFile, readPlanFiles } from "./plan-files.ts";
import { planImage } from "./plan-image.ts";
import { planRefs } from "./plan-refs.ts";
import type { Contender, ImagePlan, Plan, TrackingInput, Verdict } from "./tracking-plan.ts";

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
  "tag-pushed-again",
  "up-to-date",
  "platform-missing",
  "tag-moving",
  "tag-ignored",
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
