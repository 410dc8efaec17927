import type { CdRepo } from "./forge.ts";
import type { Check, PullFacts } from "./pulls.ts";

/** What the first request tells of a pull request: enough to know whether it touches anything that is tracked. */
export interface PullGlance {
  readonly number: number;
  readonly state: PullFacts["state"];
  readonly base: string;
  readonly headOid: string;
  /** As of {@link PullFacts}. */
  readonly configOid: PullFacts["configOid"];
  /** What it changes; `null`: that one look does not tell for certain. */
  readonly files: PullFacts["files"] | null;
  /** Our promotion check as it stands on the head; `null`: it is not there. */
  readonly check: { readonly verdict: Check["verdict"]; readonly title: string | null } | null;
  /** Whether the base's rules require our promotion check, from our App. */
  readonly required: boolean;
  /** On how many pull requests of the repo words were said that may hold; `null`: not known. */
  readonly said: number | null;
  /** Other open pull requests with the same head, of any base: they share its checks. */
  readonly sameHead: readonly number[];
}

/** A glance, and where that was not enough all the facts. */
export interface PullLook {
  readonly glance: PullGlance;
  readonly facts: PullFacts | null;
}

/** An open pull request with what it changes. */
export type OpenChange = Pick<PullGlance, "number" | "base" | "files">;

/** A group of the merge queue: what would come to the base with it. */
export interface QueueGroup {
  readonly base: string;
  /** Every pull request that is in it, in order of the queue. */
  readonly pulls: readonly number[];
  readonly files: PullFacts["files"];
  /** `false`: there are more than the host lists. */
  readonly filesComplete: boolean;
}

/** PORT. What the promotion check reads, as cheaply as it can be had. Throws `ForgeUnavailable` and `ForgeDenied` as `Forge` does. */
export interface GateReads {
  /** One request where `isEnough`, else as `Pulls.read`. `null`: gone. */
  look(
    repo: CdRepo,
    wanted: {
      readonly number: number;
      /** Label of the pull requests on which words were said. */
      readonly counted: string;
      readonly isEnough: (glance: PullGlance) => boolean;
    },
  ): Promise<PullLook | null>;
  /** Open pull requests whose head is this commit. One request for each hundred that are open. */
  ofHead(repo: CdRepo, oid: string): Promise<readonly number[]>;
  /** Every open pull request. One request for each fifty. */
  openChanges(repo: CdRepo): Promise<readonly OpenChange[]>;
  /** Two requests. `null`: the queue has no such group (any more), or does not tell what is in it. */
  queueGroup(
    repo: CdRepo,
    group: { readonly oid: string; readonly branch: string },
  ): Promise<QueueGroup | null>;
}
