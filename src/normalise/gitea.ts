import { z } from "zod";
import type { DropReason, Normalised } from "../model/event.ts";
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
  action: z.string(),
  package: z.object({
    type: z.string(),
    name: z.string(),
    version: z.string().nullish(),
    html_url: z.string().nullish(),
    created_at: z.string().nullish(),
    owner: z.object({ login: z.string() }),
  }),
  sender: z.object({ login: z.string().nullish() }).nullish(),
});

/** Packages of Gitea and Forgejo. The registry is the instance itself; the version is a tag or, of an untagged push, a digest. */
export const gitea: SourceRules = {
  ...plainJson,
  normalise,
  senderId: (headers: Headers) => word(headers["x-gitea-delivery"]),
  authentication: {
    kind: "hmac",
    algorithm: "sha256",
    headers: [
      { name: "x-gitea-signature", prefix: "" },
      { name: "x-hub-signature-256", prefix: "sha256=" },
    ],
  },
};

function normalise({ headers, body, own }: Message): Normalised {
  const event = headers["x-gitea-event"];
  if (event !== undefined && event !== "package")
    return droppedAll("source-not-used", short(event));
  const parsed = Body.safeParse(body);
  if (!parsed.success) return unreadable("the body is no `package` event");
  const { action, package: pack, sender } = parsed.data;
  const fault = faultOf(action, pack.type);
  if (fault !== null) return droppedAll(fault, short(`${action} ${pack.type} ${pack.name}`));
  const actor = word(sender?.login);
  const gathering: Gathering = { events: [], dropped: [] };
  publish(
    {
      image: imageAt(registryHost(own, hostOf(pack.html_url)), `${pack.owner.login}/${pack.name}`),
      what: `${pack.owner.login}/${pack.name}`,
      tag: pack.version,
      digest: null,
      at: instant(pack.created_at),
      provenance: actor === null ? {} : { actor },
    },
    gathering,
  );
  return { kind: "read", ...gathering };
}

function faultOf(action: string, type: string): DropReason | null {
  if (action !== "created") return "not-a-push";
  return type === "container" ? null : "not-an-image";
}

function hostOf(url: string | null | undefined): string {
  if (!url || !URL.canParse(url)) return "";
  const { protocol, host } = new URL(url);
  return /^https?:$/.test(protocol) ? host : "";
}
