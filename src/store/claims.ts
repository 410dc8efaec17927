import type { Lane } from "../model/inbox.ts";

/** What was taken, under which name of this process, and from when on (RFC 3339). */
export interface Claim {
  readonly by: string;
  readonly from: string;
}

/** What this process has taken and not settled. What is not in here cannot be settled; the database decides about the rest. */
export class Claims {
  readonly deliveries = new Map<string, Claim>();
  readonly lanes = new Map<Lane, Claim>();
}
