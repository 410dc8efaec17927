import { z } from "zod";
import type { DropReason, Normalised } from "../model/event.ts";
import {
  droppedAll,
  type Gathering,
  type Message,
  plainJson,
  type SourceRules,
  unreadable,
} from "./normaliser.ts";
import { short, word } from "./outside-text.ts";
import { imageAt, publish } from "./published.ts";
import { registryHost, type SourceOptions } from "./source-options.ts";

const Body = z.object({
  domain: z.string(),
  event_type: z.string(),
  data: z.unknown().optional(),
  jpd_origin: z.string().nullish(),
  source: z.string().nullish(),
});
const Pushed = z.object({
  repo_key: z.string(),
  path: z.string().nullish(),
  sha256: z.string().nullish(),
  image_name: z.string().nullish(),
  image_type: z.string().nullish(),
  tag: z.string().nullish(),
});
type Pushed = z.infer<typeof Pushed>;

/**
 * JFrog Artifactory's Docker events. Its own address comes only where a custom base URL is set; clusters often pull by a virtual
 * repository, which the operator maps. The checksum of the manifest's file is the image's digest.
 */
export const artifactory: SourceRules = {
  ...plainJson,
  normalise,
  senderId: () => null,
  authentication: { kind: "artifactory" },
};

function normalise({ body, own }: Message): Normalised {
  const parsed = Body.safeParse(body);
  if (!parsed.success) return unreadable("the body has no `domain` with `event_type`");
  const { domain, event_type: type, data, jpd_origin: origin, source } = parsed.data;
  if (domain !== "docker" || type !== "pushed")
    return droppedAll("not-a-push", short(`${domain} ${type}`));
  const push = Pushed.safeParse(data);
  if (!push.success) return unreadable("the event has no `data` with `repo_key`");
  const fault = typeFault(push.data, own);
  if (fault !== null)
    return droppedAll(fault, short(`${push.data.repo_key}: ${push.data.image_type}`));
  const actor = word(source);
  const gathering: Gathering = { events: [], dropped: [] };
  publish(
    {
      image: imageAt(hostOf(push.data, origin, own), pathOf(push.data, own)),
      what: `${push.data.repo_key}/${push.data.image_name ?? push.data.path ?? ""}`,
      tag: push.data.tag,
      digest: `sha256:${push.data.sha256 ?? ""}`,
      at: null,
      provenance: actor === null ? {} : { actor },
    },
    gathering,
  );
  return { kind: "read", ...gathering };
}

// A repository of type OCI holds charts or images and the event does not tell which.
function typeFault({ image_type: type }: Pushed, own: SourceOptions): DropReason | null {
  if (type === null || type === undefined || type === "docker") return null;
  return type === "oci" && own.oci_images === true ? null : "not-an-image";
}

function hostOf({ repo_key: key }: Pushed, origin: string | null | undefined, own: SourceOptions) {
  const url = origin && URL.canParse(origin) ? new URL(origin) : null;
  return registryHost(own, url !== null && /^https?:$/.test(url.protocol) ? url.host : "", key);
}

function pathOf(push: Pushed, own: SourceOptions): string {
  const { repo_key_map: map = {} } = own;
  const key = Object.hasOwn(map, push.repo_key) ? (map[push.repo_key] ?? "") : push.repo_key;
  // `<image>/<tag>/manifest.json` where the event does not name the image.
  const image = push.image_name ?? (push.path ?? "").split("/").slice(0, -2).join("/");
  return key === "" ? image : `${key}/${image}`;
}
