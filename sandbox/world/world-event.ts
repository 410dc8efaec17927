import type { Oid } from "../git/object-store.ts";
import type {
  CheckRun,
  Comment,
  CommitStatus,
  Installation,
  Permission,
  Pull,
  Repo,
  Review,
  Team,
} from "./entities.ts";

/** Something happened. The webhook room turns it into GitHub's payloads; tests may listen too. */
export type WorldEvent =
  | {
      readonly kind: "push";
      readonly repo: Repo;
      readonly ref: string;
      readonly before: Oid | null;
      readonly after: Oid | null;
      readonly forced: boolean;
      readonly actor: string;
    }
  | {
      readonly kind: "pull_request";
      readonly action:
        | "opened"
        | "edited"
        | "synchronize"
        | "closed"
        | "reopened"
        | "labeled"
        | "unlabeled"
        | "review_requested"
        | "converted_to_draft"
        | "ready_for_review"
        | "auto_merge_enabled"
        | "auto_merge_disabled"
        | "enqueued"
        | "dequeued";
      readonly repo: Repo;
      readonly pull: Pull;
      readonly actor: string;
      readonly before?: Oid;
      readonly label?: string;
      /** Who is asked, in `review_requested`: a person's login, or a team's slug. */
      readonly reviewer?: string;
      readonly team?: string;
      /** Why, in `dequeued` (a word of GitHub's closed list) and `auto_merge_disabled`. */
      readonly reason?: string;
      readonly changes?: Readonly<Record<string, { readonly from: string }>>;
    }
  | {
      readonly kind: "pull_request_review";
      readonly action: "submitted" | "dismissed" | "edited";
      readonly repo: Repo;
      readonly pull: Pull;
      readonly review: Review;
      readonly actor: string;
    }
  | {
      readonly kind: "issue_comment";
      readonly action: "created" | "edited" | "deleted";
      readonly repo: Repo;
      readonly pull: Pull;
      readonly comment: Comment;
      readonly actor: string;
      readonly changes?: { readonly body: { readonly from: string } };
    }
  | {
      readonly kind: "check_run";
      readonly action: "created" | "completed" | "rerequested";
      readonly repo: Repo;
      readonly check: CheckRun;
      readonly actor: string;
    }
  | {
      readonly kind: "status";
      readonly repo: Repo;
      readonly status: CommitStatus;
      readonly actor: string;
    }
  | {
      readonly kind: "installation";
      readonly action: "created" | "deleted" | "suspend" | "unsuspend";
      readonly installation: Installation;
      readonly actor: string;
    }
  | {
      readonly kind: "installation_repositories";
      readonly action: "added" | "removed";
      readonly installation: Installation;
      readonly added: readonly Repo[];
      readonly removed: readonly Repo[];
      readonly actor: string;
    }
  /** The right of a collaborator of a repo changed. */
  | {
      readonly kind: "member";
      readonly action: "added" | "edited" | "removed";
      readonly repo: Repo;
      readonly member: string;
      readonly from: Permission;
      readonly to: Permission;
      readonly actor: string;
    }
  | {
      readonly kind: "membership";
      readonly action: "added" | "removed";
      readonly team: Team;
      readonly member: string;
      readonly actor: string;
    }
  | {
      readonly kind: "team";
      readonly action: "added_to_repository" | "removed_from_repository" | "edited" | "deleted";
      readonly team: Team;
      /** `null`: it is about the team alone. */
      readonly repo: Repo | null;
      /** What the team might do there before. */
      readonly from: Permission;
      readonly actor: string;
    }
  | {
      readonly kind: "organization";
      readonly action: "member_removed";
      readonly org: string;
      readonly member: string;
      readonly actor: string;
    }
  | {
      readonly kind: "merge_group";
      readonly action: "checks_requested";
      readonly repo: Repo;
      readonly headRef: string;
      readonly headOid: Oid;
      readonly baseBranch: string;
      readonly baseOid: Oid;
      readonly actor: string;
    };
