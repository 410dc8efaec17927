import { isTaken } from "../../src/app.ts";
import type { Delivery } from "../../src/model/delivery.ts";
import { type Desk, webhookDesk } from "../sandbox/webhooks/webhook-desk.ts";

/** A webhook of GitHub as it is stored. */
export function stored(event: string, payload: object | string): Delivery {
  return {
    id: "1",
    source: "github",
    owner: "acme",
    scope: { kind: "owner" },
    senderId: "guid",
    subjects: [],
    receivedAt: "2026-11-22T12:00:00Z",
    headers: { "x-github-event": event, "x-github-delivery": "guid" },
    body: typeof payload === "string" ? payload : JSON.stringify(payload),
  };
}

/** A desk whose App hears of everything that `app.yml` subscribes to, and reads what it would keep. */
export async function newsDesk<T>(
  read: (delivery: Delivery) => T,
): Promise<Desk & { news(): Promise<readonly T[]> }> {
  const desk = await webhookDesk();
  const app = desk.world.addApp({
    ...desk.app,
    slug: "listener",
    webhookUrl: "http://127.0.0.1:1/listener",
    events: [
      ...["push", "pull_request", "pull_request_review", "issue_comment", "check_run"],
      ...["merge_group", "status", "check_suite"],
      ...["member", "membership", "team", "organization"],
    ],
  });
  desk.world.install(app.id, "acme", ["cd"]);
  const news = async () => {
    await desk.webhooks.idle();
    const since = desk.received.splice(0).filter(({ url }) => url.endsWith("/listener"));
    return since.flatMap(({ headers, body }) => {
      const event = headers["X-GitHub-Event"] ?? "";
      return isTaken(event, JSON.parse(body)) ? [read(stored(event, body))] : [];
    });
  };
  await news();
  return { ...desk, news };
}
