import { z } from "zod";
import type { Normalised } from "../model/event.ts";
import { splitReference } from "../model/image.ts";
import { parseShallow } from "./json-text.ts";
import {
  droppedAll,
  type Gathering,
  type Headers,
  type Message,
  plainJson,
  type SourceRules,
  unreadable,
} from "./normaliser.ts";
import { instant, short, word } from "./outside-text.ts";
import { hostedImage, publish } from "./published.ts";

const Wrapped = z.object({
  message: z.object({
    data: z.string(),
    messageId: z.string().nullish(),
    publishTime: z.string().nullish(),
  }),
});
const Data = z.object({
  action: z.string(),
  tag: z.string().nullish(),
  digest: z.string().nullish(),
});

/**
 * Google Artifact Registry by a push subscription to its Pub/Sub topic, wrapped or not. Whatever is not acknowledged comes again
 * for days, so all of it is.
 */
export const gar: SourceRules = {
  ...plainJson,
  normalise,
  senderId: (_headers: Headers, body) => {
    const wrapped = Wrapped.safeParse(body);
    return wrapped.success ? word(wrapped.data.message.messageId) : null;
  },
  authentication: { kind: "pub-sub" },
  overCap: "drain",
};

function normalise({ body }: Message): Normalised {
  const wrapped = Wrapped.safeParse(body);
  const inner = wrapped.success ? decodeData(wrapped.data.message.data) : body;
  const parsed = Data.safeParse(inner);
  if (!parsed.success) return unreadable("the message's data has no `action`");
  const { action, digest, tag } = parsed.data;
  if (action !== "INSERT")
    return droppedAll("not-a-push", short(`${action} ${tag ?? digest ?? ""}`));
  const named = splitReference(tag ?? digest ?? "");
  const of = splitReference(digest ?? "");
  const gathering: Gathering = { events: [], dropped: [] };
  publish(
    {
      image: hostedImage(named.name),
      what: tag ?? digest ?? "",
      tag: named.tag,
      digest: of.name === named.name ? of.digest : null,
      at: wrapped.success ? instant(wrapped.data.message.publishTime) : null,
      provenance: {},
    },
    gathering,
  );
  return { kind: "read", ...gathering };
}

function decodeData(base64: string): unknown {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const json = parseShallow(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return json.kind === "read" ? json.value : null;
  } catch {
    return null;
  }
}
