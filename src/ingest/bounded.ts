import type { Clock } from "../model/clock.ts";

export interface BoundedOptions<T> {
  readonly clock: Clock;
  /** Milliseconds until the asker is given `late`; the answer that comes after all serves the next. */
  readonly patience: number;
  /** Milliseconds for which an answer serves everybody who asks. */
  keep(answer: T): number;
  late(): T;
}

/**
 * A question that may be slow, asked by many: one is under way at a time, its answer serves all for a while, and nobody waits
 * longer than the patience. `ask` must not reject.
 */
export function createBounded<T>(
  ask: () => Promise<T>,
  options: BoundedOptions<T>,
): () => Promise<T> {
  const { clock, patience, keep, late } = options;
  let kept: { readonly answer: T; readonly until: number } | null = null;
  let asking: Promise<T> | null = null;

  async function askOnce(): Promise<T> {
    const answer = await ask();
    kept = { answer, until: clock.now().getTime() + keep(answer) };
    asking = null;
    return answer;
  }

  return async () => {
    if (kept !== null && clock.now().getTime() < kept.until) return kept.answer;
    asking ??= askOnce();
    const enough = new AbortController();
    const patienceOver = clock.sleep(patience, enough.signal).then(late);
    try {
      return await Promise.race([asking, patienceOver]);
    } finally {
      enough.abort();
    }
  };
}
