/** What people may ask for in a comment. */
export const verbs = [
  "promote",
  "rollback",
  "status",
  "hold",
  "unhold",
  "ban",
  "unban",
  "override",
  "rebuild",
  "help",
] as const;
export type Verb = (typeof verbs)[number];

/** A command as it was written, not yet held against a config. */
export interface Command {
  readonly verb: Verb;
  /** `/tagboat plan …`: tell what would happen, change nothing. */
  readonly plan: boolean;
  /** `null` where the verb needs none. */
  readonly environment: string | null;
  /** Empty: every component that has something to promote. */
  readonly components: readonly string[];
  /** A version: tag or digest, or the start of one that names exactly one. */
  readonly to: string | null;
  /** Where to promote from, when it is not the step before: an environment or a path of the source. */
  readonly from: string | null;
  readonly reason: string | null;
  /** How long a hold lasts, in milliseconds; `null`: until lifted. */
  readonly for: number | null;
  /** Several components in one pull request. */
  readonly together: boolean;
}

/** Who asked, and where. Ids do not change with names. */
export interface Request {
  /** Id of the comment; `null`: nobody commented, a merge led to it. */
  readonly comment: number | null;
  readonly pull: number;
  readonly login: string;
  readonly userId: number;
  /** RFC 3339. */
  readonly at: string;
}
