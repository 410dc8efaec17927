import { z } from "zod";
import type { Normalised } from "../model/event.ts";
import type { ImageName } from "../model/image.ts";
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

const Item = z.object({ image: z.string().nullish(), created: z.string().nullish() });
const Stream = z.object({
  kind: z.literal("ImageStream"),
  metadata: z.object({ name: z.string(), namespace: z.string().nullish() }),
  status: z
    .object({
      dockerImageRepository: z.string().nullish(),
      tags: z.array(z.object({ tag: z.string(), items: z.array(Item).nullish() })).nullish(),
    })
    .nullish(),
});
type Stream = z.infer<typeof Stream>;
const Watched = z.object({ type: z.string(), object: z.unknown() });

/**
 * An ImageStream of OpenShift, alone or as an event of a Kubernetes watch: its registry cannot notify anybody, so a small watcher
 * in the cluster posts what it sees. Each tag's newest item counts.
 */
export const openshiftImagestream: SourceRules = {
  ...plainJson,
  normalise,
  senderId: () => null,
  unreadableStatus: 400,
  authentication: { kind: "url" },
};

function normalise({ body }: Message): Normalised {
  const watched = Watched.safeParse(body);
  if (watched.success && !["ADDED", "MODIFIED"].includes(watched.data.type))
    return droppedAll("not-a-push", short(watched.data.type));
  const parsed = Stream.safeParse(watched.success ? watched.data.object : body);
  if (!parsed.success) return unreadable("the body is no ImageStream");
  const { metadata, status } = parsed.data;
  const what = `${metadata.namespace ?? ""}/${metadata.name}`;
  const image = status?.dockerImageRepository ? hostedImage(status.dockerImageRepository) : null;
  const gathering: Gathering = { events: [], dropped: [] };
  for (const tag of status?.tags ?? []) gather(tag, { image, what }, gathering);
  if (gathering.events.length + gathering.dropped.length === 0)
    gathering.dropped.push({ reason: "untagged", what: short(what) });
  return { kind: "read", ...gathering };
}

type Tags = NonNullable<NonNullable<Stream["status"]>["tags"]>;

function gather(
  { items, tag }: Tags[number],
  stream: { readonly image: ImageName | null; readonly what: string },
  into: Gathering,
): void {
  const [newest] = items ?? [];
  if (newest === undefined) {
    into.dropped.push({ reason: "untagged", what: short(`${stream.what}:${tag}`) });
    return;
  }
  const at = instant(newest.created);
  publish({ ...stream, tag, digest: newest.image, at, provenance: {} }, into);
}
