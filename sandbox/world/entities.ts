import type { ObjectStore, Oid } from "../git/object-store.ts";

/** What the sandbox's GitHub knows. Ids are numeric as in REST; `nodeId` is the GraphQL id. Instants are RFC 3339. */

export interface Account {
  readonly id: number;
  readonly nodeId: string;
  readonly login: string;
  readonly type: "User" | "Bot" | "Organization";
  readonly name: string;
}

export interface Team {
  readonly id: number;
  readonly nodeId: string;
  readonly org: string;
  readonly slug: string;
  readonly name: string;
  /** Slug of the team that it is nested in: its members are members there too. */
  readonly parent: string | null;
  /** Its own. */
  readonly members: Set<string>;
  /** Invited, and not members yet. */
  readonly pending: Set<string>;
}

export type Permission = "admin" | "maintain" | "write" | "triage" | "read" | "none";

/** Subset of GitHub's repository rules. */
export interface Ruleset {
  readonly id: number;
  readonly name: string;
  /** Branch names, `~DEFAULT_BRANCH`, or globs with `*`. */
  readonly branches: readonly string[];
  readonly pullRequest: { readonly approvals: number; readonly dismissStale: boolean } | null;
  readonly requiredChecks: readonly { readonly context: string; readonly appId: number | null }[];
  readonly upToDate: boolean;
  readonly linearHistory: boolean;
  readonly mergeQueue: boolean;
}

export interface Repo {
  readonly id: number;
  readonly nodeId: string;
  owner: string;
  name: string;
  private: boolean;
  archived: boolean;
  /** `null` while the repo is empty. */
  defaultBranch: string | null;
  allowAutoMerge: boolean;
  /** What the repo's settings allow. */
  readonly mergeMethods: Set<MergeMethod>;
  /** The repo that this one was forked from. */
  readonly parent: number | null;
  readonly createdAt: string;
  pushedAt: string;
  readonly store: ObjectStore;
  readonly collaborators: Map<string, Permission>;
  readonly teams: Map<string, Permission>;
  readonly rulesets: Ruleset[];
  readonly labels: Map<string, Label>;
  nextNumber: number;
  /** Commits that the host signed (made through its API or pages). */
  readonly signed: Set<Oid>;
  /** Account that made a commit through the API, by commit; git pushes have none. */
  readonly authors: Map<Oid, string>;
}

export interface Label {
  readonly id: number;
  readonly nodeId: string;
  readonly name: string;
  readonly color: string;
}

export interface Pull {
  readonly id: number;
  readonly nodeId: string;
  readonly repo: number;
  readonly number: number;
  title: string;
  body: string;
  draft: boolean;
  state: "open" | "closed";
  readonly author: string;
  readonly headRepo: number;
  readonly headBranch: string;
  /** Stays when the branch is deleted. */
  headOid: Oid;
  /** The head branch is gone. */
  headDeleted: boolean;
  baseBranch: string;
  baseOid: Oid;
  readonly createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  closedBy: string | null;
  mergedAt: string | null;
  mergedBy: string | null;
  mergeOid: Oid | null;
  autoMerge: {
    readonly by: string;
    readonly method: MergeMethod;
    readonly at: string;
    readonly title?: string;
    readonly message?: string;
  } | null;
  readonly labels: Set<string>;
  readonly reviewers: Set<string>;
  readonly teamReviewers: Set<string>;
  /** A head that became its base closed it: it cannot be reopened (GitHub's known manner). */
  closedForGood: boolean;
}

export type MergeMethod = "merge" | "squash" | "rebase";

export interface Review {
  readonly id: number;
  readonly nodeId: string;
  readonly pull: number;
  readonly author: string;
  state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED";
  readonly body: string;
  readonly commit: Oid;
  readonly at: string;
}

export interface Comment {
  readonly id: number;
  readonly nodeId: string;
  readonly pull: number;
  readonly author: string;
  body: string;
  readonly at: string;
  updatedAt: string;
  /** Who changed it last; `null`: it stands as it was written. */
  editedBy: string | null;
  /** Id of the App through which it was written. */
  readonly viaApp: number | null;
  readonly reactions: { readonly id: number; readonly content: string; readonly by: string }[];
}

export interface CheckRun {
  readonly id: number;
  readonly nodeId: string;
  readonly repo: number;
  readonly headOid: Oid;
  readonly name: string;
  readonly appId: number;
  status: "queued" | "in_progress" | "completed";
  conclusion: string | null;
  startedAt: string;
  completedAt: string | null;
  title: string | null;
  summary: string | null;
  text: string | null;
  detailsUrl: string | null;
  externalId: string;
  annotations: readonly Record<string, unknown>[];
}

/** What somebody with write, or an App, reported of a commit by a context's name. The newest of a context counts. */
export interface CommitStatus {
  readonly id: number;
  readonly nodeId: string;
  readonly repo: number;
  readonly oid: Oid;
  readonly context: string;
  readonly state: "error" | "failure" | "pending" | "success";
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly creator: string;
  readonly at: string;
}

export interface App {
  readonly id: number;
  readonly slug: string;
  readonly clientId: string;
  readonly bot: Account;
  /** PEM, SPKI. */
  readonly publicKey: string;
  readonly webhookUrl: string | null;
  readonly webhookSecret: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly events: readonly string[];
}

export interface Installation {
  readonly id: number;
  readonly nodeId: string;
  readonly app: number;
  readonly account: string;
  selection: "all" | "selected";
  readonly repos: Set<number>;
  suspended: boolean;
  readonly createdAt: string;
}
