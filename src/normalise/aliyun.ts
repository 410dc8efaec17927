import { z } from "zod";
import type { Normalised } from "../model/event.ts";
import {
  type Gathering,
  type Message,
  plainJson,
  type SourceRules,
  unreadable,
} from "./normaliser.ts";
import { imageAt, publish } from "./published.ts";
import { registryHost } from "./source-options.ts";

const Body = z.object({
  push_data: z.object({ tag: z.string().nullish(), digest: z.string().nullish() }),
  repository: z.object({ repo_full_name: z.string(), region: z.string().nullish() }),
});

/**
 * Alibaba Cloud's registry. The personal edition's host follows from the region; an Enterprise instance has a name of its own,
 * which the operator sets. Its `pushed_at` has no zone, so it orders nothing.
 */
export const aliyun: SourceRules = {
  ...plainJson,
  normalise,
  senderId: () => null,
  authentication: { kind: "url" },
};

function normalise({ body, own }: Message): Normalised {
  const parsed = Body.safeParse(body);
  if (!parsed.success) return unreadable("the body has no `push_data` with `repository`");
  const { push_data: pushed, repository } = parsed.data;
  const region = repository.region ?? "";
  const told = /^[a-z]{2}(-[a-z0-9]+)+$/.test(region) ? `registry.${region}.aliyuncs.com` : "";
  const gathering: Gathering = { events: [], dropped: [] };
  publish(
    {
      image: imageAt(registryHost(own, told), repository.repo_full_name),
      what: repository.repo_full_name,
      tag: pushed.tag,
      digest: pushed.digest,
      at: null,
      provenance: {},
    },
    gathering,
  );
  return { kind: "read", ...gathering };
}
