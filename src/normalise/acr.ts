import { z } from "zod";
import type { Normalised } from "../model/event.ts";
import { gatherRegistryEvent } from "./distribution.ts";
import {
  droppedAll,
  type Gathering,
  type Headers,
  type Message,
  plainJson,
  type SourceRules,
  unreadable,
} from "./normaliser.ts";
import { short, word } from "./outside-text.ts";

const Body = z.object({ id: z.string().nullish(), action: z.string() });

/**
 * Azure Container Registry: one event in the shape of Distribution's, without the envelope. `ping` and charts have no `request`.
 * It tries once, so what it sends is answered 202 whatever it is. Rules: Azure's webhook schema reference.
 */
export const acr: SourceRules = {
  ...plainJson,
  normalise,
  senderId,
  authentication: {
    kind: "header",
    name: "authorization",
    schemes: ["plain", "bearer"],
    absent: "refuse",
  },
};

function normalise({ body, own }: Message): Normalised {
  const parsed = Body.safeParse(body);
  if (!parsed.success) return unreadable("the body has no `action`");
  const { action } = parsed.data;
  if (action === "ping") return droppedAll("test-event", "ping");
  if (action.startsWith("chart_")) return droppedAll("helm-chart", short(action));
  if (action !== "push") return droppedAll("not-a-push", short(action));
  const gathering: Gathering = { events: [], dropped: [] };
  gatherRegistryEvent(body, own, gathering);
  return { kind: "read", ...gathering };
}

function senderId(_headers: Headers, body: unknown): string | null {
  const parsed = Body.safeParse(body);
  return parsed.success ? word(parsed.data.id) : null;
}
