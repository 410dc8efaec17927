import type { Change, ImageChange } from "../model/change.ts";
import type { Config, Environment } from "../model/config.ts";
import type { FileState } from "../model/forge.ts";
import type { ImageName, ImageVersion } from "../model/image.ts";
import type { Refusal, RefuseReason, SkipReason } from "../model/outcome.ts";
import type { Artifact, ImageArtifact, OrderKey, Release } from "../model/release.ts";

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
  /** What merged proposals of this place carried, newest first, as far as is known. */
  readonly merged: readonly ImageArtifact[];
  /** What people closed unmerged. */
  readonly barred: readonly BarredArtifact[];
  /** Build time of a version that stands in an entry; `null` when nobody knows. See `inPlace`. */
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

/** A version that wants to be in an entry: of a candidate (its index), or of the open proposal (`null`). */
export interface Contender {
  readonly artifact: ImageArtifact;
  readonly candidate: number | null;
}

/** The part of the plan that concerns one image. */
export interface ImagePlan {
  readonly image: ImageName;
  readonly changes: readonly ImageChange[];
  readonly artifacts: readonly ImageArtifact[];
  readonly rows: readonly PlanRow[];
  readonly refusals: readonly Refusal[];
  readonly orderUnknown: boolean;
  /** What became of a contender at each place of the image. */
  verdictsOf(contender: Contender): readonly Verdict[];
}
