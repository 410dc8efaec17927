import * as z from "zod";
import type { Delivery, HookScope } from "../model/delivery.ts";
import type { ImageEvent } from "../model/event.ts";

/** What the rounds of catching up found. It goes through the inbox as everything does that others tell. */
export type OwnNews =
  | { readonly kind: "event"; readonly event: ImageEvent }
  /** Places of a repo that are to be looked at again. */
  | {
      readonly kind: "look-again";
      readonly repo: string;
      readonly why: string;
      readonly places: readonly {
        readonly base: string;
        readonly environment: string;
        readonly component: string | null;
      }[];
      /** The offer of a first config too. */
      readonly onboarding: boolean;
      /** Promotions and rollbacks that are over, whose branches stand. */
      readonly over: readonly number[];
    };

const event = z.object({
  kind: z.enum(["image-published", "pipeline-finished"]),
  image: z.string(),
  tag: z.string().nullable(),
  digest: z.string().nullable(),
  at: z.string().nullable(),
});
const news = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("event"), event }),
  z.object({
    kind: z.literal("look-again"),
    repo: z.string(),
    why: z.string(),
    places: z.array(
      z.object({ base: z.string(), environment: z.string(), component: z.string().nullable() }),
    ),
    onboarding: z.boolean(),
    // Of an earlier version's news there are none.
    over: z.array(z.number().int()).default([]),
  }),
]);

/** Who it concerns, and when it was found. `senderId`: what makes it the same as an earlier one; `null`: it is like no other. */
export interface OwnFacts {
  readonly id: string;
  readonly owner: string;
  readonly scope: HookScope;
  readonly senderId: string | null;
  readonly now: Date;
}

export function ownDelivery(found: OwnNews, facts: OwnFacts): Delivery {
  const { id, now, owner, scope, senderId } = facts;
  return {
    id,
    source: "tagboat",
    owner,
    scope,
    senderId,
    subjects: found.kind === "event" ? [subjectOf(found.event)] : [],
    receivedAt: now.toISOString(),
    headers: {},
    body: JSON.stringify(found),
  };
}

/** `null`: written by another version, and not understood by this one. */
export function readOwnNews({ body }: Pick<Delivery, "body">): OwnNews | null {
  const read = news.safeParse(parseJson(body));
  if (!read.success) return null;
  const found = read.data;
  return found.kind === "event"
    ? { kind: "event", event: { ...found.event, provenance: {} } }
    : found;
}

function subjectOf({ digest, image, tag }: ImageEvent) {
  return { image, tag, digest };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
