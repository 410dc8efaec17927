import { z } from "zod";
import type { Normalised } from "../model/event.ts";
import type { ImageName } from "../model/image.ts";
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
import { hostedImage, publish } from "./published.ts";

const Body = z.object({
  context: z.object({ type: z.string(), timestamp: z.string().nullish() }),
  subject: z.object({ id: z.string() }),
});

const PUBLISHED = /^dev\.cdevents\.artifact\.published\.\d/;

/** CDEvents of published artifacts that are named by a package URL of type `oci`. */
export const cdevents: SourceRules = {
  ...plainJson,
  normalise,
  senderId: cloudEventId,
  unreadableStatus: 400,
  authentication: { kind: "url" },
  contentTypes: ["application/json", "application/cloudevents+json"],
};

function normalise({ headers, body }: Message): Normalised {
  const event = readCloudEvent(headers, body);
  if (event === null) return unreadable("the body is no structured CloudEvent");
  const parsed = Body.safeParse(event.data);
  if (!parsed.success) return unreadable("the body is no CDEvent with `context` and `subject`");
  const { context, subject } = parsed.data;
  // Both name the type; neither may say that it is something else.
  for (const type of [event.type ?? context.type, context.type]) {
    if (!PUBLISHED.test(type)) return droppedAll("not-a-push", short(type));
  }
  const purl = readPackageUrl(subject.id);
  const gathering: Gathering = { events: [], dropped: [] };
  publish(
    {
      image: purl?.image ?? null,
      what: subject.id,
      tag: purl?.tag ?? null,
      digest: purl?.digest ?? null,
      at: instant(context.timestamp) ?? instant(event.time),
      provenance: {},
    },
    gathering,
  );
  return { kind: "read", ...gathering };
}

interface PackageUrl {
  readonly image: ImageName | null;
  readonly tag: string | null;
  readonly digest: string | null;
}

/** `pkg:oci/<name>@<digest>?repository_url=<host/path/name>&tag=<tag>`: type `oci` of the package URL types. */
function readPackageUrl(text: string): PackageUrl | null {
  const [, name = "", version = "", qualifiers = ""] =
    /^pkg:oci\/([^@?#/]+)(?:@([^?#]*))?(?:\?([^#]*))?(?:#.*)?$/.exec(text) ?? [];
  const search = new URLSearchParams(qualifiers);
  const place = search.get("repository_url");
  if (name === "" || !place) return null;
  // Not ending in the name, it is unclear what it is.
  const isNamed = place.toLowerCase().endsWith(`/${decoded(name).toLowerCase()}`);
  const image = isNamed ? hostedImage(place) : null;
  return { image, tag: search.get("tag"), digest: decoded(version) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
