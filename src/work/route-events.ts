import { trackedImage } from "../decide/image-pattern.ts";
import { carriesImage, placesOf } from "../decide/match.ts";
import type { Delivery } from "../model/delivery.ts";
import type { ImageEvent } from "../model/event.ts";
import type { LaneTask, Routing, Settled } from "../model/inbox.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Registry } from "../model/registry.ts";
import { readDelivery } from "../normalise/delivery.ts";
import type { NormaliseOptions } from "../normalise/normaliser.ts";
import { isHookSource } from "../normalise/sources.ts";
import { resolveEvent } from "../resolve/resolve-event.ts";
import type { KnownRepo } from "./known-repo.ts";
import { laneOf } from "./lane.ts";
import type { RepoIndexes } from "./repo-indexes.ts";

export interface RouteParts {
  readonly registry: Registry;
  readonly indexes: RepoIndexes;
  readonly normaliseOptions: NormaliseOptions;
}

/** A delivery with its work and outcomes, or the reason to come back to it. */
export type Routed =
  | { readonly kind: "routed"; readonly routing: Routing }
  | {
      readonly kind: "later";
      readonly detail: string;
      readonly retryAt: Date | null;
      /** Set when all that is left is gone from its registry: what to say when it does not come. */
      readonly missing: readonly Settled[] | null;
    };

type Item = Routing["items"][number];

/** From bytes to releases in lanes: normalise → match → resolve. Nothing is written. */
export async function routeEvents(parts: RouteParts, delivery: Delivery): Promise<Routed> {
  if (!isHookSource(delivery.source))
    return routed([], [about(null, skipped("source-not-used", delivery.source))]);
  const { meaning } = readDelivery(
    { source: delivery.source, headers: delivery.headers, body: delivery.body },
    parts.normaliseOptions,
  );
  if (meaning.kind === "unreadable") {
    const { detail } = meaning;
    const outcome: Outcome = { kind: "refused", place: null, reason: "unreadable", detail };
    return routed([], [about(null, outcome)]);
  }
  const items: Item[] = [];
  const outcomes: Settled[] = meaning.dropped.map(({ reason, what }) =>
    about(null, skipped("nothing-to-do", `${reason}: ${what}`)),
  );
  const later: { event: ImageEvent; detail: string; retryAt: Date | null; missing: boolean }[] = [];
  for (const event of meaning.events) {
    const one = await routeEvent(parts, delivery, event);
    items.push(...one.items);
    outcomes.push(...one.outcomes.map((outcome) => about(event, outcome)));
    later.push(...one.later.map((delay) => ({ ...delay, event })));
  }
  const [first] = later;
  if (first === undefined) return routed(items, outcomes);
  const gone = later.every((one) => one.missing);
  const missing = gone
    ? [...outcomes, ...later.map((one) => about(one.event, refusedGone(one.detail)))]
    : null;
  return { kind: "later", detail: first.detail, retryAt: first.retryAt, missing };
}

async function routeEvent(parts: RouteParts, delivery: Delivery, event: ImageEvent) {
  const found = {
    items: [] as Item[],
    outcomes: [] as Outcome[],
    later: [] as { detail: string; retryAt: Date | null; missing: boolean }[],
  };
  if (delivery.scope.kind === "image" && !isBelow(event.image, delivery.scope.prefix)) {
    found.outcomes.push(skipped("not-owned", `${event.image} is outside of this hook's scope`));
    return found;
  }
  for (const known of await reposInScope(parts.indexes, delivery))
    await routeToRepo(parts, delivery, event, known, found);
  if (found.items.length + found.outcomes.length + found.later.length === 0) {
    found.outcomes.push(
      skipped("not-tracked", `no CD repo of ${delivery.owner} carries ${event.image}`),
    );
  }
  return found;
}

/** `quay.io/acme` covers itself and `quay.io/acme/app`, not `quay.io/acme-evil`. */
function isBelow(image: string, prefix: string): boolean {
  return image === prefix || image.startsWith(`${prefix}/`);
}

async function reposInScope(
  indexes: RepoIndexes,
  delivery: Delivery,
): Promise<readonly KnownRepo[]> {
  const repos = await indexes.ofOwner(delivery.owner);
  const { scope } = delivery;
  return scope.kind === "repo"
    ? repos.filter((known) => known.fullName === `${delivery.owner}/${scope.repo.toLowerCase()}`)
    : repos;
}

async function routeToRepo(
  parts: RouteParts,
  delivery: Delivery,
  event: ImageEvent,
  known: KnownRepo,
  found: {
    items: Item[];
    outcomes: Outcome[];
    later: { detail: string; retryAt: Date | null; missing: boolean }[];
  },
): Promise<void> {
  if (known.config === null) {
    routeWithoutConfig(known, event, found);
    return;
  }
  const { places, outcomes } = placesOf(known.index, known.config, event.image, known.fullName);
  found.outcomes.push(...outcomes);
  const rule = trackedImage(known.config, event.image)?.rule;
  if (places.length === 0 || rule === undefined) return;
  const resolved = await resolveEvent(parts.registry, event, rule, delivery.owner, delivery.id);
  if (resolved.kind === "later") found.later.push(resolved);
  if (resolved.kind === "refused")
    found.outcomes.push({
      kind: "refused",
      place: null,
      reason: resolved.refusal.reason,
      detail: resolved.refusal.message,
    });
  if (resolved.kind !== "release") return;
  for (const { settings, files: _, ...place } of places) {
    const task: LaneTask = { kind: "release", place, release: resolved.release };
    found.items.push({ lane: laneOf(task, settings.delivery === "commit"), task });
  }
}

function routeWithoutConfig(
  known: KnownRepo,
  event: ImageEvent,
  found: { items: Item[]; outcomes: Outcome[] },
): void {
  const [problem] = known.problems.filter((p) => p.severity === "error");
  // A repo without overlays may keep a config for others to extend, which need not be whole.
  if (problem !== undefined && known.index.overlays.length > 0) {
    const place = { repo: known.fullName, base: "", environment: "", component: null };
    found.outcomes.push({
      kind: "refused",
      place,
      reason: "config-invalid",
      detail: `.github/tagboat.yml:${problem.line}: ${problem.message}`,
    });
    return;
  }
  if (!carriesImage(known.index, event.image)) return;
  const task: LaneTask = { kind: "onboard", repo: known.fullName, image: event.image };
  found.items.push({ lane: laneOf(task, false), task });
}

function about(event: ImageEvent | null, outcome: Outcome): Settled {
  if (event === null) return { subject: null, outcome };
  const { digest, image, tag } = event;
  return { subject: { image, tag, digest }, outcome };
}

function routed(items: readonly Item[], outcomes: readonly Settled[]): Routed {
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
