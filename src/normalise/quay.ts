import { z } from "zod";
import type { Normalised } from "../model/event.ts";
import { type ImageName, parseImageName, registryOf } from "../model/image.ts";
import {
  droppedAll,
  type Gathering,
  type Message,
  type SourceRules,
  unreadable,
} from "./normaliser.ts";
import { short } from "./outside-text.ts";
import { imageAt, publish } from "./published.ts";
import { registryHost, type SourceOptions } from "./source-options.ts";

const Notification = z.object({
  docker_url: z.string().nullish(),
  updated_tags: z.array(z.unknown()).nullish(),
});

/**
 * Quay's `repo_push` notification. The body does not name its event: only a push has `updated_tags`.
 * Quay skips a notification after three failures until its owner resets it, hence 202 for everything authentic.
 */
export const quay: SourceRules = {
  normalise,
  senderId: () => null,
  unreadableStatus: 202,
  authentication: { kind: "url" },
  bodyCap: 1024 * 1024,
  overCap: "drain",
  contentTypes: ["application/json"],
};

function normalise({ body, own }: Message): Normalised {
  const parsed = Notification.safeParse(body);
  if (!parsed.success) return unreadable("the body is no Quay notification");
  const { docker_url: name, updated_tags: tags } = parsed.data;
  if (!tags) return droppedAll("not-a-push", short(name ?? "notification without tags"));
  if (!name) return unreadable("the notification has tags but no `docker_url`");
  const image = imageOf(name, own);
  const gathering: Gathering = { events: [], dropped: [] };
  for (const tag of tags) {
    if (typeof tag !== "string") {
      gathering.dropped.push({ reason: "tag-invalid", what: short(name) });
      continue;
    }
    publish({ image, what: name, tag, digest: null, at: null, provenance: {} }, gathering);
  }
  if (tags.length === 0) gathering.dropped.push({ reason: "untagged", what: short(name) });
  return { kind: "read", ...gathering };
}

/** A Quay behind a proxy may know itself by another name than those who pull. */
function imageOf(name: string, own: SourceOptions): ImageName | null {
  const image = parseImageName(name);
  if (image === null || own.registry_host === undefined) return image;
  const host = registryOf(image);
  return imageAt(registryHost(own, host), image.slice(host.length + 1));
}
