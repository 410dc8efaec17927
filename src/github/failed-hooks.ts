import { z } from "zod";
import { ForgeUnavailable } from "../model/forge.ts";
import type { FailedHook } from "../model/host-history.ts";
import type { Host } from "./host.ts";

const LIST = "GET /app/hook/deliveries";
const PAGE = 100;

const Attempts = z.array(
  z.object({
    id: z.number(),
    guid: z.string(),
    delivered_at: z.iso.datetime({ offset: true }),
    status_code: z.number(),
    event: z.string(),
  }),
);
type Attempt = z.infer<typeof Attempts>[number];

/**
 * Webhooks of which no attempt since then arrived, oldest first. GitHub lists each attempt apart, and never makes another by
 * itself: https://docs.github.com/webhooks/using-webhooks/handling-failed-webhook-deliveries
 * One request for each hundred failed attempts; only when there are some, the others are read back to the oldest of them.
 */
export async function failedHooks(app: Host, since: Date): Promise<readonly FailedHook[]> {
  const failed = new Map<string, FailedHook>();
  let oldest = "";
  for await (const { id, guid, event, delivered_at: at } of attempts(app, "failure", since)) {
    // Newest first: the number is that of the newest attempt, which is remembered longest, the time that of the oldest.
    failed.set(guid, { id: failed.get(guid)?.id ?? String(id), guid, event, at });
    oldest = at;
  }
  if (failed.size === 0) return [];
  for await (const { guid } of attempts(app, "success", new Date(oldest))) {
    failed.delete(guid);
    if (failed.size === 0) return [];
  }
  return [...failed.values()].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** Asks for one more attempt under the same GUID. `false`: GitHub knows the webhook no more, or cannot send it. */
export async function redeliver(app: Host, id: string): Promise<boolean> {
  const route = "POST /app/hook/deliveries/{delivery_id}/attempts";
  const sent = await app.write(route, { delivery_id: id });
  // What arrives twice is taken once, so the question may be put again.
  if (sent.kind === "unsure") throw new ForgeUnavailable(sent.detail, "request", null);
  return sent.kind === "done";
}

/** Attempts that ended so, newest first, as far back as `since`. */
async function* attempts(
  app: Host,
  status: "success" | "failure",
  since: Date,
): AsyncGenerator<Attempt> {
  for await (const attempt of listed(app, status)) {
    if (Date.parse(attempt.delivered_at) < since.getTime()) return;
    // Hosts that do not know the parameter list all.
    if (hasArrived(attempt) === (status === "success")) yield attempt;
  }
}

async function* listed(app: Host, status: string): AsyncGenerator<Attempt> {
  const asked = { per_page: PAGE, status };
  let page = await app.readPage(LIST, asked);
  while (page !== null) {
    yield* attemptsIn(page.answer);
    page = page.next === null ? null : await app.readPage(LIST, { ...asked, cursor: page.next });
  }
}

function attemptsIn(answer: unknown): readonly Attempt[] {
  const parsed = Attempts.safeParse(answer);
  if (parsed.success) return parsed.data;
  const message = "GitHub's list of webhook deliveries has an unknown shape";
  throw new ForgeUnavailable(message, "request", null);
}

function hasArrived({ status_code: status }: Attempt): boolean {
  return status >= 200 && status < 300;
}
