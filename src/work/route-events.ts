import type { Delivery, HookScope } from "../model/delivery.ts";
import type { ImageEvent } from "../model/event.ts";
import { ForgeDenied } from "../model/forge.ts";
import type { GateReads } from "../model/gate-reads.ts";
import type { LaneTask, NewItem, Routing, Settled } from "../model/inbox.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Pulls } from "../model/pulls.ts";
import { readDelivery } from "../normalise/delivery.ts";
import type { NormaliseOptions } from "../normalise/normaliser.ts";
import { isHookSource } from "../normalise/sources.ts";
import { laneOf } from "./lane.ts";
import { type OwnerRepos, type RepoIndexes, wholeOwner } from "./repo-indexes.ts";
import { type OtherTagsParts, routeOtherTags } from "./route-other-tags.ts";
import { type Found, nothingFound, resolverOf, routeToRepo } from "./route-to-repo.ts";

export interface RouteParts extends OtherTagsParts {
  readonly indexes: RepoIndexes;
  readonly normaliseOptions: NormaliseOptions;
  readonly pulls: Pick<Pulls, "open">;
  readonly gateReads: Pick<GateReads, "ofHead">;
  /** Whether commands are answered and gates reported. */
  readonly promotion: boolean;
}

/** A delivery with its work and outcomes, or the reason to come back to it. */
export type Routed =
  | { readonly kind: "routed"; readonly routing: Routing }
  | {
      readonly kind: "later";
      readonly detail: string;
      readonly retryAt: Date | null;
      /** Whether it counts as a try. */
      readonly failed: boolean;
      /** Set when all that is left is gone from its registry: what to say when it does not come. */
      readonly missing: readonly Settled[] | null;
    };

type Later = Found["later"][number] & { readonly event: ImageEvent };

/** From bytes to releases in lanes: normalise → match → resolve. Nothing is written. */
export async function routeEvents(parts: RouteParts, delivery: Delivery): Promise<Routed> {
  if (!isHookSource(delivery.source))
    return routed([], [about(null, skipped("source-not-used", delivery.source))]);
  const { meaning } = readDelivery(
    {
      source: delivery.source,
      owner: delivery.owner,
      headers: delivery.headers,
      body: delivery.body,
    },
    parts.normaliseOptions,
  );
  if (meaning.kind === "unreadable") {
    const { detail } = meaning;
    const outcome: Outcome = { kind: "refused", place: null, reason: "unreadable", detail };
    return routed([], [about(null, outcome)]);
  }
  const dropped: Settled[] = meaning.dropped.map(({ reason, what }) =>
    about(null, skipped("nothing-to-do", `${reason}: ${what}`)),
  );
  return routeAll(parts, delivery, meaning.events, dropped);
}

/** @param dropped what became of the parts of the delivery that are no events. */
export async function routeAll(
  parts: RouteParts,
  delivery: Delivery,
  events: readonly ImageEvent[],
  dropped: readonly Settled[],
): Promise<Routed> {
  const items: NewItem[] = [];
  const outcomes: Settled[] = [...dropped];
  const later: Later[] = [];
  for (const event of events) {
    const one = await routeEvent(parts, delivery, event);
    items.push(...one.items);
    outcomes.push(...one.outcomes.map((outcome) => about(event, outcome)));
    later.push(...one.later.map((delay) => ({ ...delay, event })));
  }
  const [first] = later;
  return first === undefined ? routed(items, outcomes) : routedLater(first, later, outcomes);
}

function routedLater(first: Later, later: readonly Later[], outcomes: readonly Settled[]): Routed {
  const gone = later.every((one) => one.missing);
  const missing = gone
    ? [...outcomes, ...later.map((one) => about(one.event, refusedGone(one.detail)))]
    : null;
  // What waits for the registry's time waits as a whole.
  const { detail, retryAt } = later.find((one) => !one.failed) ?? first;
  return { kind: "later", detail, retryAt, failed: later.every((one) => one.failed), missing };
}

async function routeEvent(
  parts: RouteParts,
  delivery: Delivery,
  event: ImageEvent,
): Promise<Found> {
  const found = nothingFound();
  const { id, owner, scope } = delivery;
  if (scope.kind === "image" && !isBelow(event.image, scope.prefix)) {
    found.outcomes.push(skipped("not-owned", `${event.image} is outside of this hook's scope`));
    return found;
  }
  const repos = await reposInScope(parts.indexes, owner, scope);
  const resolve = resolverOf(parts.registry, event, { owner, delivery: id });
  for (const known of repos.known) {
    await routeToRepo(resolve, event, known, found);
    const later = await routeOtherTags(parts, event, known, { owner, delivery: id }, found);
    // What the event does name does not wait for a list of tags.
    if (later !== null) found.items.push(waitingItem(known.fullName, event, scope));
  }
  for (const repo of repos.unread) found.items.push(waitingItem(repo, event, scope));
  if (found.items.length + found.outcomes.length + found.later.length === 0) {
    found.outcomes.push(skipped("not-tracked", `no CD repo of ${owner} carries ${event.image}`));
  }
  return found;
}

/** `quay.io/acme` covers itself and `quay.io/acme/app`, not `quay.io/acme-evil`. */
function isBelow(image: string, prefix: string): boolean {
  return image === prefix || image.startsWith(`${prefix}/`);
}

/** An owner whom the App may not serve now (suspended, say) has one unread repo that stands for all. */
async function reposInScope(
  indexes: RepoIndexes,
  owner: string,
  scope: HookScope,
): Promise<{ readonly known: OwnerRepos["known"]; readonly unread: readonly string[] }> {
  try {
    const { known, unread } = await indexes.ofOwner(owner);
    if (scope.kind !== "repo") return { known, unread };
    const name = `${owner}/${scope.repo.toLowerCase()}`;
    return {
      known: known.filter(({ fullName }) => fullName === name),
      unread: unread.filter((fullName) => fullName === name),
    };
  } catch (error) {
    if (error instanceof ForgeDenied) return { known: [], unread: [wholeOwner(owner)] };
    throw error;
  }
}

function waitingItem(repo: string, event: ImageEvent, scope: HookScope): NewItem {
  const task: LaneTask = { kind: "event", repo, event, scope };
  return { lane: laneOf(task, false), task };
}

function about(event: ImageEvent | null, outcome: Outcome): Settled {
  if (event === null) return { subject: null, outcome };
  const { digest, image, tag } = event;
  return { subject: { image, tag, digest }, outcome };
}

function routed(items: readonly NewItem[], outcomes: readonly Settled[]): Routed {
  return { kind: "routed", routing: { items, outcomes } };
}

function skipped(
  reason: "source-not-used" | "nothing-to-do" | "not-owned" | "not-tracked",
  detail: string,
): Outcome {
  return { kind: "skipped", place: null, reason, detail };
}

function refusedGone(detail: string): Outcome {
  return { kind: "refused", place: null, reason: "image-gone", detail };
}
