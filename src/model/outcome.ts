/** Every reason why nothing was written, in one closed list: used by log, metric, ledger and comment. */
export const skipReasons = [
  "not-tracked",
  "entry-missing",
  "up-to-date",
  "older",
  "superseded",
  "closed-by-person",
  "waits-for-approved",
  "tag-moving",
  "tag-not-matching",
  "tag-ignored",
  "platform-missing",
  "tag-pushed-again",
  "promotion-only",
  "observe-mode",
  "no-config",
  "not-owned",
  "onboarding-closed",
  "duplicate",
  "nothing-to-do",
  "source-not-used",
  "answered",
  "comment-stale",
  "gated",
] as const;
export type SkipReason = (typeof skipReasons)[number];

/** Reasons why Tagboat will not do what it was asked: something must be mended by a person first. */
export const refuseReasons = [
  "branch-in-use",
  "base-missing",
  "base-protected",
  "config-invalid",
  "digest-unknown",
  "digest-mismatch",
  "duplicate-entry",
  "entry-missing",
  "entry-alias",
  "file-unparsable",
  "file-too-large",
  "file-ambiguous",
  "image-gone",
  "image-unreadable",
  "installation-revoked",
  "name-pattern",
  "no-effect",
  "not-a-file",
  "order-unknown",
  "permission-missing",
  "registry-not-allowed",
  "repo-archived",
  "repo-gone",
  "several-documents",
  "tag-missing",
  "tag-pushed-again",
  "tag-suffix",
  "unreadable",
  "unsupported-field",
  "value-invalid",
  "command-unclear",
  "not-permitted",
  "environment-unknown",
  "component-unknown",
  "version-unknown",
  "source-unknown",
  "sources-disagree",
  "nothing-to-promote",
  "ladder-skipped",
  "target-ahead",
  "soak-too-short",
  "release-banned",
  "release-held",
  "nothing-to-roll-back",
  "pull-not-ours",
] as const;
export type RefuseReason = (typeof refuseReasons)[number];

/** Where in the CD repos an outcome belongs. */
export interface Place {
  readonly repo: string;
  readonly base: string;
  readonly environment: string;
  readonly component: string | null;
}

/** What became of an event or command. */
export type Outcome =
  | {
      readonly kind: "proposed";
      readonly place: Place;
      readonly action: "opened" | "updated" | "adopted";
      /** Absent: it follows what is pushed. */
      readonly what?: "promotion" | "rollback";
      readonly url: string;
      readonly number: number;
    }
  | { readonly kind: "committed"; readonly place: Place; readonly oid: string }
  | {
      readonly kind: "closed";
      readonly place: Place;
      readonly number: number;
      readonly what?: "promotion" | "rollback";
      readonly why: string;
    }
  | {
      readonly kind: "skipped";
      readonly place: Place | null;
      readonly reason: SkipReason;
      readonly detail: string;
    }
  | {
      readonly kind: "refused";
      readonly place: Place | null;
      readonly reason: RefuseReason;
      readonly detail: string;
    }
  | {
      readonly kind: "failed";
      readonly place: Place | null;
      readonly detail: string;
      readonly retryAt: string | null;
    };

/** A refusal as data: the reason, and a sentence a person understands that says what to do. */
export interface Refusal {
  readonly reason: RefuseReason;
  readonly message: string;
  readonly file?: string;
  /** First line is 1. */
  readonly line?: number;
}
