import type { Repo, Ruleset } from "../../world/entities.ts";
import { rulesetsOf } from "../../world/rules.ts";
import { notFound } from "../api-error.ts";
import { loginOf } from "../caller.ts";
import type { Handlers } from "../operation.ts";
import { commitNamed } from "../resolve.ts";
import { accountOf, type Schemas, simpleUser } from "../shapes/account.ts";
import { commitShape } from "../shapes/commit.ts";
import { fullRepository, permissionFlags } from "../shapes/repo.ts";
import { repoApi } from "../urls.ts";

type RepoHandlers = Pick<
  Handlers,
  | "repos/get"
  | "repos/list-branches"
  | "repos/get-branch"
  | "repos/get-branch-rules"
  | "repos/get-collaborator-permission-level"
>;

type Rule = Schemas["repository-rule-detailed"];

function rulesOf(ruleset: Ruleset, source: string): Rule[] {
  const info = {
    ruleset_source_type: "Repository",
    ruleset_source: source,
    ruleset_id: ruleset.id,
  } as const;
  const rules: Rule[] = [];
  if (ruleset.pullRequest !== null)
    rules.push({
      type: "pull_request",
      parameters: {
        required_approving_review_count: ruleset.pullRequest.approvals,
        dismiss_stale_reviews_on_push: ruleset.pullRequest.dismissStale,
        require_code_owner_review: false,
        require_last_push_approval: false,
        required_review_thread_resolution: false,
      },
      ...info,
    });
  if (ruleset.requiredChecks.length > 0)
    rules.push({
      type: "required_status_checks",
      parameters: {
        strict_required_status_checks_policy: ruleset.upToDate,
        required_status_checks: ruleset.requiredChecks.map(({ context, appId }) =>
          appId === null ? { context } : { context, integration_id: appId },
        ),
      },
      ...info,
    });
  if (ruleset.linearHistory) rules.push({ type: "required_linear_history", ...info });
  if (ruleset.mergeQueue) rules.push({ type: "merge_queue", ...info });
  return rules;
}

/** GitHub's older word for a role: `maintain` writes, `triage` reads. */
function legacy(permission: string): string {
  return permission === "maintain" ? "write" : permission === "triage" ? "read" : permission;
}

export const REPOS: RepoHandlers = {
  "repos/get": ({ room, repo, caller }) => {
    const login = loginOf(caller);
    const permission = login === null ? "read" : room.world.permissionOf(repo, login);
    return { status: 200, body: fullRepository(room.world, room.urls, repo, permission) };
  },
  "repos/list-branches": async ({ room, repo, page }) => {
    const refs = await repo.store.refs("refs/heads/");
    const api = repoApi(room.urls, repo);
    const body = page([...refs]).map(([ref, sha]) => {
      const name = ref.slice("refs/heads/".length);
      const isProtected = isCovered(repo, name);
      return { name, commit: { sha, url: `${api}/commits/${sha}` }, protected: isProtected };
    });
    return { status: 200, body };
  },
  "repos/get-branch": async ({ room, repo, params }) => {
    const oid = await repo.store.readRef(`refs/heads/${params.branch}`);
    if (oid === null) throw notFound("Branch not found");
    const self = `${repoApi(room.urls, repo)}/branches/${encodeURIComponent(params.branch)}`;
    const html = `${room.urls.web}/${repo.owner}/${repo.name}/tree/${params.branch}`;
    const covered = isCovered(repo, params.branch);
    const body = {
      name: params.branch,
      commit: commitShape(room, repo, await commitNamed(repo, oid)),
      _links: { self, html },
      protected: covered,
      protection: { enabled: covered },
      protection_url: `${self}/protection`,
    };
    return { status: 200, body };
  },
  "repos/get-branch-rules": ({ repo, params, page }) => {
    const source = `${repo.owner}/${repo.name}`;
    const rules = rulesetsOf(repo, params.branch).flatMap((r) => rulesOf(r, source));
    return { status: 200, body: [...page(rules)] };
  },
  "repos/get-collaborator-permission-level": ({ room, repo, params }) => {
    const account = accountOf(room.world, params.username);
    if (account.login === "ghost") throw notFound(`${params.username} is not a user`);
    const permission = room.world.permissionOf(repo, account.login);
    const user = {
      ...simpleUser(room.urls, account),
      permissions: permissionFlags(permission),
      role_name: permission,
    };
    return {
      status: 200,
      body: { permission: legacy(permission), role_name: permission, user },
    };
  },
};

function isCovered(repo: Repo, branch: string): boolean {
  return rulesetsOf(repo, branch).length > 0;
}
