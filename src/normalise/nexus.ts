import { z } from "zod";
import type { Normalised } from "../model/event.ts";
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
import { imageAt, publish } from "./published.ts";
import { registryHost } from "./source-options.ts";

const Body = z.object({
  timestamp: z.string().nullish(),
  initiator: z.string().nullish(),
  repositoryName: z.string(),
  action: z.string(),
  component: z
    .object({ format: z.string(), name: z.string(), version: z.string().nullish() })
    .nullish(),
});

/**
 * Sonatype Nexus 3: components of a Docker repository. It names neither host nor digest, so the operator maps its repositories
 * to hosts. Events of assets repeat what the component's says.
 */
export const nexus: SourceRules = {
  ...plainJson,
  normalise,
  senderId: (headers: Headers) => word(headers["x-nexus-webhook-delivery"]),
  authentication: {
    kind: "hmac",
    algorithm: "sha1",
    headers: [{ name: "x-nexus-webhook-signature", prefix: "" }],
    compacted: true,
  },
};

function normalise({ headers, body, own }: Message): Normalised {
  const event = headers["x-nexus-webhook-id"];
  if (event !== undefined && event !== "rm:repository:component")
    return droppedAll("source-not-used", short(event));
  const parsed = Body.safeParse(body);
  if (!parsed.success) return unreadable("the body is no event of a repository");
  const { action, component, initiator, repositoryName: repository, timestamp } = parsed.data;
  if (!component) return droppedAll("source-not-used", short(repository));
  if (action !== "CREATED" && action !== "UPDATED")
    return droppedAll("not-a-push", short(`${action} ${repository}`));
  if (component.format !== "docker") return droppedAll("not-an-image", short(component.format));
  const actor = word(initiator);
  const gathering: Gathering = { events: [], dropped: [] };
  publish(
    {
      image: imageAt(registryHost(own, "", repository), component.name),
      what: `${repository}/${component.name}`,
      tag: component.version,
      digest: null,
      // Java's zone has no colon.
      at: instant(timestamp?.replace(/([+-]\d\d)(\d\d)$/, "$1:$2")),
      provenance: actor === null ? {} : { actor },
    },
    gathering,
  );
  return { kind: "read", ...gathering };
}
