import type { CdRepo, CommitFacts, FileState, WriteResult } from "./forge.ts";

export interface Account {
  readonly login: string;
  readonly id: number;
  readonly isBot: boolean;
}

export interface Comment {
  readonly id: number;
  readonly author: Account;
  readonly byOurApp: boolean;
  readonly body: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** Changed after it was written; of our own comments: by somebody else. */
  readonly edited: boolean;
  /** On a pull request from a fork; `null`: not told. */
  readonly onFork: boolean | null;
}

export interface Review {
  readonly id: number;
  readonly author: Account;
  readonly state: "approved" | "changes-requested" | "commented" | "dismissed";
  /** The head that it was given on; `null`: that commit is gone. */
  readonly commitOid: string | null;
  /** RFC 3339. */
  readonly at: string;
}

/** A check run or status on the head commit. */
export interface Check {
  readonly name: string;
  /** Id of the App that reported it; `null`: a status. */
  readonly appId: number | null;
  readonly verdict: "passing" | "pending" | "failing";
  /** The branch's rules demand it. */
  readonly required: boolean;
}

/** A pull request as it stands now, with all that decides about it. */
export interface PullFacts {
  readonly number: number;
  readonly nodeId: string;
  readonly url: string;
  readonly state: "open" | "closed" | "merged";
  /** RFC 3339; `null`: it is not. */
  readonly mergedAt: string | null;
  readonly draft: boolean;
  readonly title: string;
  readonly body: string;
  readonly author: Account;
  /** Our App opened it, from a branch of the same repo. */
  readonly ours: boolean;
  readonly base: { readonly branch: string; readonly oid: string };
  readonly head: { readonly branch: string; readonly oid: string; readonly sameRepo: boolean };
  /** Other open pull requests whose head is the same commit: what is reported on it is read on all of them. */
  readonly sameHead: readonly number[];
  /** The commit where head and base part: what the pull request changes is the difference from it. */
  readonly mergeBase: string;
  readonly files: readonly {
    readonly path: string;
    readonly previousPath: string | null;
  }[];
  /** `false`: there are more files than the host lists. */
  readonly filesComplete: boolean;
  /** Blob id of the config on the default branch, as it stood then. Empty: there is none. `null`: not told. */
  readonly configOid: string | null;
  /** Newest first. */
  readonly commits: readonly (CommitFacts & { readonly people: readonly Account[] })[];
  readonly commitsComplete: boolean;
  /** In order of submission. */
  readonly reviews: readonly Review[];
  readonly checks: readonly Check[];
  readonly labels: readonly string[];
  readonly mergeable: "clean" | "conflicting" | "unknown";
  /** The head lacks commits of a base that demands to be up to date. */
  readonly behind: boolean;
  readonly autoMerge: "unavailable" | "off" | "on";
  /** `null`: the base has no merge queue. */
  readonly queue: "outside" | "queued" | null;
  /** Whether the base's rules require our promotion check, from our App. */
  readonly gateRequired: boolean;
  /** Comments of our App that carry a marker, oldest first. */
  readonly notes: readonly Comment[];
}

/** A version of a file in the history of a branch. */
export interface FileVersion {
  readonly commit: string;
  /** RFC 3339: when it came to the branch, by the pull request that brought it; of a push: as the commit says. */
  readonly at: string;
  readonly file: FileState;
}

export type Reaction = "eyes" | "rocket" | "confused";

/** PORT. Pull requests as people work on them. Throws `ForgeUnavailable` and `ForgeDenied` as `Forge` does. */
export interface Pulls {
  /** Two requests; more only beyond 100 reviews, checks or comments, or 299 files. `null`: gone. */
  read(repo: CdRepo, number: number): Promise<PullFacts | null>;
  /** Numbers of open pull requests into `base`, `null`: into any. */
  open(repo: CdRepo, base: string | null): Promise<readonly number[]>;
  /** Reads a comment again and puts the reaction on it: one request, two where the reaction is not taken. `told`: what its webhook told of it. `null`: gone. */
  comment(
    repo: CdRepo,
    id: number,
    told: { readonly nodeId: string; readonly react: Reaction },
  ): Promise<Comment | null>;
  /** Decoration: a failure is logged by the adapter and never thrown. */
  react(repo: CdRepo, comment: number, reaction: Reaction): Promise<void>;
  /** Says it once: a comment of ours with the same `key` on that pull request is replaced by the new text. One request, the reaction included; one more to replace. */
  say(said: {
    readonly repo: CdRepo;
    readonly pull: { readonly number: number; readonly nodeId: string };
    readonly key: string;
    readonly body: string;
    readonly react?: { readonly comment: number; readonly reaction: Reaction };
  }): Promise<void>;
  /** Sets and takes labels. */
  label(
    repo: CdRepo,
    pull: number,
    labels: { readonly add: readonly string[]; readonly remove: readonly string[] },
  ): Promise<void>;
  /** Comments of our App that carry a marker, on pull requests with this label, open or not; with their pull request: all of them, or `ForgeUnavailable`. One request; more beyond 50 pull requests, or 100 comments of one. */
  labelledNotes(
    repo: CdRepo,
    label: string,
  ): Promise<readonly { readonly pull: number; readonly note: Comment }[]>;
  /** Files at a commit. One request for each fifty. */
  textsAt(
    repo: CdRepo,
    commit: string,
    paths: readonly string[],
  ): Promise<ReadonlyMap<string, FileState>>;
  /** The versions of a file on a branch, newest first, at most `limit`. */
  history(
    repo: CdRepo,
    branch: string,
    path: string,
    limit: number,
  ): Promise<readonly FileVersion[]>;
  /** Merges exactly this head, by the way the base asks for: queue, native auto-merge where something is still awaited and our gate is required, else at once. Two requests. */
  merge(merge: {
    readonly repo: CdRepo;
    readonly pull: PullFacts;
    readonly title: string;
    readonly message: string;
  }): Promise<
    WriteResult<
      | { readonly kind: "merged" | "queued" | "auto-merge" }
      | { readonly kind: "refused"; readonly detail: string }
    >
  >;
  /** Takes back auto-merge or the place in the queue. */
  stopMerge(repo: CdRepo, pull: PullFacts): Promise<WriteResult<null>>;
}
