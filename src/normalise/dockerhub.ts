import { z } from "zod";
import type { Normalised } from "../model/event.ts";
import {
  droppedAll,
  type Gathering,
  type Message,
  plainJson,
  type SourceRules,
  unreadable,
} from "./normaliser.ts";
import { instantOfSeconds, short, word } from "./outside-text.ts";
import { imageAt, publish } from "./published.ts";

const Body = z.object({
  push_data: z.object({
    tag: z.string().nullish(),
    pushed_at: z.unknown().optional(),
    pusher: z.string().nullish(),
    media_type: z.string().nullish(),
  }),
  repository: z.object({ repo_name: z.string() }),
});

/** Docker Hub: one tag each, never a digest. Its `callback_url` and `repo_url` are not used: they name other hosts. */
export const dockerhub: SourceRules = {
  ...plainJson,
  normalise,
  senderId: () => null,
  authentication: { kind: "url" },
};

function normalise({ body }: Message): Normalised {
  const parsed = Body.safeParse(body);
  if (!parsed.success) return unreadable("the body has no `push_data` with `repository`");
  const { push_data: pushed, repository } = parsed.data;
  if (pushed.media_type?.startsWith("application/vnd.cncf.helm"))
    return droppedAll("helm-chart", short(repository.repo_name));
  const actor = word(pushed.pusher);
  const gathering: Gathering = { events: [], dropped: [] };
  publish(
    {
      image: imageAt("docker.io", repository.repo_name),
      what: repository.repo_name,
      tag: pushed.tag,
      digest: null,
      at: instantOfSeconds(pushed.pushed_at),
      provenance: actor === null ? {} : { actor },
    },
    gathering,
  );
  return { kind: "read", ...gathering };
}
