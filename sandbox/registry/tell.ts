import type { Call, Desk } from "./desk.ts";
import type { EventTarget, Happening } from "./notifications.ts";

/** Tells the endpoints what a request has done. */
export function tell(
  desk: Desk,
  { request, url }: Call,
  action: Happening["action"],
  target: EventTarget,
): void {
  const userAgent = request.headers.get("user-agent") ?? "";
  desk.notifier.tell({
    action,
    target,
    request: { method: request.method, host: url.host, userAgent },
  });
}
