import type { operations } from "@octokit/openapi-types";
import type { Permission } from "../world/entities.ts";
import type { Level } from "./caller.ts";

/** Operations of GitHub's REST description, by their `operationId`. */
export type OperationId = keyof operations;

/** What a caller must have before an operation runs. Source: GitHub's "permissions required for GitHub Apps" tables. */
export type Need =
  /** Anybody; the handler decides what is shown. */
  | { readonly who: "anyone" }
  /** A JWT signed with the App's key. */
  | { readonly who: "app" }
  /** An installation token. */
  | { readonly who: "installation" }
  /** A person's token. */
  | { readonly who: "user" }
  /** A person who may see the organisation, or an installation on it with this permission. */
  | { readonly who: "organization"; readonly permission: string; readonly level: Level }
  | RepoNeed;

/** `any`: one of these App permissions. `person`: what a person must have on the repo; `none`: Apps only. */
export interface RepoNeed {
  readonly who: "repo";
  readonly any: readonly string[];
  readonly level: Level;
  readonly person: Permission;
}

function reads(...any: string[]): RepoNeed {
  return { who: "repo", any, level: "read", person: "read" };
}

function writes(person: Permission, ...any: string[]): RepoNeed {
  return { who: "repo", any, level: "write", person };
}

const ANYONE = { who: "anyone" } as const;
const APP = { who: "app" } as const;
const MEMBERS = { who: "organization", permission: "members", level: "read" } as const;

/** The operations that the sandbox serves, and what each needs. The pruned description holds exactly these. */
export const NEEDS = {
  "meta/root": ANYONE,
  "meta/get": ANYONE,
  "rate-limit/get": ANYONE,
  "users/get-authenticated": { who: "user" },
  "users/get-by-username": ANYONE,
  "apps/get-authenticated": APP,
  "apps/list-installations": APP,
  "apps/get-installation": APP,
  "apps/create-installation-access-token": APP,
  "apps/list-webhook-deliveries": APP,
  "apps/get-webhook-delivery": APP,
  "apps/redeliver-webhook-delivery": APP,
  "apps/get-repo-installation": APP,
  "apps/get-org-installation": APP,
  "apps/get-user-installation": APP,
  "apps/list-repos-accessible-to-installation": { who: "installation" },
  "teams/get-membership-for-user-in-org": MEMBERS,
  "teams/list-members-in-org": MEMBERS,
  "teams/check-permissions-for-repo-in-org": MEMBERS,
  "repos/get": reads("metadata"),
  "repos/list-branches": reads("contents"),
  "repos/get-branch": reads("contents"),
  "repos/get-branch-rules": reads("metadata"),
  "repos/get-collaborator-permission-level": reads("metadata"),
  "git/get-ref": reads("contents"),
  "git/list-matching-refs": reads("contents"),
  "git/create-ref": writes("write", "contents"),
  "git/update-ref": writes("write", "contents"),
  "git/delete-ref": writes("write", "contents"),
  "git/get-commit": reads("contents"),
  "git/create-commit": writes("write", "contents"),
  "git/get-tree": reads("contents"),
  "git/create-tree": writes("write", "contents"),
  "git/get-blob": reads("contents"),
  "git/create-blob": writes("write", "contents"),
  "repos/get-content": reads("contents"),
  "repos/create-or-update-file-contents": writes("write", "contents"),
  "repos/delete-file": writes("write", "contents"),
  "repos/list-commits": reads("contents"),
  "repos/get-commit": reads("contents"),
  "repos/compare-commits-with-basehead": reads("contents"),
  "repos/list-pull-requests-associated-with-commit": reads("pull_requests"),
  "pulls/list": reads("pull_requests"),
  "pulls/get": reads("pull_requests"),
  "pulls/create": writes("read", "pull_requests"),
  "pulls/update": writes("read", "pull_requests"),
  "pulls/list-files": reads("pull_requests"),
  "pulls/list-commits": reads("pull_requests"),
  "pulls/check-if-merged": reads("contents"),
  "pulls/merge": writes("write", "contents"),
  "pulls/list-requested-reviewers": reads("pull_requests"),
  "pulls/request-reviewers": writes("triage", "pull_requests"),
  "pulls/remove-requested-reviewers": writes("triage", "pull_requests"),
  "pulls/list-reviews": reads("pull_requests"),
  "pulls/get-review": reads("pull_requests"),
  "pulls/create-review": writes("read", "pull_requests"),
  "pulls/dismiss-review": writes("write", "pull_requests"),
  "issues/get": reads("issues", "pull_requests"),
  "issues/update": writes("read", "issues", "pull_requests"),
  "issues/list-comments": reads("issues", "pull_requests"),
  "issues/create-comment": writes("read", "issues", "pull_requests"),
  "issues/get-comment": reads("issues", "pull_requests"),
  "issues/update-comment": writes("read", "issues", "pull_requests"),
  "issues/delete-comment": writes("read", "issues", "pull_requests"),
  "issues/list-labels-on-issue": reads("issues", "pull_requests"),
  "issues/add-labels": writes("triage", "issues", "pull_requests"),
  "issues/set-labels": writes("triage", "issues", "pull_requests"),
  "issues/remove-label": writes("triage", "issues", "pull_requests"),
  "issues/list-labels-for-repo": reads("issues", "pull_requests"),
  "issues/get-label": reads("issues", "pull_requests"),
  "issues/create-label": writes("write", "issues", "pull_requests"),
  "issues/delete-label": writes("write", "issues", "pull_requests"),
  "reactions/list-for-issue-comment": reads("issues", "pull_requests"),
  "reactions/create-for-issue-comment": writes("read", "issues", "pull_requests"),
  "reactions/delete-for-issue-comment": writes("read", "issues", "pull_requests"),
  "checks/create": writes("none", "checks"),
  "checks/update": writes("none", "checks"),
  "checks/get": reads("checks"),
  "checks/list-for-ref": reads("checks"),
  "repos/create-commit-status": writes("write", "statuses"),
  "repos/list-commit-statuses-for-ref": reads("statuses"),
  "repos/get-combined-status-for-ref": reads("statuses"),
  "repos/create-deployment": writes("write", "deployments"),
  "repos/list-deployments": reads("deployments"),
  "repos/get-deployment": reads("deployments"),
  "repos/create-deployment-status": writes("write", "deployments"),
  "repos/list-deployment-statuses": reads("deployments"),
} as const satisfies Partial<Record<OperationId, Need>>;

export type ServedOperation = keyof typeof NEEDS;
