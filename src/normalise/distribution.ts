import { z } from "zod";
import type { DropReason, Normalised } from "../model/event.ts";
import {
  type Gathering,
  type Headers,
  type Message,
  type SourceRules,
  unreadable,
} from "./normaliser.ts";
import { instant, short, word } from "./outside-text.ts";
import { imageAt, publish } from "./published.ts";
import { registryHost, type SourceOptions } from "./source-options.ts";

const Envelope = z.object({ events: z.array(z.unknown()) });

const RegistryEvent = z.object({
  id: z.string().nullish(),
  timestamp: z.string().nullish(),
  action: z.string(),
  target: z.object({
    mediaType: z.string().nullish(),
    digest: z.string().nullish(),
    repository: z.string(),
    tag: z.string().nullish(),
    references: z.array(z.object({ mediaType: z.string().nullish() })).nullish(),
  }),
  request: z.object({ host: z.string().nullish() }).nullish(),
  actor: z.object({ name: z.string().nullish() }).nullish(),
});
type RegistryEvent = z.infer<typeof RegistryEvent>;

const HELM = "application/vnd.cncf.helm";

/**
 * The notifications of Docker Distribution 2 and 3, which GitLab's bundled registry sends as well.
 * One envelope may hold unrelated events (2.x); 3.x sends one. Rules: notifications page of distribution's manual.
 */
export const distribution: SourceRules = {
  normalise,
  senderId,
  unreadableStatus: 202,
  // A registry that is refused sends nothing else for ever: one whose endpoint was set up without the header goes on.
  authentication: {
    kind: "header",
    name: "authorization",
    schemes: ["bearer", "plain"],
    absent: "url",
  },
  bodyCap: 1024 * 1024,
  overCap: "drain",
  contentTypes: [
    "application/vnd.docker.distribution.events.v1+json",
    "application/vnd.docker.distribution.events.v2+json",
    "application/json",
  ],
};

function normalise({ body, own }: Message): Normalised {
  const envelope = Envelope.safeParse(body);
  if (!envelope.success) return unreadable("the body has no list `events`");
  const gathering: Gathering = { events: [], dropped: [] };
  for (const item of envelope.data.events) gatherRegistryEvent(item, own, gathering);
  return { kind: "read", ...gathering };
}

/** One event as registries of this family tell it. */
export function gatherRegistryEvent(item: unknown, own: SourceOptions, into: Gathering): void {
  const parsed = RegistryEvent.safeParse(item);
  if (!parsed.success) {
    into.dropped.push({ reason: "image-unreadable", what: "event without action or target" });
    return;
  }
  const event = parsed.data;
  const fault = pushFault(event);
  const what = `${event.action} ${event.target.repository}`;
  if (fault !== null) {
    into.dropped.push({ reason: fault, what: short(what) });
    return;
  }
  const actor = word(event.actor?.name);
  publish(
    {
      // The host that the client pushed to; `target.url` carries the registry's own idea of its name.
      image: imageAt(registryHost(own, event.request?.host ?? ""), event.target.repository),
      what,
      tag: event.target.tag,
      digest: event.target.digest,
      at: instant(event.timestamp),
      provenance: actor === null ? {} : { actor },
    },
    into,
  );
}

function pushFault(event: RegistryEvent): DropReason | null {
  if (event.action !== "push") return "not-a-push";
  const type = event.target.mediaType ?? "";
  const types = [type, ...(event.target.references ?? []).map((one) => one.mediaType ?? "")];
  if (types.some((one) => one.startsWith(HELM))) return "helm-chart";
  return /\bmanifest\b|\bimage\.index\b/.test(type) ? null : "not-an-image";
}

/** Every retry carries the same event ids. */
function senderId(_headers: Headers, body: unknown): string | null {
  const envelope = Envelope.safeParse(body);
  if (!envelope.success) return null;
  const ids: string[] = [];
  for (const item of envelope.data.events) {
    const event = RegistryEvent.safeParse(item);
    if (!event.success || !event.data.id) return null;
    ids.push(event.data.id);
  }
  return ids.length === 0 ? null : ids.join(",");
}
