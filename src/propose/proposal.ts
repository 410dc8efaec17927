import type { FileEdit } from "../model/change.ts";
import type { Environment } from "../model/config.ts";
import type { ImageVersion } from "../model/image.ts";
import type { Place } from "../model/outcome.ts";
import type { Artifact, Release } from "../model/release.ts";
import type { SourceSpan } from "../model/source.ts";

/** One line of a proposal's table: what changes in which file. */
export interface ProposalRow {
  readonly file: string;
  readonly image: string;
  /** `null`: the entry is new. */
  readonly from: ImageVersion | null;
  readonly to: ImageVersion;
}

/** A `?ref=` that moves with an image to the revision it was built from. */
export interface RefRow {
  readonly file: string;
  readonly repo: string;
  readonly ref: string;
}

/** A tag that came again with other content. */
export interface PushedAgain {
  readonly image: string;
  readonly tag: string;
  /** Digests. */
  readonly before: string;
  readonly now: string;
}

/** What a tracking proposal is to hold: decided, edited, not yet written. */
export interface DesiredProposal {
  readonly place: Place;
  readonly environment: Environment;
  readonly rows: readonly ProposalRow[];
  readonly refs: readonly RefRow[];
  readonly artifacts: readonly Artifact[];
  readonly edits: readonly FileEdit[];
  /** Nothing is left to propose because the files have no entry for it any more, not because they hold it. */
  readonly entryGone: boolean;
  /** Releases known to this run, for the body: built when, from which commit and run. */
  readonly releases: readonly Release[];
  readonly deliveries: readonly string[];
  readonly orderUnknown: boolean;
  /** Versions whose tag named other content before: in the entry, or in this proposal. Absent: none is known. */
  readonly pushedAgain?: readonly PushedAgain[];
  /** What the rows stand for in the repos that their images are built from. Absent: nothing is known. */
  readonly spans?: readonly SourceSpan[];
}
