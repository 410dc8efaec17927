import { mappedImage, trackedImage } from "../decide/image-pattern.ts";
import { compareVersions } from "../decide/order.ts";
import {
  changeFor,
  entryTrouble,
  holdsAlready,
  isComparable,
  type Target,
  targetsIn,
  versionIn,
} from "../decide/plan-entry.ts";
import { type PlanFile, readPlanFiles } from "../decide/plan-files.ts";
import type { PlanRow } from "../decide/tracking-plan.ts";
import type { Change, ImageChange } from "../model/change.ts";
import type { Config, Environment, ImageRule } from "../model/config.ts";
import type { FileState } from "../model/forge.ts";
import type { ImageName, ImageVersion } from "../model/image.ts";
import type { Refusal } from "../model/outcome.ts";
import { code } from "../model/outside-text.ts";
import { type Artifact, type ImageArtifact, NO_TAG, type OrderKey } from "../model/release.ts";
import type { HeldArtifact } from "./held-artifacts.ts";

/** A place as it stands: where versions are to be put. */
export interface StandingPlace {
  readonly config: Config;
  readonly environment: Environment;
  readonly files: ReadonlyMap<string, FileState>;
  readonly folders: ReadonlyMap<string, readonly string[]>;
  /** The place's kustomization files. */
  readonly paths: readonly string[];
  /** Build time of a version in an entry; `null`: nobody knows. */
  keyOf(image: ImageName, version: ImageVersion): OrderKey | null;
}

/** What becomes of a place when it takes artifacts. */
export type PlaceChange =
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | {
      readonly kind: "planned";
      /** Empty: it holds all of them already. */
      readonly changes: readonly Change[];
      readonly rows: readonly PlanRow[];
      /** Those that it has a place for. */
      readonly artifacts: readonly Artifact[];
      /** Images that it has no entry for. */
      readonly unplaced: readonly ImageName[];
      /** Entries that hold a newer version than what comes. */
      readonly newer: readonly PlanRow[];
    };

/** Puts artifacts into the entries of a place, each by its own version. Pure: the same place and artifacts, the same changes. */
export function changePlace(place: StandingPlace, artifacts: readonly Artifact[]): PlaceChange {
  const files = readPlanFiles(place);
  const trouble = files.find((file) => file.trouble !== null)?.trouble;
  if (trouble != null) return { kind: "refused", refusal: trouble };
  const found: Found = { changes: [], rows: [], artifacts: [], unplaced: [], newer: [] };
  for (const artifact of artifacts) {
    const refusal =
      artifact.kind === "image"
        ? putImage(place, files, artifact, found)
        : putRef(files, artifact, found);
    if (refusal !== null) return { kind: "refused", refusal };
  }
  return { kind: "planned", ...found };
}

interface Found {
  readonly changes: Change[];
  readonly rows: PlanRow[];
  readonly artifacts: Artifact[];
  readonly unplaced: ImageName[];
  readonly newer: PlanRow[];
}

function putImage(
  place: StandingPlace,
  files: readonly PlanFile[],
  artifact: ImageArtifact,
  found: Found,
): Refusal | null {
  const rule = trackedImage(place.config, artifact.image)?.rule;
  const targets = files.flatMap((file) =>
    targetsIn(place, artifact.image, file).map((target) => ({ file, target })),
  );
  if (rule === undefined || targets.length === 0) {
    const mapped = mappedImage(place.config, place.environment.image, artifact.image);
    if (mapped !== null && rule !== undefined) return missing(place, mapped, artifact.image);
    found.unplaced.push(artifact.image);
    return null;
  }
  for (const { file, target } of targets) {
    const refusal = putInto(place, rule, { file, target, artifact }, found);
    if (refusal !== null) return refusal;
  }
  found.artifacts.push(artifact);
  return null;
}

function putInto(
  place: StandingPlace,
  rule: ImageRule,
  at: { readonly file: PlanFile; readonly target: Target; readonly artifact: ImageArtifact },
  found: Found,
): Refusal | null {
  const { artifact, file, target } = at;
  const trouble = entryTrouble(target, file);
  if (trouble !== null) return trouble;
  const change = changeOf(rule, target, artifact);
  if (change === "digest-unknown") return digestUnknown(target, artifact);
  if (holdsAlready(change, target)) return null;
  const to = {
    tag: artifact.tag === NO_TAG ? null : (change.newTag ?? artifact.tag),
    digest: change.digest ?? null,
  };
  const row = { file: target.file, image: target.image, from: versionIn(target.entry), to };
  found.changes.push(change);
  found.rows.push(row);
  if (isNewer(place, rule, target, artifact)) found.newer.push(row);
  return null;
}

/** A version that is known by its digest alone takes the tag's place: a tag beside it would tell of another one. */
function changeOf(
  rule: ImageRule,
  target: Target,
  artifact: ImageArtifact,
): ImageChange | "digest-unknown" {
  if (artifact.tag !== NO_TAG) return changeFor(rule, target, artifact);
  const change = changeFor({ ...rule, pin: "digest" }, target, artifact);
  if (change === "digest-unknown") return change;
  return target.entry?.newTag == null ? change : { ...change, newTag: null };
}

function isNewer(
  place: StandingPlace,
  rule: ImageRule,
  target: Target,
  artifact: ImageArtifact,
): boolean {
  const now = versionIn(target.entry);
  if (now === null || !isComparable(rule.tags, target.entry, artifact.tag)) return false;
  const present = { ...now, orderKey: place.keyOf(target.entry?.image ?? target.image, now) };
  const coming = { ...artifact, tag: artifact.tag === NO_TAG ? null : artifact.tag };
  return compareVersions(rule.tags, coming, present) === "older";
}

function missing({ environment }: StandingPlace, mapped: ImageName, image: ImageName): Refusal {
  const message = `No file of ${code(environment.name)} has an entry for ${code(mapped)} or ${code(image)}: add one of them to \`images:\`.`;
  return { reason: "entry-missing", message };
}

function digestUnknown(target: Target, artifact: ImageArtifact): Refusal {
  const message = `${code(target.name)} is pinned by digest, and the digest of ${code(artifact.tag)} is not known.`;
  return { reason: "digest-unknown", message, file: target.file };
}

function putRef(
  files: readonly PlanFile[],
  artifact: Extract<Artifact, { kind: "ref" }>,
  found: Found,
): null {
  const own = files.filter(({ refs }) => refs.some(({ repo }) => repo === artifact.repo));
  if (own.length === 0) return null;
  found.artifacts.push(artifact);
  for (const { path, refs } of own)
    if (refs.some(({ repo, ref }) => repo === artifact.repo && ref !== artifact.ref))
      found.changes.push({ kind: "ref", file: path, repo: artifact.repo, ref: artifact.ref });
  return null;
}

/** Whether a place has somewhere to put an artifact, as far as its files can be read. */
export function takes(place: StandingPlace, artifact: HeldArtifact): boolean {
  return readPlanFiles(place).some((file) => {
    if (file.trouble !== null) return true;
    return artifact.kind === "image"
      ? targetsIn(place, artifact.image, file).length > 0
      : file.refs.some(({ repo }) => repo === artifact.repo);
  });
}
