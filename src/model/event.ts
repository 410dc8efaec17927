import type { ImageName } from "./image.ts";

/** Where a version came from, as far as the sender or the image's labels say. Text from outside: escape before showing. */
export interface Provenance {
  /** Commit of the source repo, usually 40 hex digits. */
  readonly revision?: string;
  /** Source repo as `owner/name` or URL. */
  readonly sourceRepo?: string;
  /** Name or id of the pipeline run. */
  readonly run?: string;
  /** The run's own id, where it has a name besides: a uid, GitHub's `run_id`. */
  readonly runId?: string;
  /** Counts the runs of one pipeline. */
  readonly runNumber?: string;
  /** Branch of the source repo that was built, with or without `refs/heads/`. */
  readonly branch?: string;
  /** Kubernetes namespace in which the pipeline ran. */
  readonly namespace?: string;
  readonly runUrl?: string;
  /** Who pushed or started it, by the sender's word. */
  readonly actor?: string;
}

/** What a delivery means, in Tagboat's own shape. A hint: the registry is asked before anything is written. */
export interface ImageEvent {
  readonly kind: "image-published" | "pipeline-finished";
  readonly image: ImageName;
  /** Never empty, never a digest. `null` only for `pipeline-finished`: the config's `tag` template computes it. */
  readonly tag: string | null;
  readonly digest: string | null;
  /** The sender's time of the push or of the run's end, RFC 3339. */
  readonly at: string | null;
  readonly provenance: Provenance;
  /** The sender names one tag where several may have been pushed together. */
  readonly oneOfSeveral?: true;
}

/** Why a part of a delivery led to no event. */
export const dropReasons = [
  "not-a-push",
  "not-successful",
  "untagged",
  "tag-invalid",
  "attachment",
  "helm-chart",
  "not-an-image",
  "image-unreadable",
  "test-event",
  "source-not-used",
] as const;
export type DropReason = (typeof dropReasons)[number];

export interface Dropped {
  readonly reason: DropReason;
  /** What was dropped, for a log line: shortened text from outside. */
  readonly what: string;
}

/** The meaning of one delivery, or why it cannot be read. */
export type Normalised =
  | {
      readonly kind: "read";
      readonly events: readonly ImageEvent[];
      readonly dropped: readonly Dropped[];
    }
  | { readonly kind: "unreadable"; readonly detail: string };
