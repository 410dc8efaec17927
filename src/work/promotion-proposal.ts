import type { Place } from "../model/outcome.ts";
import { nextCommand } from "../promote/next-command.ts";
import type { PromotionPlan } from "../promote/promotion-plan.ts";
import { namesWords, placeWords } from "../promote/reply.ts";
import { holdsOf, type StandingWords } from "../promote/words.ts";
import type { PinnedProposal } from "../propose/pinned-proposal.ts";
import type { Run } from "./promotion-run.ts";

/** One place of a promotion, with what comes to it. */
export interface Leg {
  readonly run: Run;
  readonly plan: Extract<PromotionPlan, { kind: "planned" }>;
}

/** One proposal of one place's release, or of several that go together. @param notes: for who reads it. */
export function proposalOf(
  legs: readonly [Leg, ...Leg[]],
  notes: readonly string[],
): PinnedProposal {
  const [{ run: first }] = legs;
  const { config, environment, request } = first.asking;
  const changes = legs.flatMap(({ plan }) => plan.change.changes);
  const overlays = legs.flatMap(({ run }) => run.sources.overlays);
  const components = legs.flatMap(({ run }) => run.place.component ?? []);
  const place: Place = legs.length === 1 ? first.place : { ...first.place, component: null };
  const unplaced = [...new Set(legs.flatMap(({ plan }) => plan.change.unplaced))];
  return {
    kind: "promotion",
    place,
    environment,
    rows: legs.flatMap(({ plan }) => plan.change.rows),
    refs: changes.flatMap((one) => (one.kind === "ref" ? [one] : [])),
    artifacts: different(legs.flatMap(({ plan }) => plan.artifacts)),
    edits: [],
    entryGone: false,
    releases: [],
    deliveries: [],
    orderUnknown: false,
    changes,
    components: legs.length === 1 ? [] : components.toSorted(),
    asked: {
      by: request.comment === null ? null : { id: request.userId, login: request.login },
      comment: request.comment,
      from: [...new Set(overlays.map((overlay) => overlay.environment ?? ""))],
      skip: legs.find(({ run }) => run.sources.skip !== null)?.run.sources.skip ?? null,
      reason: null,
    },
    notes: [
      ...(unplaced.length === 0 ? [] : [`Nothing here has an entry for ${namesWords(unplaced)}.`]),
      ...new Set(legs.flatMap(({ plan }) => plan.passed)),
      ...notes,
      ...legs.flatMap(({ run }) => liftWords(run.place, holdsOf(run.words, run.place))),
    ],
    next: nextCommand(config, environment.name, components),
  };
}

function different<T>(values: readonly T[]): readonly T[] {
  return [...new Map(values.map((one) => [JSON.stringify(one), one])).values()];
}

function liftWords(place: Place, holds: StandingWords["holds"]): readonly string[] {
  const owners = holds.filter(({ because }) => because === "rollback").map(({ owner }) => owner);
  if (owners.length === 0) return [];
  const where = place.component === null ? "" : ` on ${placeWords(place)}`;
  return [`Merged, it lifts the hold of the rollback by ${namesWords(owners)}${where}.`];
}
