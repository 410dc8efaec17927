import type { IncomingHttpHeaders } from "node:http";

/** Headers that readers need or a person wants to see. None can carry a secret: signatures and `authorization` are not kept. */
const KEPT = [
  "content-type",
  "user-agent",
  "ce-id",
  "ce-source",
  "ce-specversion",
  "ce-subject",
  "ce-time",
  "ce-type",
  "x-github-delivery",
  "x-github-event",
  "x-github-hook-id",
  "x-github-hook-installation-target-type",
] as const;

/** The headers of a request that are stored with its delivery, names in lower case. */
export function storedHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const name of KEPT) {
    const value = headers[name];
    if (typeof value === "string") kept[name] = value;
  }
  return kept;
}
