import type { DeliveryLog, LoggedDelivery } from "../api/delivery-log.ts";
import type { Webhooks } from "./create-webhooks.ts";
import type { HookDelivery } from "./delivery.ts";

/** What was sent to Apps, as REST lists it and sends it again. */
export function appDeliveries(webhooks: Webhooks): DeliveryLog {
  return {
    list: (app) => webhooks.deliveries(app).map(logged).reverse(),
    async redeliver(app, id) {
      // An App never sends what belongs to another one.
      const own = webhooks.deliveries(app).some((delivery) => delivery.id === id);
      if (own) await webhooks.redeliver(id);
    },
  };
}

function logged(delivery: HookDelivery): LoggedDelivery {
  const { id, guid, deliveredAt, redelivery, statusCode, event, action } = delivery;
  return {
    id,
    guid,
    deliveredAt,
    redelivery,
    // The line keeps no time of its own: the world's clock may stand still.
    duration: 0,
    statusCode,
    event,
    action,
    installation: delivery.installationId,
    repo: delivery.repositoryId,
    requestHeaders: delivery.headers,
    payload: JSON.parse(delivery.body),
  };
}
