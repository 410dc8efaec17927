import type { Delivery } from "../model/delivery.ts";
import type { LaneTask, NewItem } from "../model/inbox.ts";
import type { Outcome } from "../model/outcome.ts";
import { gateItem } from "./gate-item.ts";
import { hasConfig } from "./known-repo.ts";
import { laneOf } from "./lane.ts";
import { type OwnNews, readOwnNews } from "./own-news.ts";
import { recheck } from "./places.ts";
import { type Routed, type RouteParts, routeAll } from "./route-events.ts";

/** What the rounds of catching up found leads to the same lanes as what others tell. */
export async function routeOwn(parts: RouteParts, delivery: Delivery): Promise<Routed> {
  const news = readOwnNews(delivery);
  if (news === null) return settled({ reason: "unreadable", kind: "refused" }, "not understood");
  if (news.kind === "event") return routeAll(parts, delivery, [news.event], []);
  const items = await itemsOf(parts, news);
  if (items.length > 0) return { kind: "routed", routing: { items, outcomes: [] } };
  return settled({ kind: "skipped", reason: "nothing-to-do" }, `${news.repo} has no such places`);
}

async function itemsOf(
  { indexes }: RouteParts,
  news: Extract<OwnNews, { kind: "look-again" }>,
): Promise<readonly NewItem[]> {
  const known = await indexes.get(news.repo);
  if (known === null) return [];
  const items = news.places.flatMap((at) => {
    const environment = known.config?.environments.find(({ name }) => name === at.environment);
    const place = { repo: known.fullName, ...at };
    return environment === undefined ? [] : [recheck(place, environment, news.why)];
  });
  if (hasConfig(known))
    items.push(...news.over.map((pull) => gateItem(known, pull, "its branch still stands")));
  if (!news.onboarding) return items;
  const task: LaneTask = { kind: "onboard", repo: known.fullName, image: null };
  return [...items, { lane: laneOf(task, false), task }];
}

function settled(
  what:
    | { readonly kind: "refused"; readonly reason: "unreadable" }
    | { readonly kind: "skipped"; readonly reason: "nothing-to-do" },
  detail: string,
): Routed {
  const outcome: Outcome = { ...what, place: null, detail };
  return { kind: "routed", routing: { items: [], outcomes: [{ subject: null, outcome }] } };
}
