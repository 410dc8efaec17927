import type { Config, Environment } from "../../model/config.ts";
import type { FileState } from "../../model/forge.ts";
import type { Hold } from "../../model/holds.ts";
import type { RepoRight } from "../../model/people.ts";
import type { Account, PullFacts } from "../../model/pulls.ts";

/** All that decides whether a pull request may merge, read for this one decision. */
export interface GateFacts {
  readonly now: Date;
  readonly pull: PullFacts;
  readonly origin: Origin;
  /** What Tagboat makes of the files at the merge base; `null`: of a person's own change it makes nothing. */
  readonly content: ContentFacts | null;
  /** The places whose tracked artifacts it changes. */
  readonly places: readonly GatePlace[];
  /** Standing of those whom {@link peopleToAsk} names, by user id. Who is not in it has no right. */
  readonly people: ReadonlyMap<number, Standing>;
  /** `null`: the config in force stays as it is. */
  readonly config: ConfigChange | null;
}

export type Origin =
  /** Proven ours from git. `requester` `null`: a merge led to it. */
  | {
      readonly kind: "tracking";
      /** Nobody could tell whether it is newer. */
      readonly orderUnknown?: true;
    }
  | { readonly kind: "promotion" | "rollback"; readonly requester: Person | null }
  /** On a branch of ours stands what we did not write. */
  | { readonly kind: "foreign"; readonly why: string }
  /** Somebody's own pull request: its author is who asked. */
  | { readonly kind: "person" };

export type Person = Pick<Account, "login" | "id">;

export type ContentFacts =
  | {
      readonly kind: "planned";
      /** New texts by path. */
      readonly files: ReadonlyMap<string, string>;
      readonly mergeBase: ReadonlyMap<string, FileState>;
      readonly head: ReadonlyMap<string, FileState>;
    }
  /** The plan cannot be made any more. */
  | { readonly kind: "unplanned"; readonly why: string };

export interface GatePlace {
  /** With the operator's floor laid under it. */
  readonly environment: Environment;
  readonly component: string | null;
  readonly artifacts: readonly GateArtifact[];
  /** Those that stand and that this pull request does not lift itself. */
  readonly holds: readonly Hold[];
  /** Overrides of a freeze of this environment that were given on this pull request. */
  readonly overrides: readonly FreezeOverride[];
  /** Somebody asked to leave a step of the ladder out. */
  readonly skip: { readonly by: Person; readonly reason: string } | null;
}

/** One version that comes to a place. */
export interface GateArtifact {
  /** Image or repo, as the files of this place name it. */
  readonly name: string;
  /** Tag, digest or ref, as a person reads it. */
  readonly version: string;
  /** `null`: a ref, which no registry knows. */
  readonly registry: {
    /** Digest that it had when it was released or in the step before; `null`: nobody noted it. */
    readonly expected: string | null;
    /** What the registry has by that name now. */
    readonly found:
      | { readonly kind: "found"; readonly digest: string }
      | { readonly kind: "missing" }
      | { readonly kind: "unknown"; readonly detail: string };
  } | null;
  /** RFC 3339; `null`: unknown. */
  readonly builtAt: string | null;
  /** The environments that come before this one and have the component. */
  readonly steps: readonly LadderStep[];
  /** The base branch of this place held it before. */
  readonly ranHere: boolean;
  readonly ban: { readonly by: string; readonly reason: string } | null;
}

/** How a version stands in an environment that comes before. */
export interface LadderStep {
  readonly environment: string;
  /** `other-digest`: only an image of the same tag was there. */
  readonly held: "now" | "before" | "other-digest" | "never";
  /** What Argo CD told of it; `null`: nothing tells. */
  readonly running: {
    readonly health: "healthy" | "progressing" | "degraded" | "unknown";
    /** Milliseconds of its longest time there without being degraded. */
    readonly undegradedFor: number;
    /** That time goes on now. */
    readonly counting: boolean;
  } | null;
}

/** A person opened the present freeze for one head of one pull request. */
export interface FreezeOverride {
  readonly by: Person;
  /** RFC 3339. */
  readonly at: string;
  readonly reason: string;
  readonly headOid: string;
}

export interface Standing {
  readonly right: RepoRight;
  /** Slugs, of the teams that were asked for. */
  readonly teams: readonly string[];
}

/** The config in force, and what it would be; `after` `null`: deleted or not readable. Both with the operator's floor. */
export interface ConfigChange {
  readonly before: Config;
  readonly after: Config | null;
}
