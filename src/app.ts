import type { ApplicationFunction } from "probot";
import type { Delivery } from "./model/delivery.ts";
import type { Inbox } from "./model/inbox.ts";
import type { Tally } from "./model/tally.ts";

/** What the Probot app needs: where webhooks of the App are kept, and how a delivery gets its id and time. */
export interface AppParts {
  readonly inbox: Pick<Inbox, "accept">;
  readonly newId: (now: Date) => string;
  readonly now: () => Date;
  readonly tally: Pick<Tally, "received">;
}

/** GitHub events that lead to work. Others are sent by GitHub (`ping`, `installation_target`, …) and answered, not kept. */
export const takenEvents: ReadonlySet<string> = new Set([
  "push",
  "pull_request",
  "pull_request_review",
  "check_run",
  "installation",
  "installation_repositories",
]);

/**
 * The Probot app. Probot has checked the signature; here a webhook is stored, and only then answered. A store that is down
 * makes the answer a 500, which GitHub lists as failed and delivers again on request.
 */
export function createApp(parts: AppParts): ApplicationFunction {
  return (probot) => {
    probot.onAny(async ({ id, name, payload }) => {
      if (!takenEvents.has(name)) return;
      const owner = ownerOf(payload);
      if (owner === null) return;
      const now = parts.now();
      const delivery: Delivery = {
        id: parts.newId(now),
        source: "github",
        owner,
        scope: { kind: "owner" },
        senderId: id,
        subjects: [],
        receivedAt: now.toISOString(),
        headers: { "x-github-event": name, "x-github-delivery": id },
        body: JSON.stringify(payload),
      };
      const [acceptance] = await parts.inbox.accept([delivery]);
      if (acceptance !== undefined) parts.tally.received(delivery.source, acceptance);
    });
  };
}

function ownerOf(payload: object): string | null {
  const { repository, installation } = payload as {
    repository?: { owner?: { login?: string } };
    installation?: { account?: { login?: string } };
  };
  return (repository?.owner?.login ?? installation?.account?.login)?.toLowerCase() ?? null;
}
