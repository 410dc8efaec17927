import type { FileEdit } from "./change.ts";
import type { RefuseReason } from "./outcome.ts";

/** A CD repo that the App is installed on. */
export interface CdRepo {
  readonly owner: string;
  readonly name: string;
  readonly installation: number;
  /** Numeric id on the host: survives renames. */
  readonly id: number;
}

/** A path in a commit. `mode` as git writes it: `100644`, `100755`, `120000` (symlink), `040000`, `160000`. */
export interface TreePath {
  readonly path: string;
  readonly mode: string;
  readonly oid: string;
}

/** A text file of one commit, proven by its blob id; or why its text cannot be had. */
export type FileState =
  | {
      readonly kind: "text";
      readonly path: string;
      readonly oid: string;
      readonly mode: string;
      readonly text: string;
    }
  | { readonly kind: "absent"; readonly path: string }
  | {
      readonly kind: "unusable";
      readonly path: string;
      readonly oid: string;
      readonly mode: string;
      readonly why: "not-a-file" | "not-text" | "too-large";
    };

/** All files of one branch of a repo, for the index. */
export interface RepoFiles {
  readonly branch: string;
  readonly commit: string;
  readonly paths: readonly TreePath[];
  /** Texts of the paths that `wanted` chose, and of the config. */
  readonly files: readonly FileState[];
  /** Names of the repo's branches, the first 100 by name. */
  readonly branches: readonly string[];
}

/** What to look at before a proposal is written: one query, all of one commit. */
export interface TargetQuery {
  readonly repo: CdRepo;
  /** Base branch; `null`: the default branch. */
  readonly base: string | null;
  /** Branch of the proposal; `null`: none (direct commit). */
  readonly head: string | null;
  /** Files to read at the base, and their blob ids at the head. */
  readonly files: readonly string[];
  /** Files to read on other branches, in the same request. Absent: none. */
  readonly beside?: readonly { readonly branch: string; readonly files: readonly string[] }[];
  /** Files whose last commits are to be told: of `files`, and all of `beside`. Absent: none. */
  readonly messages?: readonly string[];
  /** Files whose last 20 commits on the base are to be told: of `files`. Absent: none. */
  readonly commits?: readonly string[];
  /** Label whose pull requests are to be counted. Absent: none. */
  readonly counted?: string;
  /** Other proposals that are to be found: open ones of ours from branches `<folder>…<word>…`. Absent: none. */
  readonly siblings?: { readonly folder: string; readonly word: string };
}

/** The repo as it stood at one instant. */
export interface Target {
  readonly repo: CdRepo & {
    readonly nodeId: string;
    readonly archived: boolean;
    readonly defaultBranch: string | null;
  };
  readonly base: { readonly branch: string; readonly oid: string } | null;
  /** `.github/tagboat.yml` of the default branch. */
  readonly config: FileState;
  readonly files: ReadonlyMap<string, FileState>;
  /** Names in the folder of each file, to see a second kustomization file. Key: folder, `""` for the root. */
  readonly folders: ReadonlyMap<string, readonly string[]>;
  readonly head: HeadBranch | null;
  /** Pull requests whose head is the proposal's branch in this repo, newest first, ours or not: all open ones, the last ended ones. */
  readonly pulls: readonly PullState[];
  /** Files of the query's `beside`, by branch and path; a branch that is not there has none. */
  readonly beside: ReadonlyMap<string, ReadonlyMap<string, FileState>>;
  /** Messages of the last five commits that changed a file of the query's `messages`, newest first, by branch and path. Anybody's text. */
  readonly messages?: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
  /** Commits of the query's `commits` files, newest first, each once. Anybody's, until their signature is proven. */
  readonly commits?: readonly BaseCommit[];
  /** How many pull requests, open or not, have the query's `counted` label. */
  readonly labelled: number;
  /** Open pull requests of ours from the branches that the query's `siblings` name, at most 50. */
  readonly siblings: readonly { readonly branch: string; readonly pull: PullState }[];
}

/** The proposal's branch as it is now. */
export interface HeadBranch {
  readonly oid: string;
  /** Commits that the base does not have, newest first; `complete` is false when there are more than were read. */
  readonly commits: readonly CommitFacts[];
  readonly complete: boolean;
  /** Blob id at the head of each file of the query; absent when there is no such file. */
  readonly blobs: ReadonlyMap<string, string>;
}

/** A commit that stands on a base branch. */
export interface BaseCommit {
  readonly oid: string;
  readonly parents: readonly string[];
  readonly message: string;
}

export interface CommitFacts {
  readonly oid: string;
  readonly parents: readonly string[];
  readonly message: string;
  /** Whether the host says that our App wrote it. */
  readonly byApp: boolean;
  /** Valid host signature; `null` where the host does not say. */
  readonly signed: boolean | null;
  /** How many files it changes against its first parent; `null` where the host does not say. */
  readonly changedFiles: number | null;
}

export interface PullState {
  readonly number: number;
  readonly nodeId: string;
  readonly url: string;
  readonly state: "open" | "closed" | "merged";
  readonly base: string;
  readonly headOid: string;
  readonly title: string;
  readonly body: string;
  readonly draft: boolean;
  /** Our App opened it, from a branch of the same repo. */
  readonly ours: boolean;
  readonly createdAt: string;
  readonly closedAt: string | null;
  /** Who closed it unmerged: `person` is anyone but our App. */
  readonly closedBy: "app" | "person" | null;
  /** Message of its oldest commit, on which people's may stand: the trailers of ours tell what a closed proposal carried. */
  readonly firstMessage: string;
  /** How many files the pull request changes against its base. */
  readonly changedFiles: number;
  /** Approved on the head commit by a person, and nobody asks for changes. */
  readonly approvedAt: string | null;
  readonly checks: "passing" | "pending" | "failing" | "none";
  /** Whether it merges cleanly; `unknown` while the host computes it. */
  readonly mergeable: "clean" | "conflicting" | "unknown";
}

/** Commit, branch and pull request of a new proposal. */
export interface NewProposal {
  readonly target: Target;
  readonly branch: string;
  readonly message: string;
  readonly edits: readonly FileEdit[];
  readonly title: string;
  readonly body: string;
  readonly draft: boolean;
  readonly labels: readonly string[];
  readonly reviewers: readonly string[];
}

/** A rebuilt commit for an open pull request, or a new text alone. */
export interface ProposalUpdate {
  readonly target: Target;
  readonly pull: PullState;
  readonly branch: string;
  /** `null`: title and body only. */
  readonly commit: { readonly message: string; readonly edits: readonly FileEdit[] } | null;
  readonly title: string;
  readonly body: string;
}

export interface CheckReport {
  readonly repo: CdRepo;
  readonly headOid: string;
  readonly name: string;
  /** `pending`: not concluded, which holds a merge that requires it without calling anything wrong. */
  readonly conclusion: "success" | "failure" | "neutral" | "pending";
  readonly title: string;
  readonly summary: string;
  /** The commit is new: no check of ours can be there yet, so none is looked for. */
  readonly fresh?: boolean;
  /** Nothing is written where ours says the same already. Not for who answers a person's "Re-run": that awaits a write. */
  readonly unlessSame?: boolean;
  /** Problems at lines of a file of that commit. */
  readonly annotations: readonly {
    readonly path: string;
    readonly line: number;
    readonly message: string;
    readonly level: "failure" | "warning" | "notice";
  }[];
}

/**
 * What became of a write. `unsure`: something was sent and may or may not have taken effect, or the repo moved meanwhile:
 * read the target again and go on from what stands there. Limits and outages throw `ForgeUnavailable`.
 */
export type WriteResult<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "unsure"; readonly detail: string };

/** PORT. The git host, in the words of this project. Adapter: `github/`, in the tests over the sandbox's GitHub. */
export interface Forge {
  /** CD repos of an owner (lower case) that the App may use; all owners when `null`. Throws `ForgeDenied` where the owner that was asked for suspended the App. */
  cdRepos(owner: string | null): Promise<readonly CdRepo[]>;
  /** Paths of a branch (`null`: default), the config, and the texts of the files that `wanted` chooses. At most two requests. `null`: no such branch, or an empty repo. */
  readRepo(
    repo: CdRepo,
    branch: string | null,
    wanted: (path: string) => boolean,
  ): Promise<RepoFiles | null>;
  /** One request, whatever the number of files. `null`: the repo is gone or out of the App's reach. */
  readTarget(query: TargetQuery): Promise<Target | null>;
  /** One request: branch, commit and pull request. With `head` left over and ours in the target, that branch is moved instead of created; with our finished commit on it, only the pull request is opened; with our pull request open in the target, only its labels and reviewers are asked for. */
  openProposal(
    proposal: NewProposal,
  ): Promise<WriteResult<{ number: number; url: string; headOid: string }>>;
  /** Two requests with a commit, one without. The head moves by compare-and-swap from `target.head.oid`. */
  updateProposal(update: ProposalUpdate): Promise<WriteResult<{ headOid: string }>>;
  /** Closes a pull request (said by `comment`) and deletes its branch if it still stands at `headOid`. `pull: null`: only the branch. */
  closeProposal(close: {
    target: Target;
    pull: PullState | null;
    comment: string | null;
    branch: string;
    headOid: string | null;
  }): Promise<WriteResult<null>>;
  /** A commit on the base branch itself; compare-and-swap from `target.base.oid`. */
  commitToBase(commit: {
    target: Target;
    message: string;
    edits: readonly FileEdit[];
  }): Promise<WriteResult<{ oid: string }>>;
  /** What a pull request does to the config: both texts and the head commit. `null`: gone. */
  readConfigChange(
    repo: CdRepo,
    pull: number,
  ): Promise<{
    readonly headOid: string;
    readonly base: FileState;
    readonly head: FileState;
    readonly state: "open" | "closed";
  } | null>;
  /** Creates the check run, or replaces the one of the same name on that commit. */
  reportCheck(report: CheckReport): Promise<void>;
  /** Deletes branches `tagboat-tmp/*` older than `olderThan`; returns how many. */
  sweep(repo: CdRepo, olderThan: Date): Promise<number>;
}

/** The host cannot serve now: a limit, an outage, a time-out before anything was sent. The work is put back until `retryAt`. */
export class ForgeUnavailable extends Error {
  override readonly name = "ForgeUnavailable";
  /** `limit` pauses the whole installation. */
  readonly scope: "request" | "installation";
  readonly retryAt: Date | null;
  constructor(
    message: string,
    scope: "request" | "installation",
    retryAt: Date | null,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.scope = scope;
    this.retryAt = retryAt;
  }
}

export type DenyReason = Extract<
  RefuseReason,
  "installation-revoked" | "permission-missing" | "base-protected" | "repo-archived"
>;

/** The App may not do this here (installation revoked or suspended, permission not granted, repo archived). Trying again does not help. */
export class ForgeDenied extends Error {
  override readonly name = "ForgeDenied";
  readonly reason: DenyReason;
  constructor(message: string, reason: DenyReason) {
    super(message);
    this.reason = reason;
  }
}
