import { z } from "zod";
import type { Normalised } from "../model/event.ts";
import { ecrHost } from "./ecr-host.ts";
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
import { registryHost, type SourceOptions } from "./source-options.ts";

const Body = z.object({
  id: z.string().nullish(),
  source: z.string(),
  "detail-type": z.string(),
  account: z.string().nullish(),
  region: z.string().nullish(),
  time: z.string().nullish(),
  detail: z.unknown().optional(),
});
const Action = z.object({
  "action-type": z.string(),
  result: z.string(),
  "repository-name": z.string(),
  "image-tag": z.string().nullish(),
  "image-digest": z.string().nullish(),
});

/** Amazon ECR by an EventBridge API destination. The registry's host follows from account and region. */
export const ecr: SourceRules = {
  ...plainJson,
  normalise: ({ body, own }: Message) => ecrMeaning(body, own),
  senderId: (_headers: Headers, body) => ecrEventId(body),
  authentication: {
    kind: "header",
    name: "x-webhook-secret",
    schemes: ["plain"],
    absent: "refuse",
  },
};

/** What an event of EventBridge says, whichever way it came. */
export function ecrMeaning(body: unknown, own: SourceOptions): Normalised {
  const parsed = Body.safeParse(body);
  if (!parsed.success) return unreadable("the body is no event of EventBridge");
  const { account, detail, region, source, time } = parsed.data;
  const type = parsed.data["detail-type"];
  if (source !== "aws.ecr" || type !== "ECR Image Action")
    return droppedAll("not-a-push", short(`${source} ${type}`));
  const action = Action.safeParse(detail);
  if (!action.success) return unreadable("the event has no `detail` of an image action");
  const { result, "action-type": done, "repository-name": path } = action.data;
  if (done !== "PUSH") return droppedAll("not-a-push", short(`${done} ${path}`));
  if (result !== "SUCCESS") return droppedAll("not-successful", short(path));
  const gathering: Gathering = { events: [], dropped: [] };
  publish(
    {
      image: imageAt(registryHost(own, ecrHost(account ?? "", region ?? "") ?? ""), path),
      what: path,
      tag: action.data["image-tag"],
      digest: action.data["image-digest"],
      at: instant(time),
      provenance: {},
    },
    gathering,
  );
  return { kind: "read", ...gathering };
}

/** The event's own id, which stays over retries. */
export function ecrEventId(body: unknown): string | null {
  const parsed = Body.safeParse(body);
  return parsed.success ? word(parsed.data.id) : null;
}
