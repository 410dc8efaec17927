import type { Pull } from "../world/entities.ts";
import type { WorldEvent } from "../world/world-event.ts";

/**
 * An event with its things as they are now. Payloads are built later, when the world may have moved on;
 * GitHub's payloads tell the state at the event.
 */
export function snapshot(event: WorldEvent): WorldEvent {
  const repo = "repo" in event && event.repo !== null ? { repo: { ...event.repo } } : {};
  switch (event.kind) {
    case "pull_request":
      return { ...event, ...repo, pull: copyOf(event.pull) };
    case "pull_request_review":
      return { ...event, ...repo, pull: copyOf(event.pull), review: { ...event.review } };
    case "issue_comment": {
      const comment = { ...event.comment, reactions: [...event.comment.reactions] };
      return { ...event, ...repo, pull: copyOf(event.pull), comment };
    }
    case "check_run":
      return { ...event, ...repo, check: { ...event.check } };
    case "installation":
    case "installation_repositories": {
      const { installation } = event;
      return { ...event, installation: { ...installation, repos: new Set(installation.repos) } };
    }
    default:
      return { ...event, ...repo };
  }
}

function copyOf(pull: Pull): Pull {
  return {
    ...pull,
    labels: new Set(pull.labels),
    reviewers: new Set(pull.reviewers),
    teamReviewers: new Set(pull.teamReviewers),
  };
}
