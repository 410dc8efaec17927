import { z } from "zod";
import type { Normalised, Provenance } from "../model/event.ts";
import { parseImageName, splitReference } from "../model/image.ts";
import {
  type Gathering,
  type Headers,
  type Message,
  type SourceRules,
  unreadable,
} from "./normaliser.ts";
import { commit, instant, webAddress, word } from "./outside-text.ts";
import { publish } from "./published.ts";

const Origin = {
  id: z.string().nullish(),
  at: z.string().nullish(),
  revision: z.string().nullish(),
  sourceRepo: z.string().nullish(),
  run: z.string().nullish(),
  runUrl: z.string().nullish(),
  actor: z.string().nullish(),
};
const Body = z.union([
  z.object({
    ...Origin,
    image: z.string(),
    tag: z.string().nullish(),
    digest: z.string().nullish(),
  }),
  z.object({ ...Origin, images: z.array(z.string()).min(1).max(1000) }),
]);
type Body = z.infer<typeof Body>;

/**
 * Tagboat's own format, for any CI: `{"image", "tag", "digest"}` or `{"images": ["ref", …]}`, with
 * `X-Signature: sha256=<hex HMAC-SHA256 of the body>`. A person wrote the sender: faults are told by 400.
 */
export const generic: SourceRules = {
  normalise,
  senderId: idOf,
  unreadableStatus: 400,
  authentication: { kind: "generic" },
  bodyCap: 1024 * 1024,
  overCap: "refuse",
  contentTypes: ["application/json"],
};

function normalise({ body }: Message): Normalised {
  const parsed = Body.safeParse(body);
  if (!parsed.success) {
    return unreadable('expected {"image", "tag", "digest"?} or {"images": ["name:tag@digest", …]}');
  }
  const gathering: Gathering = { events: [], dropped: [] };
  if ("images" in parsed.data) {
    for (const text of parsed.data.images) add(text, parsed.data, gathering);
  } else {
    add(parsed.data.image, parsed.data, gathering);
  }
  return { kind: "read", ...gathering };
}

function add(text: string, body: Body, into: Gathering): void {
  const reference = splitReference(text.trim());
  const own = "image" in body ? body : null;
  publish(
    {
      image: parseImageName(reference.name),
      what: text,
      tag: own?.tag ?? reference.tag,
      digest: own?.digest ?? reference.digest,
      at: instant(body.at),
      provenance: provenanceOf(body),
    },
    into,
  );
}

function provenanceOf(body: Body): Provenance {
  const revision = commit(body.revision);
  const sourceRepo = word(body.sourceRepo);
  const run = word(body.run);
  const runUrl = webAddress(body.runUrl);
  const actor = word(body.actor);
  return {
    ...(revision === null ? {} : { revision }),
    ...(sourceRepo === null ? {} : { sourceRepo }),
    ...(run === null ? {} : { run }),
    ...(runUrl === null ? {} : { runUrl }),
    ...(actor === null ? {} : { actor }),
  };
}

function idOf(_headers: Headers, body: unknown): string | null {
  const parsed = Body.safeParse(body);
  return parsed.success ? word(parsed.data.id) : null;
}
