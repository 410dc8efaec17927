/** Name of the check that tells how the gates stand. */
export const PROMOTION_CHECK = "tagboat/promotion";

/** Every gate, in the order in which a person reads them. */
export const gates = [
  "content",
  "ladder",
  "artifact",
  "ban",
  "hold",
  "freeze",
  "age",
  "soak",
  "health",
  "checks",
  "approvals",
  "config",
] as const;
export type Gate = (typeof gates)[number];

/** How one gate stands for one pull request. */
export interface GateState {
  readonly gate: Gate;
  readonly verdict: "open" | "waiting" | "closed";
  /** One sentence: what holds, or what is missing and who can give it. */
  readonly detail: string;
  /** When it may change by itself; `null`: by somebody's act alone. */
  readonly until: Date | null;
}

/** The answer of the promotion check. */
export interface GateReport {
  /** `open`: may merge. */
  readonly verdict: "open" | "waiting" | "closed";
  readonly title: string;
  readonly states: readonly GateState[];
}
