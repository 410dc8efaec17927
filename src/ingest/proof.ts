import type { IncomingHttpHeaders } from "node:http";

/** What a sender sent, and what it can be checked against. */
export interface Sent {
  readonly headers: IncomingHttpHeaders;
  /** The raw bytes. */
  readonly body: Buffer;
  /** The hook's own secret, and while the operator's is rotated the previous one. */
  readonly secrets: readonly string[];
  readonly now: Date;
}

/** Whether a sender is who it should be. */
export type Proof =
  | { readonly kind: "proven" }
  /** `why` is for the operator's log, in fixed words; the sender is told nothing. */
  | { readonly kind: "refused"; readonly why: string }
  /** Whoever could tell did not answer: the sender is asked to come again. */
  | { readonly kind: "unavailable"; readonly why: string };

export const PROVEN: Proof = { kind: "proven" };

export function refused(why: string): Proof {
  return { kind: "refused", why };
}

export function unavailable(why: string): Proof {
  return { kind: "unavailable", why };
}

/** A header that was sent once; else `undefined`. Names in lower case. */
export function headerOf({ headers }: Pick<Sent, "headers">, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : undefined;
}
