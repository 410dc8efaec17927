import { orderKeyOf } from "../decide/order.ts";
import { computeTag } from "../decide/tag-template.ts";
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
  const named = tagOf(event, rule);
  if ("kind" in named) return named;
  const { tag } = named;
  // What was computed is a guess until the registry has it.
  if (rule.verify === "none" && !named.computed)
    return { kind: "release", release: releaseOf(event, tag, rule, null, delivery) };
  const answer = await registry.read(event.image, tag, owner);
  switch (answer.kind) {
    case "found":
      if (named.computed && event.digest !== null && event.digest !== answer.facts.digest)
        return otherBuild(event, rule, tag, answer.facts.digest);
      return { kind: "release", release: releaseOf(event, tag, rule, answer.facts, delivery) };
    case "missing":
      return {
        kind: "later",
        detail: `${event.image}:${tag}${named.computed ? ` (computed by \`tag: ${rule.tag}\`)` : ""} is not in the registry: ${answer.detail}`,
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

/** The tag that the event names, or that the rule's template makes of it. */
function tagOf(
  event: ImageEvent,
  rule: ImageRule,
): { readonly tag: string; readonly computed: boolean } | Resolved {
  if (event.tag !== null) return { tag: event.tag, computed: false };
  const about = `the pipeline event for ${event.image} names no tag`;
  if (rule.tag === null) {
    const message = `${about}: let the pipeline name it, or write \`tag:\` in the image's rule`;
    return refused("tag-missing", message);
  }
  const made = computeTag(rule.tag, event);
  if (made.kind === "tag") return { tag: made.tag, computed: true };
  return refused("tag-missing", `${about}, and \`tag: ${rule.tag}\` makes none: ${made.message}`);
}

/** The template does not follow what the pipeline does. */
function otherBuild(event: ImageEvent, rule: ImageRule, tag: string, digest: string): Resolved {
  const message = `\`tag: ${rule.tag}\` makes ${tag}, which names ${digest} in the registry, but the pipeline built ${event.digest} of ${event.image}: mend the template, or let the pipeline name the tag`;
  return refused("digest-mismatch", message);
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
