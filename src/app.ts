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
  /** Whether commands are answered and gates reported: without, fewer events lead to work. */
  readonly promotion: boolean;
}

const trackingEvents: ReadonlySet<string> = new Set([
  "push",
  "pull_request",
  "pull_request_review",
  "check_run",
  "installation",
  "installation_repositories",
]);

/**
 * GitHub events that lead to work, and of which actions (`null`: all). Others are sent by GitHub (`ping`, each step of a check,
 * …) and answered, not kept.
 */
const takenEvents: ReadonlyMap<string, ReadonlySet<string> | null> = new Map([
  ["push", null],
  ["installation", null],
  ["installation_repositories", null],
  ["status", null],
  [
    "pull_request",
    new Set([
      ...["opened", "synchronize", "reopened", "closed", "edited", "labeled", "unlabeled"],
      ...["ready_for_review", "converted_to_draft", "dequeued"],
    ]),
  ],
  ["pull_request_review", new Set(["submitted", "edited", "dismissed"])],
  ["check_run", new Set(["completed", "rerequested", "requested_action"])],
  ["check_suite", new Set(["rerequested"])],
  ["merge_group", new Set(["checks_requested"])],
  ["issue_comment", new Set(["created", "edited", "deleted"])],
  // What people may: more opens a gate, less closes it.
  ["member", new Set(["added", "edited", "removed"])],
  ["membership", new Set(["added", "removed"])],
  ["team", new Set(["added_to_repository", "removed_from_repository", "edited", "deleted"])],
  ["organization", new Set(["member_added", "member_removed"])],
]);

/** Whether a webhook may lead to work, by its name, its action and, of a comment, what it says or said. */
export function isTaken(name: string, payload: object): boolean {
  const actions = takenEvents.get(name);
  if (actions === undefined) return false;
  const { action } = payload as { action?: unknown };
  if (actions !== null && (typeof action !== "string" || !actions.has(action))) return false;
  return name !== "issue_comment" || isTold(payload);
}

/** Of new comments those that begin as a command does; of those that change or go the bots' own, which may carry our marker. */
function isTold(payload: object): boolean {
  const { action, comment } = payload as {
    action?: unknown;
    comment?: { body?: unknown; user?: { type?: unknown } | null };
  };
  if (action === "created") return String(comment?.body ?? "").startsWith("/");
  return comment?.user?.type === "Bot";
}

function isWanted({ promotion }: AppParts, name: string, payload: object): boolean {
  return (promotion || trackingEvents.has(name)) && isTaken(name, payload);
}

/**
 * The Probot app. Probot has checked the signature; here a webhook is stored, and only then answered. A store that is down
 * makes the answer a 500, which GitHub lists as failed and delivers again on request.
 */
export function createApp(parts: AppParts): ApplicationFunction {
  return (probot) => {
    probot.onAny(async ({ id, name, payload }) => {
      if (!isWanted(parts, name, payload)) return;
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
  const { repository, organization, installation } = payload as {
    repository?: { owner?: { login?: string } };
    organization?: { login?: string };
    installation?: { account?: { login?: string } };
  };
  const login = repository?.owner?.login ?? organization?.login ?? installation?.account?.login;
  return login?.toLowerCase() ?? null;
}
