import { z } from "zod";
import type { Normalised } from "../model/event.ts";
import { droppedAll, type Message, plainJson, type SourceRules } from "./normaliser.ts";
import { short } from "./outside-text.ts";

const Body = z.object({ app: z.object({ name: z.string().nullish() }).nullish() });

/** Argo CD's notifications tell how a deployment went, by the operator's own template: never of a new image. */
export const argocd: SourceRules = {
  ...plainJson,
  normalise,
  senderId: () => null,
  authentication: {
    kind: "header",
    name: "authorization",
    schemes: ["bearer", "plain", "basic"],
    absent: "refuse",
  },
};

function normalise({ body }: Message): Normalised {
  const parsed = Body.safeParse(body);
  const app = parsed.success ? parsed.data.app?.name : null;
  return droppedAll("source-not-used", short(`deployment of ${app ?? "an application"}`));
}
