import { z } from "zod";
import type { Normalised } from "../model/event.ts";
import {
  droppedAll,
  type Headers,
  type Message,
  plainJson,
  type SourceRules,
} from "./normaliser.ts";
import { short, word } from "./outside-text.ts";

const Body = z.object({ object_kind: z.string().nullish() });

/**
 * Hooks of a GitLab project or group. None of their triggers tells of an image: the bundled registry does, by notifications of
 * its own, and a job can by the generic format. GitLab turns hooks off that are refused.
 */
export const gitlab: SourceRules = {
  ...plainJson,
  normalise,
  senderId: (headers: Headers) => word(headers["idempotency-key"]),
  authentication: { kind: "gitlab" },
};

function normalise({ headers, body }: Message): Normalised {
  const parsed = Body.safeParse(body);
  const kind = (parsed.success ? parsed.data.object_kind : null) ?? headers["x-gitlab-event"];
  return droppedAll("source-not-used", short(kind ?? "hook"));
}
