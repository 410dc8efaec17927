import type { Clock } from "../model/clock.ts";
import type { Log } from "../model/log.ts";
import { createBounded } from "./bounded.ts";

/** Something that the process cannot work without. */
export interface HealthCheck {
  /** Fixed words for strangers: `store`, `github credentials`. */
  readonly name: string;
  /** Rejects when it does not work. */
  check(): Promise<unknown>;
  /** Milliseconds for which a good answer is good enough; a bad one is asked again after a second. Default: 1,000. */
  readonly goodFor?: number;
  /** What it means when there is no answer in time. Default: `bad`. */
  readonly late?: "good" | "bad";
}

export interface HealthOptions {
  readonly checks: readonly HealthCheck[];
  readonly clock: Clock;
  readonly log: Pick<Log, "warn">;
}

/** Milliseconds. */
const PATIENCE = 2000;
const KEPT = 1000;

/**
 * Names what keeps the process from working; empty: ready. Answers within two seconds, and a storm of probes costs no more than
 * one. What is wrong is logged when it begins.
 */
export function createHealth({
  checks,
  clock,
  log,
}: HealthOptions): () => Promise<readonly string[]> {
  const asks = checks.map(({ name, check, goodFor = KEPT, late = "bad" }) => ({
    name,
    ask: createBounded<Error | null>(
      async () => {
        try {
          await check();
          return null;
        } catch (error) {
          return error instanceof Error ? error : new Error(String(error));
        }
      },
      {
        clock,
        patience: PATIENCE,
        keep: (problem) => (problem === null ? goodFor : KEPT),
        late: () => (late === "good" ? null : new Error(`no answer within ${PATIENCE} ms`)),
      },
    ),
  }));
  const bad = new Set<string>();
  return async () => {
    const answers = await Promise.all(
      asks.map(async ({ name, ask }) => ({ name, problem: await ask() })),
    );
    for (const { name, problem } of answers) {
      if (problem === null) bad.delete(name);
      else if (!bad.has(name)) {
        bad.add(name);
        log.warn({ part: name, err: problem }, "not ready");
      }
    }
    return answers.filter(({ problem }) => problem !== null).map(({ name }) => name);
  };
}
