import type { CdRepo } from "./forge.ts";

/** A webhook of the App that the host could not deliver. */
export interface FailedHook {
  /** The host's number of this attempt. */
  readonly id: string;
  /** The same for every attempt of one webhook. */
  readonly guid: string;
  readonly event: string;
  /** RFC 3339. */
  readonly at: string;
}

/** PORT. What the host remembers and Tagboat may have missed. Throws `ForgeUnavailable` and `ForgeDenied` as `Forge` does. */
export interface HostHistory {
  /** Whether the App's own credentials are good: throws when they are refused, or the host cannot be asked. One request. */
  checkCredentials(): Promise<void>;
  /** Webhooks whose every attempt since then failed, oldest first. GitHub remembers three days. */
  failedHooks(since: Date): Promise<readonly FailedHook[]>;
  /** Asks for one more attempt. `false`: the host does not know it any more. */
  redeliver(id: string): Promise<boolean>;
  /** Numbers of pull requests, open or not, that carry a label, oldest first: where people's words stand. One request for each hundred. */
  labelled(repo: CdRepo, label: string): Promise<readonly number[]>;
  /** What the branches `tagboat/*` of the repo itself are for. One request for each hundred. */
  proposals(repo: CdRepo): Promise<readonly ProposalOfBranch[]>;
}

/** A pull request of our App from a branch that stands. */
export interface ProposalOfBranch {
  readonly number: number;
  readonly branch: string;
  readonly base: string;
  /** `over`: merged or closed, its branch is where it was then, and no open one is from it. */
  readonly state: "open" | "over";
}
