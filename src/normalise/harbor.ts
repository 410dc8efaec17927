import { z } from "zod";
import type { Normalised } from "../model/event.ts";
import { splitReference } from "../model/image.ts";
import { cloudEventId, readCloudEvent } from "./cloud-event.ts";
import {
  droppedAll,
  type Gathering,
  type Headers,
  type Message,
  plainJson,
  type SourceRules,
  unreadable,
} from "./normaliser.ts";
import { instant, instantOfSeconds, short, word } from "./outside-text.ts";
import { imageAt, publish } from "./published.ts";
import { registryHost, type SourceOptions } from "./source-options.ts";

const Resource = z.object({
  digest: z.string().nullish(),
  tag: z.string().nullish(),
  resource_url: z.string(),
});
const Native = z.object({
  type: z.string(),
  occur_at: z.unknown().optional(),
  operator: z.string().nullish(),
  event_data: z.object({ resources: z.array(z.unknown()).nullish() }).nullish(),
});
const Data = z.object({ resources: z.array(z.unknown()).nullish() });
const Operator = z.object({ operator: z.string().nullish() });

// `pushImage` is how Harbor 1 called it.
const PUSHES = ["PUSH_ARTIFACT", "pushImage", "harbor.artifact.pushed"];

/**
 * Harbor, in its own format or as CloudEvents. `tag` of an untagged push is its digest; the tag in `resource_url` may be another
 * one than was pushed.
 */
export const harbor: SourceRules = {
  ...plainJson,
  normalise,
  senderId: (headers: Headers, body) => cloudEventId(headers, body),
  authentication: {
    kind: "header",
    name: "authorization",
    schemes: ["plain", "bearer"],
    absent: "refuse",
  },
  contentTypes: ["application/json", "application/cloudevents+json"],
};

interface Told {
  readonly type: string;
  readonly at: string | null;
  readonly operator: string | null;
  readonly resources: readonly unknown[];
}

function normalise({ headers, body, own }: Message): Normalised {
  const told = readNative(body) ?? readCloud(headers, body);
  if (told === null) return unreadable("the body is no event of Harbor");
  if (!PUSHES.includes(told.type)) return droppedAll("not-a-push", short(told.type));
  const gathering: Gathering = { events: [], dropped: [] };
  for (const resource of told.resources) gather(resource, told, own, gathering);
  if (told.resources.length === 0)
    gathering.dropped.push({ reason: "untagged", what: "push without a resource" });
  return { kind: "read", ...gathering };
}

function readNative(body: unknown): Told | null {
  const parsed = Native.safeParse(body);
  if (!parsed.success || !parsed.data.event_data) return null;
  const { event_data: data, occur_at: seconds, operator, type } = parsed.data;
  const resources = data.resources ?? [];
  return { type, at: instantOfSeconds(seconds), operator: word(operator), resources };
}

function readCloud(headers: Headers, body: unknown): Told | null {
  const event = readCloudEvent(headers, body);
  const data = Data.safeParse(event?.data);
  if (event === null || event.type === null || !data.success) return null;
  const extension = Operator.safeParse(body);
  return {
    type: event.type,
    at: instant(event.time),
    operator: word(extension.success ? extension.data.operator : null),
    resources: data.data.resources ?? [],
  };
}

function gather(item: unknown, told: Told, own: SourceOptions, into: Gathering): void {
  const parsed = Resource.safeParse(item);
  if (!parsed.success) {
    into.dropped.push({ reason: "image-unreadable", what: "resource without `resource_url`" });
    return;
  }
  const { digest, resource_url: url, tag } = parsed.data;
  const { name } = splitReference(url);
  const slash = name.indexOf("/");
  const host = slash < 0 ? "" : name.slice(0, slash);
  publish(
    {
      image: imageAt(registryHost(own, host), name.slice(slash + 1)),
      what: url,
      tag,
      digest,
      at: told.at,
      provenance: told.operator === null ? {} : { actor: told.operator },
    },
    into,
  );
}
