import type { Commit, Oid, TreeEntry } from "../git/object-store.ts";
import type {
  Account,
  App,
  CheckRun,
  Comment,
  CommitStatus,
  Label,
  Pull,
  Repo,
  Review,
  Ruleset,
  Team,
} from "../world/entities.ts";
import type { World } from "../world/world.ts";
import type { PullMoment } from "./memory.ts";

/** What the fields of GitHub's types are answered from. `__typename` tells interfaces and unions apart. */
export interface RepoSource {
  readonly __typename: "Repository";
  readonly repo: Repo;
}
export interface RefSource {
  readonly __typename: "Ref";
  readonly repo: Repo;
  /** Full name. */
  readonly full: string;
  /** Where it pointed when it was read: one answer speaks of one commit. */
  readonly at: Oid;
}
export interface CommitSource {
  readonly __typename: "Commit";
  readonly repo: Repo;
  readonly commit: Commit;
}
export interface TreeSource {
  readonly __typename: "Tree";
  readonly repo: Repo;
  readonly treeOid: Oid;
  /** Path of the folder, `""` for the root. */
  readonly folder: string;
}
export interface BlobSource {
  readonly __typename: "Blob";
  readonly repo: Repo;
  readonly blobOid: Oid;
}
export type ObjectSource = CommitSource | TreeSource | BlobSource;
export interface EntrySource {
  readonly __typename: "TreeEntry";
  readonly repo: Repo;
  readonly place: string;
  readonly entry: TreeEntry;
}
export interface ComparisonSource {
  readonly __typename: "Comparison";
  readonly repo: Repo;
  readonly base: Oid;
  readonly head: Oid;
  /** Newest first. */
  readonly ahead: readonly Oid[];
  readonly behind: number;
}
export interface GitActorSource {
  readonly __typename: "GitActor";
  readonly person: Commit["author"];
  readonly account: Account | null;
}
export interface ActorSource {
  readonly __typename: "User" | "Bot" | "Organization";
  readonly account: Account;
}
export interface TeamSource {
  readonly __typename: "Team";
  readonly team: Team;
}
export interface AppSource {
  readonly __typename: "App";
  readonly app: App;
}
export interface LabelSource {
  readonly __typename: "Label";
  readonly repo: Repo;
  readonly label: Label;
}
export interface PullSource {
  readonly __typename: "PullRequest";
  readonly repo: Repo;
  readonly pull: Pull;
}
export interface PullCommitSource {
  readonly __typename: "PullRequestCommit";
  readonly of: PullSource;
  readonly commitOid: Oid;
}
export interface ReviewSource {
  readonly __typename: "PullRequestReview";
  readonly of: PullSource;
  readonly review: Review;
}
export interface CommentSource {
  readonly __typename: "IssueComment";
  readonly of: PullSource;
  readonly comment: Comment;
}
export interface CheckRunSource {
  readonly __typename: "CheckRun";
  readonly repo: Repo;
  readonly check: CheckRun;
}
export interface CheckSuiteSource {
  readonly __typename: "CheckSuite";
  readonly repo: Repo;
  readonly headOid: Oid;
  readonly appId: number;
  readonly checks: readonly CheckRun[];
}
export interface StatusSource {
  readonly __typename: "StatusContext";
  readonly repo: Repo;
  readonly status: CommitStatus;
}
export interface RollupSource {
  readonly __typename: "StatusCheckRollup";
  readonly repo: Repo;
  readonly headOid: Oid;
  readonly checks: readonly CheckRun[];
  readonly statuses: readonly CommitStatus[];
}
export interface QueueSource {
  readonly __typename: "MergeQueue";
  readonly repo: Repo;
  readonly branch: string;
}
export interface RuleSource {
  readonly __typename: "RepositoryRule";
  readonly repo: Repo;
  readonly ruleset: Ruleset;
  /** A word of `RepositoryRuleType`. */
  readonly type: string;
  readonly parameters: object | null;
}
export interface MomentSource {
  readonly __typename:
    | "ClosedEvent"
    | "MergedEvent"
    | "ReopenedEvent"
    | "HeadRefForcePushedEvent"
    | "RemovedFromMergeQueueEvent"
    | "AutoMergeDisabledEvent";
  readonly of: PullSource;
  readonly moment: PullMoment;
}

export function repoSource(repo: Repo): RepoSource {
  return { __typename: "Repository", repo };
}

export function pullSource(repo: Repo, pull: Pull): PullSource {
  return { __typename: "PullRequest", repo, pull };
}

export function actorSource(account: Account): ActorSource {
  return { __typename: account.type, account };
}

/** The account of a login as an actor; `null` for nobody, as GitHub shows a deleted account. */
export function actorOf(world: World, login: string | null): ActorSource | null {
  const account = login === null ? null : accountOf(world, login);
  return account === null ? null : actorSource(account);
}

/** Where GitHub's schema wants a User, a bot is shown as one too. */
export function userSource(account: Account): ActorSource {
  return { __typename: "User", account };
}

/** Logins differ by more than their case. */
export function accountOf(world: World, login: string): Account | null {
  return world.accounts.get(login.toLowerCase()) ?? null;
}
