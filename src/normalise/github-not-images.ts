import type { DropReason, Normalised } from "../model/event.ts";
import {
  droppedAll,
  githubSignature,
  type Headers,
  type Message,
  plainJson,
  type SourceRules,
} from "./normaliser.ts";
import { word } from "./outside-text.ts";

/*
 * Webhooks of a GitHub repository or organisation that tell of no image. The App has its own webhook for what it does with pull
 * requests; these are taken so that a hook that sends more than packages is answered well.
 */
export const githubDeploymentStatus = ignored("source-not-used", "deployment_status");
export const githubIssueComment = ignored("source-not-used", "issue_comment");
export const githubPing = ignored("test-event", "ping");
export const githubPullRequestReview = ignored("source-not-used", "pull_request_review");

function ignored(reason: DropReason, event: string): SourceRules {
  return {
    ...plainJson,
    normalise: (_message: Message): Normalised => droppedAll(reason, event),
    senderId: (headers: Headers) => word(headers["x-github-delivery"]),
    authentication: githubSignature,
    bodyCap: 5 * 1024 * 1024,
    contentTypes: ["application/json", "application/x-www-form-urlencoded"],
  };
}
