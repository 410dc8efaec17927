import type { IncomingHttpHeaders } from "node:http";

/** Headers that readers need or a person wants to see. None can carry a secret: signatures and `authorization` are not kept. */
const KEPT = [
  "content-type",
  "user-agent",
  "ce-id",
  "ce-source",
  "ce-specversion",
  "ce-subject",
  "ce-time",
  "ce-type",
  "idempotency-key",
  "webhook-id",
  "x-amz-sns-message-id",
  "x-amz-sns-message-type",
  "x-amz-sns-topic-arn",
  "x-gitea-delivery",
  "x-gitea-event",
  "x-github-delivery",
  "x-github-event",
  "x-github-hook-id",
  "x-github-hook-installation-target-type",
  "x-gitlab-event",
  "x-gitlab-event-uuid",
  "x-nexus-webhook-delivery",
  "x-nexus-webhook-id",
] as const;

/** The headers of a request that are stored with its delivery, names in lower case. */
export function storedHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const name of KEPT) {
    const value = headers[name];
    if (typeof value === "string") kept[name] = value;
  }
  return kept;
}
