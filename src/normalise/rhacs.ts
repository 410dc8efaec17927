import { z } from "zod";
import type { Normalised } from "../model/event.ts";
import {
  droppedAll,
  type Headers,
  type Message,
  plainJson,
  type SourceRules,
} from "./normaliser.ts";
import { short } from "./outside-text.ts";

const Body = z.object({
  alert: z.object({
    id: z.string().nullish(),
    policy: z.object({ name: z.string().nullish() }).nullish(),
  }),
});

/** Red Hat Advanced Cluster Security tells of violated policies, never of an image that is good. */
export const rhacs: SourceRules = {
  ...plainJson,
  normalise,
  senderId: (_headers: Headers) => null,
  authentication: {
    kind: "header",
    name: "authorization",
    schemes: ["basic", "bearer", "plain"],
    absent: "refuse",
  },
};

function normalise({ body }: Message): Normalised {
  const parsed = Body.safeParse(body);
  if (!parsed.success) return droppedAll("source-not-used", "notification without an alert");
  const { id, policy } = parsed.data.alert;
  if (id === "testalert") return droppedAll("test-event", "testalert");
  return droppedAll("source-not-used", short(policy?.name ?? "alert"));
}
