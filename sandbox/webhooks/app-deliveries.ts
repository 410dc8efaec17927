import type { DeliveryLog, LoggedDelivery } from "../api/delivery-log.ts";
import type { Webhooks } from "./create-webhooks.ts";
import type { HookDelivery } from "./delivery.ts";

/** https://docs.github.com/webhooks/testing-and-troubleshooting-webhooks/viewing-webhook-deliveries: the past three days. */
const REMEMBERED_MS = 3 * 24 * 3_600_000;

/** What was sent to Apps, as REST lists it and sends it again. GitHub tries nothing again by itself. */
export function appDeliveries(webhooks: Webhooks, now: () => Date): DeliveryLog {
  const remembered = (app: number): readonly HookDelivery[] => {
    const since = now().getTime() - REMEMBERED_MS;
    return webhooks.deliveries(app).filter((one) => Date.parse(one.deliveredAt) >= since);
  };
  return {
    list: (app) =>
      remembered(app)
        .map(logged)
        .sort((a, b) => b.id - a.id),
    async redeliver(app, id) {
      // An App never sends what belongs to another one.
      const own = remembered(app).some((delivery) => delivery.id === id);
      if (own) await webhooks.redeliver(id);
    },
  };
}

function logged(delivery: HookDelivery): LoggedDelivery {
  const { id, guid, deliveredAt, redelivery, status, statusCode, event, action } = delivery;
  return {
    id,
    guid,
    deliveredAt,
    redelivery,
    // The line keeps no time of its own: the world's clock may stand still.
    duration: 0,
    status,
    statusCode,
    event,
    action,
    installation: delivery.installationId,
    repo: delivery.repositoryId,
    requestHeaders: delivery.headers,
    payload: JSON.parse(delivery.body),
  };
}
