import { ForgeDenied, ForgeUnavailable } from "../model/forge.ts";
import type { Delay, Routing, TakenDelivery } from "../model/inbox.ts";
import { MAX_TRIES, MISSING_TRIES, retryAt } from "./backoff.ts";
import { type RouteParts, routeEvents } from "./route-events.ts";
import { routeGithub } from "./route-github.ts";
import { routeOwn } from "./route-own.ts";

/** What is to become of a delivery after one attempt to route it. */
export type RoutedDelivery =
  | { readonly kind: "routed"; readonly routing: Routing }
  | { readonly kind: "later"; readonly delay: Delay }
  | { readonly kind: "dead"; readonly detail: string };

/** One attempt to route a delivery, by its source. What the host cannot serve now is `later`; faults are thrown. */
export async function routeTaken(
  parts: RouteParts,
  taken: TakenDelivery,
  now: () => Date,
): Promise<RoutedDelivery> {
  try {
    return await route(parts, taken, now);
  } catch (error) {
    if (error instanceof ForgeUnavailable || error instanceof ForgeDenied)
      return laterFor(taken, now(), error);
    throw error;
  }
}

/** A routing that threw counts as a try. */
export function laterFor(taken: TakenDelivery, now: Date, error: unknown): RoutedDelivery {
  const at = error instanceof ForgeUnavailable ? error.retryAt : null;
  const detail = error instanceof Error ? error.message : "failed";
  return later(taken, now, { at, failed: true, detail });
}

async function route(
  parts: RouteParts,
  taken: TakenDelivery,
  now: () => Date,
): Promise<RoutedDelivery> {
  const { delivery, tries } = taken;
  if (delivery.source === "github")
    return { kind: "routed", routing: await routeGithub(parts, delivery) };
  const routed =
    delivery.source === "tagboat"
      ? await routeOwn(parts, delivery)
      : await routeEvents(parts, delivery);
  if (routed.kind === "routed") return routed;
  const { detail, failed, missing, retryAt: at } = routed;
  if (missing === null || tries < MISSING_TRIES) return later(taken, now(), { at, failed, detail });
  return { kind: "routed", routing: { items: [], outcomes: missing } };
}

function later(
  { tries }: TakenDelivery,
  now: Date,
  why: { readonly at: Date | null; readonly failed: boolean; readonly detail: string },
): RoutedDelivery {
  const { at, detail, failed } = why;
  if (failed && tries + 1 >= MAX_TRIES) return { kind: "dead", detail };
  return { kind: "later", delay: { until: at ?? retryAt(now, tries), failed, detail } };
}
