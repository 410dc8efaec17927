import * as z from "zod";
import type { Delivery } from "../model/delivery.ts";
import { markerIn } from "../promote/word-marker.ts";
import { WORD_LABEL } from "../promote/words.ts";

/** Somebody took away what we keep of people's words: the label, or the marker of a reply of ours. */
export interface LostWords {
  /** Full name in lower case. */
  readonly repo: string;
  readonly pull: { readonly number: number; readonly nodeId: string };
  /** As it stood; whether it was ours its signature tells. `null`: the label is gone. */
  readonly marker: string | null;
}

const repository = z
  .object({ full_name: z.string() })
  .transform(({ full_name }) => full_name.toLowerCase());
const account = z.object({ id: z.number() });

const commentEvent = z.object({
  action: z.enum(["edited", "deleted"]),
  repository,
  sender: account,
  comment: z.object({ body: z.string(), user: account }),
  changes: z.object({ body: z.object({ from: z.string() }).optional() }).optional(),
  issue: z.object({ number: z.number(), node_id: z.string(), pull_request: z.object({}) }),
});

const labelEvent = z.object({
  action: z.literal("unlabeled"),
  repository,
  label: z.object({ name: z.literal(WORD_LABEL) }),
  pull_request: z.object({ number: z.number(), node_id: z.string() }),
});

/** Reads a stored `github` delivery. `null`: nothing was taken away, or its author did it. Never throws. */
export function readLostWords({ body, headers }: Delivery): LostWords | null {
  const event = headers["x-github-event"];
  if (event === "issue_comment") return ofComment(parseJson(body));
  return event === "pull_request" ? ofLabel(parseJson(body)) : null;
}

function ofComment(payload: unknown): LostWords | null {
  const read = commentEvent.safeParse(payload);
  if (!read.success || read.data.sender.id === read.data.comment.user.id) return null;
  const { action, changes, comment, issue, repository: repo } = read.data;
  const before = action === "deleted" ? comment.body : changes?.body?.from;
  const marker = markerIn(before ?? "");
  const stays = action === "edited" && markerIn(comment.body) === marker;
  if (marker === null || stays) return null;
  return { repo, pull: { number: issue.number, nodeId: issue.node_id }, marker };
}

function ofLabel(payload: unknown): LostWords | null {
  const read = labelEvent.safeParse(payload);
  if (!read.success) return null;
  const { pull_request: pull, repository: repo } = read.data;
  return { repo, pull: { number: pull.number, nodeId: pull.node_id }, marker: null };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
