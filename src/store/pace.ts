import type { Urgency } from "../model/pacer.ts";

/** What one installation may send. Source: GitHub's secondary limits for content-creating requests. */
export interface PaceLimits {
  /** Requests that may go at once after a quiet time. */
  readonly burst: number;
  /** The same for what a person waits for: a command is several writes, and people come one by one. */
  readonly burstForPeople: number;
  readonly perSecond: number;
  readonly perMinute: number;
  readonly perHour: number;
  /** Share of the hour that tracking leaves to people. */
  readonly keptForPeople: number;
}

export const githubLimits: PaceLimits = {
  burst: 10,
  burstForPeople: 40,
  perSecond: 1,
  perMinute: 80,
  perHour: 500,
  keptForPeople: 0.2,
};

/** The longest window of the limits, in milliseconds: what was sent before does not count any more. */
export const PACE_MEMORY = 3_600_000;

/** Requests that were sent; `at` in milliseconds since 1970. */
export interface Sent {
  readonly at: number;
  readonly writes: number;
  readonly urgency: Urgency;
}

/** Who asks for a turn. */
export interface Asking {
  readonly writes: number;
  readonly urgency: Urgency;
}

/** Milliseconds until `next` may go, as far as the limits are concerned; 0: now. `sent`: oldest first. */
export function waitForLimits(
  sent: readonly Sent[],
  next: Asking,
  limits: PaceLimits,
  now: number,
): number {
  const { perSecond, perMinute, perHour, keptForPeople } = limits;
  const person = next.urgency === "person";
  const burst = person ? limits.burstForPeople : limits.burst;
  // What people had done does not use up tracking's burst: it would stand still for as long as they are busy.
  const inBurst = person ? sent : sent.filter(({ urgency }) => urgency === "tracking");
  const hour = person ? perHour : Math.floor(perHour * (1 - keptForPeople));
  return Math.max(
    waitForWindow(inBurst, next.writes, (burst * 1000) / perSecond, burst, now),
    waitForWindow(sent, next.writes, 60_000, perMinute, now),
    waitForWindow(sent, next.writes, PACE_MEMORY, hour, now),
  );
}

/** How long until a window of `length` ms that may hold `limit` writes has room for `writes` more. */
function waitForWindow(
  sent: readonly Sent[],
  writes: number,
  length: number,
  limit: number,
  now: number,
): number {
  let room = limit - writes;
  for (const one of sent.toReversed()) {
    if (one.at <= now - length) break;
    room -= one.writes;
    if (room < 0) return one.at + length - now;
  }
  return 0;
}
