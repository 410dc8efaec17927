/** How often a piece of work is tried before it is a dead letter. With the delays below: about two hours. */
export const MAX_TRIES = 16;

/** How often a tag that the registry does not know yet is asked for again. */
export const MISSING_TRIES = 4;

const LONGEST = 15 * 60_000;

/** When to try again after `tries` failures: 1 s, 2 s, 4 s … at most 15 minutes. */
export function retryAt(now: Date, tries: number): Date {
  return new Date(now.getTime() + Math.min(1000 * 2 ** tries, LONGEST));
}
