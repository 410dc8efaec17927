import { trackedImage } from "../decide/image-pattern.ts";
import { carriesImage, placesOf } from "../decide/match.ts";
import type { ImageRule } from "../model/config.ts";
import type { ImageEvent } from "../model/event.ts";
import type { LaneTask, NewItem } from "../model/inbox.ts";
import type { Outcome } from "../model/outcome.ts";
import type { Registry } from "../model/registry.ts";
import { type Resolved, resolveEvent } from "../resolve/resolve-event.ts";
import type { KnownRepo } from "./known-repo.ts";
import { laneOf } from "./lane.ts";

/** What an event comes to in some repos. */
export interface Found {
  readonly items: NewItem[];
  readonly outcomes: Outcome[];
  /** Why all of it must be looked at again. */
  readonly later: Extract<Resolved, { kind: "later" }>[];
}

export function nothingFound(): Found {
  return { items: [], outcomes: [], later: [] };
}

/** What the registry says of an event, asked once for all repos that follow it. */
export type Resolver = (rule: ImageRule) => Promise<Resolved>;

/** @param about the owner in lower case for whom the registry is asked, and the delivery that told of the event. */
export function resolverOf(
  registry: Registry,
  event: ImageEvent,
  about: { readonly owner: string; readonly delivery: string },
): Resolver {
  const asked = new Map<string, Promise<Resolved>>();
  return (rule) => {
    // Each repo may compute a tag that the event does not name in its own way, and name its own labels.
    const template = event.tag === null ? rule.tag : null;
    const key = JSON.stringify([rule.verify, rule.labels, template]);
    const known = asked.get(key);
    if (known !== undefined) return known;
    const resolved = resolveEvent(registry, event, rule, about.owner, about.delivery);
    asked.set(key, resolved);
    return resolved;
  };
}

/** Where an event leads to in one repo. */
export async function routeToRepo(
  resolve: Resolver,
  event: ImageEvent,
  known: KnownRepo,
  found: Found,
): Promise<void> {
  if (known.config === null) {
    routeWithoutConfig(known, event, found);
    return;
  }
  const { places, outcomes } = placesOf(known.index, known.config, event.image, known.fullName);
  found.outcomes.push(...outcomes);
  const rule = trackedImage(known.config, event.image)?.rule;
  if (places.length === 0 || rule === undefined) return;
  const resolved = await resolve(rule);
  if (resolved.kind === "later") found.later.push(resolved);
  if (resolved.kind === "refused") {
    const { message: detail, reason } = resolved.refusal;
    found.outcomes.push({ kind: "refused", place: null, reason, detail });
  }
  if (resolved.kind !== "release") return;
  for (const { settings, files: _, ...place } of places) {
    const task: LaneTask = { kind: "release", place, release: resolved.release };
    found.items.push({ lane: laneOf(task, settings.delivery === "commit"), task });
  }
}

function routeWithoutConfig(known: KnownRepo, event: ImageEvent, found: Found): void {
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
