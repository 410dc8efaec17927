import type { Repo } from "../../world/entities.ts";
import type { WorldEvent } from "../../world/world-event.ts";
import { organizationPayload, teamPayload, userPayload } from "./account.ts";
import { checkRunPayload } from "./check-run.ts";
import { commentPayload, issuePayload, reviewPayload } from "./conversation.ts";
import { briefRepositoryPayload, installationPayload } from "./installation.ts";
import { membershipContent } from "./membership.ts";
import { pullNumbers } from "./pull-numbers.ts";
import { labelPayload, plainPullPayload, pullRequestPayload } from "./pull-request.ts";
import { pushPayload, simpleCommitPayload } from "./push.ts";
import { repositoryPayload } from "./repository.ts";
import { accountNamed, type Payload, type Scope } from "./scope.ts";
import { statusPayload } from "./status.ts";

type EventOf<K extends WorldEvent["kind"]> = Extract<WorldEvent, { kind: K }>;

/** What GitHub sends for an event, but for the `installation` that each App finds its own in. */
export async function payloadOf(scope: Scope, event: WorldEvent): Promise<Payload> {
  const about = "repo" in event && event.repo !== null ? aboutRepo(scope, event.repo) : {};
  const sender = userPayload(scope, accountNamed(scope, event.actor));
  const action = "action" in event ? { action: event.action } : {};
  return { ...action, ...about, ...(await contentOf(scope, event)), sender };
}

/** What every payload about a repo says of it. */
export function aboutRepo(scope: Scope, repo: Repo): Payload {
  const owner = accountNamed(scope, repo.owner);
  const repository = repositoryPayload(scope, repo);
  if (owner.type !== "Organization") return { repository };
  return { repository, organization: organizationPayload(scope, owner) };
}

async function contentOf(scope: Scope, event: WorldEvent): Promise<Payload> {
  switch (event.kind) {
    case "push":
      return await pushPayload(scope, event);
    case "pull_request":
      return await pullRequestContent(scope, event);
    case "pull_request_review":
      return {
        review: reviewPayload(scope, event.repo, event.pull, event.review),
        pull_request: plainPullPayload(scope, event.repo, event.pull),
      };
    case "issue_comment":
      return {
        issue: issuePayload(scope, event.repo, event.pull),
        comment: commentPayload(scope, event.repo, event.pull, event.comment),
        ...(event.changes === undefined ? {} : { changes: event.changes }),
      };
    case "check_run":
      return { check_run: checkRunPayload(scope, event.repo, event.check) };
    case "status":
      return await statusPayload(scope, event.repo, event.status);
    case "merge_group":
      return { merge_group: await mergeGroupPayload(event) };
    case "member":
    case "membership":
    case "team":
    case "organization":
      return membershipContent(scope, event);
    case "installation":
    case "installation_repositories":
      return installationContent(scope, event);
  }
}

async function pullRequestContent(scope: Scope, event: EventOf<"pull_request">): Promise<Payload> {
  const { repo, pull } = event;
  const numbers = await pullNumbers(repo.store, pull.baseOid, pull.headOid);
  const label = event.label === undefined ? undefined : repo.labels.get(event.label);
  const team = event.team === undefined ? null : scope.world.team(repo.owner, event.team);
  return {
    number: pull.number,
    pull_request: pullRequestPayload(scope, repo, pull, numbers),
    ...(event.before === undefined ? {} : { before: event.before, after: pull.headOid }),
    ...(event.changes === undefined ? {} : { changes: changesPayload(event.changes) }),
    ...(label === undefined ? {} : { label: labelPayload(scope, repo, label) }),
    ...(event.reviewer === undefined
      ? {}
      : { requested_reviewer: userPayload(scope, accountNamed(scope, event.reviewer)) }),
    ...(team === null ? {} : { requested_team: teamPayload(scope, team) }),
    ...(event.reason === undefined ? {} : { reason: event.reason }),
  };
}

function changesPayload(changes: Readonly<Record<string, { readonly from: string }>>): Payload {
  const { base, base_sha: sha, ...texts } = changes;
  return base === undefined ? texts : { ...texts, base: { ref: base, sha: sha ?? { from: "" } } };
}

async function mergeGroupPayload(event: EventOf<"merge_group">): Promise<Payload> {
  return {
    head_sha: event.headOid,
    head_ref: event.headRef,
    base_sha: event.baseOid,
    base_ref: `refs/heads/${event.baseBranch}`,
    head_commit: await simpleCommitPayload(event.repo, event.headOid),
  };
}

function installationContent(
  scope: Scope,
  event: EventOf<"installation"> | EventOf<"installation_repositories">,
): Payload {
  const { installation } = event;
  const payload = installationPayload(scope, installation);
  if (event.kind === "installation_repositories") {
    return {
      installation: payload,
      repository_selection: installation.selection,
      repositories_added: event.added.map(briefRepositoryPayload),
      repositories_removed: event.removed.map(briefRepositoryPayload),
      requester: null,
    };
  }
  const covered = [...scope.world.repos.values()].filter(
    (repo) =>
      repo.owner === installation.account &&
      (installation.selection === "all" || installation.repos.has(repo.id)),
  );
  return {
    installation: payload,
    repositories: covered.map(briefRepositoryPayload),
    requester: null,
  };
}
