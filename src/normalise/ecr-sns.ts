import { z } from "zod";
import type { Normalised } from "../model/event.ts";
import { ecrMeaning } from "./ecr.ts";
import { parseShallow } from "./json-text.ts";
import {
  droppedAll,
  type Headers,
  type Message,
  plainJson,
  type SourceRules,
  unreadable,
} from "./normaliser.ts";
import { short, word } from "./outside-text.ts";

const Body = z.object({ Type: z.string(), MessageId: z.string().nullish(), Message: z.string() });

/**
 * Amazon ECR by way of SNS: the event is JSON in a string of a signed message. Subscriptions are confirmed where the signature is
 * checked; here they mean nothing.
 */
export const ecrSns: SourceRules = {
  ...plainJson,
  normalise,
  senderId,
  authentication: { kind: "sns" },
  // SNS sends its JSON as plain text.
  contentTypes: ["text/plain", "application/json"],
};

function normalise({ body, own }: Message): Normalised {
  const parsed = Body.safeParse(body);
  if (!parsed.success) return unreadable("the body is no message of SNS");
  const { Type: type, Message: text } = parsed.data;
  if (type !== "Notification") return droppedAll("not-a-push", short(type));
  const json = parseShallow(text);
  return json.kind === "read"
    ? ecrMeaning(json.value, own)
    : unreadable("the message holds no event of EventBridge");
}

function senderId(_headers: Headers, body: unknown): string | null {
  const parsed = Body.safeParse(body);
  return parsed.success ? word(parsed.data.MessageId) : null;
}
