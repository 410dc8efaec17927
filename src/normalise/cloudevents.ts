import { z } from "zod";
import type { Normalised } from "../model/event.ts";
import { type CloudEvent, cloudEventId, readCloudEvent } from "./cloud-event.ts";
import { ecrHost } from "./ecr-host.ts";
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

const text = z.string().nullish();
const Data = z.object({
  repository: text,
  repositoryName: text,
  tag: text,
  imageTag: text,
  digest: text,
  imageDigest: text,
  registryUrl: text,
  registry: text,
});
type Data = z.infer<typeof Data>;

/**
 * CloudEvents of a pushed image as people make them by hand: by an EventBridge input transformer for ECR, or by a script.
 * The type says that an image or a container was pushed, published or tagged.
 */
export const cloudevents: SourceRules = {
  ...plainJson,
  normalise,
  senderId: cloudEventId,
  unreadableStatus: 400,
  authentication: {
    kind: "header",
    name: "x-webhook-secret",
    schemes: ["plain"],
    absent: "refuse",
  },
  contentTypes: ["application/json", "application/cloudevents+json"],
};

function normalise({ headers, body, own }: Message): Normalised {
  const event = readCloudEvent(headers, body);
  if (event === null || event.type === null) return unreadable("the body is no CloudEvent");
  if (!tellsOfImage(event.type)) return droppedAll("not-a-push", short(event.type));
  const parsed = Data.safeParse(event.data);
  if (!parsed.success) return unreadable("the event's data names no repository");
  const { data } = parsed;
  const path = data.repository ?? data.repositoryName ?? "";
  const gathering: Gathering = { events: [], dropped: [] };
  publish(
    {
      image: imageAt(registryHost(own, hostOf(event, data)), path),
      what: path,
      tag: data.tag ?? data.imageTag,
      digest: data.digest ?? data.imageDigest,
      at: instant(event.time),
      provenance: {},
    },
    gathering,
  );
  return { kind: "read", ...gathering };
}

function tellsOfImage(type: string): boolean {
  const isOfImage = /\b(image|container)s?\b/i.test(type);
  return isOfImage && /\b(push(ed)?|publish(ed)?|tagged|uploaded)\b/i.test(type);
}

function hostOf({ source }: CloudEvent, data: Data): string {
  const named = data.registryUrl ?? data.registry;
  if (named) return named.replace(/^https?:\/\//i, "").replace(/\/$/, "");
  const [, region = "", account = ""] =
    /^(?:urn|arn):aws[a-z-]*:ecr:([a-z0-9-]+):(\d{12}):repository\//.exec(source ?? "") ?? [];
  if (account !== "") return ecrHost(account, region) ?? "";
  if (!source || !URL.canParse(source)) return "";
  const url = new URL(source);
  return /^https?:$/.test(url.protocol) ? url.host : "";
}
