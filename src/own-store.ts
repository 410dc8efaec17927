import type { Logger } from "pino";
import { type Env, EXIT_CONFIG } from "./env.ts";
import { createWebhook } from "./notify/webhook.ts";
import { openStore, type Store } from "./store/open-store.ts";
import { StoreProblem } from "./store/store-problem.ts";
import { systemClock } from "./store/system-clock.ts";

const DAY = 86_400_000;
/** `EX_TEMPFAIL` of sysexits: who starts the process again may have more luck. */
const EXIT_LOST = 75;

/** The store of this process. What an operator has to mend ends the process with one line. */
export async function openOwnStore(env: Env, log: Logger): Promise<Store> {
  const { dataFolder: folder, databaseUrl: url, notify } = env;
  const lost = (problem: StoreProblem): never => {
    log.fatal({ reason: problem.reason }, problem.message);
    process.exit(EXIT_LOST);
  };
  try {
    return await openStore({
      url,
      folder,
      clock: systemClock,
      log,
      retention: env.retentionDays * DAY,
      notices: notify === null ? null : createWebhook({ ...notify, clock: systemClock }),
      onLost: lost,
    });
  } catch (error) {
    if (!(error instanceof StoreProblem)) throw error;
    process.stderr.write(`tagboat: ${error.message}\n`);
    return process.exit(isPassing(error) ? EXIT_LOST : EXIT_CONFIG);
  }
}

/** Whether the same start may succeed in a while. */
function isPassing({ reason }: StoreProblem): boolean {
  return reason === "locked" || reason === "unreachable";
}

/** Throws what is wrong with the store, in a sentence. */
export async function assertReady(store: Store): Promise<void> {
  const problem = await store.ready();
  if (problem !== null) throw new Error(problem);
}
