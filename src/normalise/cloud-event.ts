import { z } from "zod";
import type { Headers } from "./normaliser.ts";
import { word } from "./outside-text.ts";

/** A CloudEvents 1.0 event as far as readers need it. Attributes that are absent are `null`. */
export interface CloudEvent {
  readonly type: string | null;
  readonly source: string | null;
  readonly id: string | null;
  readonly time: string | null;
  readonly data: unknown;
}

const Structured = z.object({
  specversion: z.string(),
  type: z.string(),
  source: z.string().nullish(),
  id: z.string().nullish(),
  time: z.string().nullish(),
  data: z.unknown().optional(),
});

/**
 * Reads a delivery in binary mode (attributes in `ce-…` headers, the body is the data) or structured
 * mode (one JSON object). `null`: it says it is structured and is not. CloudEvents HTTP binding §3.1, §3.2.
 */
export function readCloudEvent(headers: Headers, body: unknown): CloudEvent | null {
  const binaryType = headers["ce-type"];
  if (binaryType !== undefined) {
    return {
      type: binaryType,
      source: headers["ce-source"] ?? null,
      id: headers["ce-id"] ?? null,
      time: headers["ce-time"] ?? null,
      data: body,
    };
  }
  const parsed = Structured.safeParse(body);
  if (parsed.success) {
    const { data, id = null, source = null, time = null, type } = parsed.data;
    return { type, source, id, time, data };
  }
  const isStructured = headers["content-type"]?.toLowerCase().includes("cloudevents+json");
  return isStructured ? null : { type: null, source: null, id: null, time: null, data: body };
}

/** `source` and `id`, which are the same for each sending of one event (CloudEvents §3.1); `null` where one is missing. */
export function cloudEventId(headers: Headers, body: unknown): string | null {
  const event = readCloudEvent(headers, body);
  if (!event?.source || !event.id) return null;
  return word(`${event.source} ${event.id}`);
}
