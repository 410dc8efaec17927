import type { Log } from "./model/log.ts";

/** After the signal: how long what runs may take to come to its end, in milliseconds. */
const DRAIN_DEADLINE = 25_000;

/** SIGTERM and SIGINT from now on. */
export interface Signals {
  /** What a signal leads to. Until this is said there is nothing to bring to an end. */
  stopWith(stop: () => Promise<void>): void;
}

/**
 * Heeds SIGTERM and SIGINT: what runs comes to its end, exit 0; after the deadline exit 1. To be called first: the first process
 * of a container gets no signal that it does not heed.
 */
export function heedSignals(log: Pick<Log, "error" | "info">): Signals {
  const ending = { stop: async () => {}, begun: false };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (ending.begun) return;
    ending.begun = true;
    log.info({ signal }, "stopping");
    setTimeout(() => process.exit(1), DRAIN_DEADLINE).unref();
    ending.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, "stopping failed");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  return {
    stopWith(stop) {
      ending.stop = stop;
    },
  };
}
