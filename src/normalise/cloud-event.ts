import { z } from "zod";
import type { Headers } from "./normaliser.ts";

/** A CloudEvents 1.0 event as far as readers need it. Attributes that are absent are `null`. */
export interface CloudEvent {
  readonly type: string | null;
  readonly time: string | null;
  readonly data: unknown;
}

const Structured = z.object({
  specversion: z.string(),
  type: z.string(),
  time: z.string().nullish(),
  data: z.unknown(),
});

/**
 * Reads a delivery in binary mode (attributes in `ce-…` headers, the body is the data) or structured
 * mode (one JSON object). `null`: it says it is structured and is not. CloudEvents HTTP binding §3.1, §3.2.
 */
export function readCloudEvent(headers: Headers, body: unknown): CloudEvent | null {
  const binaryType = headers["ce-type"];
  if (binaryType !== undefined) {
    return { type: binaryType, time: headers["ce-time"] ?? null, data: body };
  }
  const parsed = Structured.safeParse(body);
  if (parsed.success) {
    return { type: parsed.data.type, time: parsed.data.time ?? null, data: parsed.data.data };
  }
  const isStructured = headers["content-type"]?.toLowerCase().includes("cloudevents+json");
  return isStructured ? null : { type: null, time: null, data: body };
}
