import { orderKeyOf } from "../decide/order.ts";
import type { ImageRule } from "../model/config.ts";
import type { ImageEvent } from "../model/event.ts";
import type { Refusal } from "../model/outcome.ts";
import type { ImageFacts, Registry } from "../model/registry.ts";
import type { Release } from "../model/release.ts";
import { provenanceOf } from "./provenance.ts";

/** What the registry makes of an event. */
export type Resolved =
  | { readonly kind: "release"; readonly release: Release }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  /** Ask again: the registry is away, or does not know the tag (yet). */
  | {
      readonly kind: "later";
      readonly detail: string;
      readonly retryAt: Date | null;
      readonly missing: boolean;
      /** Whether it counts as a try: the registry was asked. */
      readonly failed: boolean;
    };

/**
 * Asks the registry what an event's tag names: the webhook is a hint, and where the two differ the registry is right.
 * With `verify: none` the event is taken at its word.
 */
export async function resolveEvent(
  registry: Registry,
  event: ImageEvent,
  rule: ImageRule,
  owner: string,
  delivery: string,
): Promise<Resolved> {
  if (event.tag === null) {
    return refused(
      "tag-missing",
      `the pipeline event for ${event.image} names no tag, and the config has no way yet to compute it`,
    );
  }
  if (rule.verify === "none")
    return { kind: "release", release: releaseOf(event, event.tag, rule, null, delivery) };
  const answer = await registry.read(event.image, event.tag, owner);
  switch (answer.kind) {
    case "found":
      return {
        kind: "release",
        release: releaseOf(event, event.tag, rule, answer.facts, delivery),
      };
    case "missing":
      return {
        kind: "later",
        detail: `${event.image}:${event.tag} is not in the registry: ${answer.detail}`,
        retryAt: null,
        missing: true,
        failed: true,
      };
    case "unavailable":
      return {
        kind: "later",
        detail: answer.detail,
        retryAt: answer.retryAt,
        missing: false,
        failed: answer.unasked !== true,
      };
    case "not-allowed":
      return refused("registry-not-allowed", answer.detail);
    case "unreadable":
      return refused("image-unreadable", answer.detail);
  }
}

function refused(reason: Refusal["reason"], message: string): Resolved {
  return { kind: "refused", refusal: { reason, message } };
}

function releaseOf(
  event: ImageEvent,
  tag: string,
  rule: ImageRule,
  facts: ImageFacts | null,
  delivery: string,
): Release {
  const digest = facts?.digest ?? event.digest;
  const orderKey = orderKeyOf(facts?.created ?? null, event.at);
  return {
    artifacts: [{ kind: "image", image: event.image, tag, digest, orderKey }],
    builtAt: facts?.created ?? null,
    provenance: provenanceOf(rule.labels, facts?.labels ?? {}, event.provenance),
    platforms: facts?.platforms ?? [],
    deliveries: [delivery],
  };
}
