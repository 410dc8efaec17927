import { z } from "zod";
import type { DropReason, Normalised } from "../model/event.ts";
import { cloudEventId, readCloudEvent } from "./cloud-event.ts";
import {
  droppedAll,
  type Gathering,
  type Message,
  plainJson,
  type SourceRules,
  unreadable,
} from "./normaliser.ts";
import { instant, short } from "./outside-text.ts";
import { imageAt, publish } from "./published.ts";
import { registryHost } from "./source-options.ts";

const Data = z.object({
  name: z.string(),
  reference: z.string().nullish(),
  digest: z.string().nullish(),
  mediaType: z.string().nullish(),
  manifest: z.string().nullish(),
});
type Data = z.infer<typeof Data>;

// `zotregistry` unless its configuration has another `typePrefix`.
const UPDATED = /^[\w.-]{1,200}\.image\.updated$/;

/** zot's events. Unless its `source` is set they do not say at which host it is, so the operator does; the reference of an untagged push is its digest. */
export const zot: SourceRules = {
  ...plainJson,
  normalise,
  senderId: cloudEventId,
  authentication: {
    kind: "header",
    name: "authorization",
    schemes: ["bearer", "basic"],
    absent: "refuse",
  },
  // The event holds the manifest.
  bodyCap: 5 * 1024 * 1024,
  contentTypes: ["application/json", "application/cloudevents+json"],
};

function normalise({ headers, body, own }: Message): Normalised {
  const event = readCloudEvent(headers, body);
  if (event === null || event.type === null) return unreadable("the body is no CloudEvent");
  if (!UPDATED.test(event.type)) return droppedAll("not-a-push", short(event.type));
  const parsed = Data.safeParse(event.data);
  if (!parsed.success) return unreadable("the event's data names no image");
  const { digest, name, reference } = parsed.data;
  const fault = faultOf(parsed.data);
  if (fault !== null) return droppedAll(fault, short(name));
  const gathering: Gathering = { events: [], dropped: [] };
  publish(
    {
      image: imageAt(registryHost(own, hostOf(event.source)), name),
      what: name,
      tag: reference,
      digest,
      at: instant(event.time),
      provenance: {},
    },
    gathering,
  );
  return { kind: "read", ...gathering };
}

function hostOf(source: string | null): string {
  if (source === null || !URL.canParse(source)) return "";
  const { host, protocol } = new URL(source);
  return /^https?:$/.test(protocol) ? host : "";
}

function faultOf({ manifest, mediaType }: Data): DropReason | null {
  if (manifest?.includes("application/vnd.cncf.helm")) return "helm-chart";
  return !mediaType || /\bmanifest\b|\bimage\.index\b/.test(mediaType) ? null : "not-an-image";
}
