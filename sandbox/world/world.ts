import type { Oid, RefUpdate } from "../git/object-store.ts";
import type {
  Account,
  App,
  CheckRun,
  Comment,
  CommitStatus,
  Installation,
  Label,
  MergeMethod,
  Permission,
  Pull,
  Repo,
  Review,
  Team,
} from "./entities.ts";
import type { WorldEvent } from "./world-event.ts";

/** A rule of GitHub said no. REST shows it with `status`, GraphQL with `type`. */
export class Rejection extends Error {
  override readonly name = "Rejection";
  readonly status: 403 | 404 | 405 | 409 | 422;
  readonly type: "NOT_FOUND" | "FORBIDDEN" | "UNPROCESSABLE" | "STALE_DATA" | "BRANCH_NOT_FOUND";
  constructor(status: Rejection["status"], type: Rejection["type"], message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

/** A pull request in a merge queue, with the commit of its group; `""` while that is not made. */
export interface QueuedPull {
  readonly pull: Pull;
  readonly by: string;
  readonly headOid: Oid;
  readonly baseOid: Oid;
}

export type Mergeable = "MERGEABLE" | "CONFLICTING";
export type MergeState = "BEHIND" | "BLOCKED" | "CLEAN" | "DIRTY" | "DRAFT" | "UNSTABLE";

/**
 * GitHub's state and rules. REST, GraphQL, the pages and git pushes are thin doors to it: no rule stands in a door.
 * `actor` is a login; the doors have authenticated it. Whether an App's token may do it is the doors' business (`api/permissions.ts`).
 * Times come from the `now` the world was made with.
 */
export interface World {
  readonly now: () => Date;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly repos: ReadonlyMap<number, Repo>;
  readonly apps: ReadonlyMap<number, App>;
  readonly installations: ReadonlyMap<number, Installation>;
  on(listener: (event: WorldEvent) => void): () => void;

  addUser(login: string, options?: { name?: string; type?: "User" | "Bot" }): Account;
  addOrganization(login: string): Account;
  /** `pending`: invited, and not members yet; `parent`: slug of the team that it is nested in. */
  addTeam(
    org: string,
    slug: string,
    members: readonly string[],
    pending?: readonly string[],
    parent?: string,
  ): Team;
  team(org: string, slug: string): Team | null;
  addApp(app: Omit<App, "id" | "bot" | "clientId">): App;
  install(app: number, account: string, repos: "all" | readonly string[]): Installation;
  setInstallationRepos(installation: number, repos: readonly string[], actor: string): void;
  suspend(installation: number, suspended: boolean): void;
  uninstall(installation: number): void;
  /** `files`: the first commit of the default branch; none: an empty repo without a default branch. */
  createRepo(
    owner: string,
    name: string,
    options?: {
      private?: boolean;
      defaultBranch?: string;
      files?: Readonly<Record<string, string | Buffer>>;
    },
  ): Promise<Repo>;
  fork(repo: Repo, owner: string): Promise<Repo>;
  /** With everything in it. Forks stay. */
  deleteRepo(repo: Repo, actor: string): Promise<void>;
  /** Here and below: `actor` is the owner where nobody is named, and `none` takes the right away. */
  setPermission(repo: Repo, login: string, permission: Permission, actor?: string): void;
  setTeamPermission(repo: Repo, slug: string, permission: Permission, actor?: string): void;
  joinTeam(org: string, slug: string, login: string, actor?: string): void;
  leaveTeam(org: string, slug: string, login: string, actor?: string): void;
  deleteTeam(org: string, slug: string, actor?: string): void;
  /** Takes somebody out of an organisation, its teams and its repos. */
  removeMember(org: string, login: string, actor?: string): void;
  /** Members of a team and of those nested in it. */
  membersOf(team: Team): ReadonlySet<string>;
  permissionOf(repo: Repo, login: string): Permission;

  repo(owner: string, name: string): Repo | null;
  /** Entities by GraphQL node id. */
  node(id: string): { readonly type: string; readonly value: unknown } | null;
  pull(repo: Repo, number: number): Pull | null;
  pulls(repo: Repo): readonly Pull[];
  reviews(pull: Pull): readonly Review[];
  comments(pull: Pull): readonly Comment[];
  checks(repo: Repo, oid: Oid): readonly CheckRun[];
  /** By its id, whatever became of its commit. */
  checkRun(repo: Repo, id: number): CheckRun | null;
  /** Oldest first. */
  statuses(repo: Repo, oid: Oid): readonly CommitStatus[];
  mergeability(
    repo: Repo,
    pull: Pull,
  ): Promise<{ readonly mergeable: Mergeable; readonly state: MergeState }>;

  /** Compare-and-swap on refs with everything that follows: push events, heads of pull requests, merged and closed ones. */
  updateRefs(
    repo: Repo,
    actor: string,
    updates: readonly (RefUpdate & { readonly force?: boolean })[],
  ): Promise<void>;
  /** After git itself moved refs (a push over HTTP): what followed from it. */
  pushed(
    repo: Repo,
    actor: string,
    updates: readonly {
      readonly name: string;
      readonly before: Oid | null;
      readonly after: Oid | null;
    }[],
  ): Promise<void>;
  /** `createCommitOnBranch`: author is the actor, signed by the host. */
  commitOnBranch(
    repo: Repo,
    actor: string,
    commit: {
      branch: string;
      expectedHead: Oid;
      message: string;
      additions: readonly { path: string; content: Buffer }[];
      deletions: readonly string[];
    },
  ): Promise<Oid>;
  openPull(
    repo: Repo,
    actor: string,
    pull: {
      title: string;
      body: string;
      head: { repo: Repo; branch: string };
      base: string;
      draft: boolean;
    },
  ): Promise<Pull>;
  editPull(
    repo: Repo,
    actor: string,
    pull: Pull,
    change: { title?: string; body?: string; base?: string; draft?: boolean },
  ): Promise<void>;
  closePull(repo: Repo, actor: string, pull: Pull): Promise<void>;
  reopenPull(repo: Repo, actor: string, pull: Pull): Promise<void>;
  mergePull(
    repo: Repo,
    actor: string,
    pull: Pull,
    options: { method: MergeMethod; expectedHead?: Oid; title?: string; message?: string },
  ): Promise<Oid>;
  setAutoMerge(
    repo: Repo,
    actor: string,
    pull: Pull,
    method: MergeMethod | null,
    options?: { expectedHead?: Oid; title?: string; message?: string },
  ): Promise<void>;
  enqueue(repo: Repo, actor: string, pull: Pull, expectedHead?: Oid): Promise<void>;
  dequeue(repo: Repo, actor: string, pull: Pull): Promise<void>;
  /** What waits in the merge queue of a branch, first to merge first. */
  queue(repo: Repo, base: string): readonly QueuedPull[];
  review(
    repo: Repo,
    actor: string,
    pull: Pull,
    review: { state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED"; body: string; commit?: Oid },
  ): Promise<Review>;
  dismissReview(
    repo: Repo,
    actor: string,
    pull: Pull,
    review: Review,
    message: string,
  ): Promise<void>;
  /** `through`: the App that speaks for the person; a bot always speaks through its own. */
  comment(repo: Repo, actor: string, pull: Pull, body: string, through?: App): Promise<Comment>;
  editComment(repo: Repo, actor: string, comment: Comment, body: string): Promise<void>;
  deleteComment(repo: Repo, actor: string, comment: Comment): Promise<void>;
  react(repo: Repo, actor: string, comment: Comment, content: string): Promise<{ id: number }>;
  label(repo: Repo, actor: string, pull: Pull, names: readonly string[]): Promise<readonly Label[]>;
  unlabel(repo: Repo, actor: string, pull: Pull, name: string): Promise<void>;
  requestReview(
    repo: Repo,
    actor: string,
    pull: Pull,
    users: readonly string[],
    teams: readonly string[],
  ): Promise<void>;
  createCheck(
    repo: Repo,
    app: App,
    check: Partial<CheckRun> & { name: string; headOid: Oid },
  ): Promise<CheckRun>;
  createStatus(
    repo: Repo,
    actor: string,
    status: Pick<CommitStatus, "oid" | "context" | "state"> &
      Partial<Pick<CommitStatus, "description" | "targetUrl">>,
  ): Promise<CommitStatus>;
  updateCheck(repo: Repo, app: App, check: CheckRun, change: Partial<CheckRun>): Promise<void>;
  /** A person's "Re-run": nothing changes but that the check's App is told. */
  rerequestCheck(repo: Repo, actor: string, check: CheckRun): Promise<void>;
}
